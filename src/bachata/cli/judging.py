"""What is to be scored, gathered from a file or from a task: its plan, its song, its library, its video."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bachata import blueprint as blueprints
from bachata.assembly.result import Result
from bachata.blueprint import Blueprint
from bachata.choreography.baselines import baselines
from bachata.choreography.scorecard import Rendered, Scorecard, Truth, score
from bachata.cli import rooms
from bachata.cli.rendered import rendered
from bachata.errors import InvalidRequest, SongMissing
from bachata.moves.library import Library
from bachata.music.document import Analysis
from bachata.music.service import analyse_key
from bachata.music.tracker import librosa_beats
from bachata.storage import ObjectStore
from bachata.tasks.store import TaskStore

if TYPE_CHECKING:
    import sqlalchemy as sa


@dataclass(frozen=True)
class Subject:
    """A plan and what it was made from. `song` and `video` are local files, where there are any."""

    blueprint: Blueprint
    analysis: Analysis
    library: Library
    song: Path | None
    result: Result | None = None
    video: Path | None = None

    def card(self, truth: Truth | None = None) -> Scorecard:
        """Its scorecard; with M10 if it was rendered."""
        return score(
            self.blueprint, self.analysis, self.library.moves,
            index=self.library.index, truth=truth, rendered=self._rendered(),
        )  # fmt: skip

    def others(self, truth: Truth | None = None) -> dict[str, Scorecard]:
        """The scorecards of the baselines on the same song and library. Raises SongMissing without the song's file."""
        if self.song is None:
            raise SongMissing("To cut on another tracker's beats the song must be heard: give it with --song")
        tracked = librosa_beats(self.song)
        made = baselines(self.blueprint, self.analysis, self.library.moves, tracked=tracked)
        return {
            name: score(other, self.analysis, self.library.moves, index=self.library.index, truth=truth)
            for name, other in made.items()
        }

    def _rendered(self) -> Rendered | None:
        if self.result is None:
            return None
        shown = {piece.clip_id for piece in self.blueprint.moves}
        moves = [self.library.moves[n] for n, clip_id in enumerate(self.library.index.ids) if clip_id in shown]
        return rendered(self.blueprint, self.result, moves, video=self.video, song=self.song)


def subject(target: str, *, engine: sa.Engine, store: ObjectStore, library: str | None, song: Path | None) -> Subject:
    """`target`: the path of a blueprint, else the id of a task of the laptop cloud. `song` is used instead of the
    blueprint's audio_path.

    Raises InvalidBlueprint, TaskMissing, NotFound (a task without a plan), SongMissing, AudioUnreadable.
    """
    result = None
    if Path(target).is_file():
        blueprint = blueprints.parse(Path(target).read_bytes())
    else:
        tasks = TaskStore(engine)
        task = tasks.get(target)
        blueprint = blueprints.parse(tasks.blueprint(target))
        result = _result(task.result)
    key = rooms.put_song(store, song) if song else blueprints.storage_key(blueprint.audio_path)
    analysis, _stored, _cached = analyse_key(store, key)
    named = library or blueprint.generation_parameters.get("library")
    moves = rooms.library(engine, rooms.library_name(engine, named if isinstance(named, str) else None))
    video = store.local_path(result.video_key) if result else None
    return Subject(blueprint, analysis, moves, store.local_path(key), result, video)


def _result(document: dict[str, Any] | None) -> Result | None:
    if not document:
        return None
    try:
        return Result.model_validate(document)
    except ValidationError as error:
        raise InvalidRequest(
            "The task's Result is not one this version reads: render it again", details=str(error)[:1000]
        ) from None

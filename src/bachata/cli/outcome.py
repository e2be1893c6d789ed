"""What a finished run leaves for its user: the video, the page beside it, and the documents it came from."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bachata import blueprint as blueprints
from bachata.assembly.result import Result
from bachata.blueprint import storage_key
from bachata.choreography.baselines import baselines
from bachata.choreography.scorecard import score
from bachata.cli import rooms
from bachata.cli.judging import Subject
from bachata.errors import ObjectMissing
from bachata.music.document import Analysis
from bachata.report import write as write_report
from bachata.storage import ObjectStore
from bachata.tasks.songs import SongStore

if TYPE_CHECKING:
    import sqlalchemy as sa


@dataclass(frozen=True)
class Outcome:
    """Where everything is; `as_dict` is the contract of `run --json`."""

    task_id: str
    status: str
    video: str
    blueprint: str
    analysis: str
    report: str
    result: dict[str, Any]
    scores: dict[str, Any]
    summary: str
    relaxed: list[str]
    suggestions: list[str]
    brief: dict[str, Any]
    song: str
    song_reasons: list[str]

    def as_dict(self) -> dict[str, Any]:
        """For JSON; paths are absolute."""
        return asdict(self)


def gather(
    answer: dict[str, Any], *, store: ObjectStore, engine: sa.Engine, library: str, title: str, out: Path | None
) -> Outcome:
    """Collect what the workflow's `answer` names, copy the video to `out` if given, write the page beside it."""
    files = {name: _local(store, str(answer[name])) for name in ("video", "result", "blueprint", "analysis")}
    blueprint = blueprints.parse(files["blueprint"].read_bytes())
    analysis = Analysis.model_validate_json(files["analysis"].read_bytes())
    result = Result.model_validate_json(files["result"].read_bytes())
    held = rooms.library(engine, library)
    brief = dict(answer.get("brief") or {})
    video = files["video"]
    song = store.local_path(storage_key(blueprint.audio_path))
    scores = Subject(blueprint, analysis, held, song, result, video).card()
    made = baselines(blueprint, analysis, held.moves)  # that of a beat tracker takes hearing the song again: `score`
    others = {name: score(other, analysis, held.moves, index=held.index) for name, other in made.items()}
    if out is not None:
        video = Path(shutil.copyfile(video, out)).absolute()
    report = write_report(
        video.with_suffix(".html"),
        blueprint=blueprint,
        analysis=analysis,
        result=result,
        scorecard=scores.as_dict(),
        video_href=video.name,
        song_title=title,
        moves={move.clip_id: move for move in held.moves},
        brief=brief,
        baselines={name: card.as_dict() for name, card in others.items()},
    )
    return Outcome(
        task_id=str(answer["task_id"]),
        status=str(answer["status"]),
        video=str(video),
        blueprint=str(files["blueprint"]),
        analysis=str(files["analysis"]),
        report=str(report),
        result=result.model_dump(mode="json"),
        scores=scores.as_dict(),
        summary=str(answer.get("summary") or ""),
        relaxed=list(answer.get("relaxed") or ()),
        suggestions=list(answer.get("suggestions") or ()),
        brief=brief,
        song=title,
        song_reasons=list(answer.get("song_reasons") or ()),
    )


def remember_song(engine: sa.Engine, key: str, title: str, analysis: Path) -> None:
    """Register a song with what was heard, so that a sentence alone can choose it later."""
    heard = Analysis.model_validate_json(analysis.read_bytes())
    SongStore(engine).register(
        key, title=title, genre="bachata", bpm=round(heard.tempo, 2), duration=heard.duration, sha256=heard.sha256
    )


def _local(store: ObjectStore, key: str) -> Path:
    path = store.local_path(key)
    if path is None:
        raise ObjectMissing(f"{key!r} is missing from the local store")
    return path

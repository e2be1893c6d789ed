"""What the plan function does with a request: it fetches the documents, plans, and keeps the blueprint."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag, ValidationError, field_validator

from bachata.blueprint import INLINE_BYTES, Blueprint, Key, Name, TaskId
from bachata.choreography.assistants import Assistants
from bachata.choreography.brief import understand
from bachata.choreography.planner import Plan, plan
from bachata.choreography.scorecard import score
from bachata.choreography.songs import choose
from bachata.errors import InvalidRequest, ObjectMissing, SongMissing
from bachata.logs import get_logger
from bachata.moves.catalogue import Move
from bachata.moves.embedding import TextEmbedder
from bachata.moves.lexical import LEXICAL
from bachata.moves.library import Library
from bachata.music.document import Analysis
from bachata.storage import ObjectStore
from bachata.tasks.names import Execution, UserId
from bachata.tasks.songs import SongStore
from bachata.tasks.store import TaskStore

STAGE = "planning"

log = get_logger(__name__)


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlanDance(_Request):
    """Plan a dance for an analysed song."""

    action: Literal["plan"] = "plan"
    task_id: TaskId
    execution: Execution
    user_id: UserId = "local"
    song: Key
    analysis: Name = Field(description="key or address of the Analysis document")
    brief: dict[str, Any] = Field(default_factory=dict)
    library: Name | None = None
    output: dict[str, Any] = Field(default_factory=dict, description="overrides of the output config")

    @field_validator("output")
    @classmethod
    def _place_is_ours(cls, output: dict[str, Any]) -> dict[str, Any]:
        if "output_path" in output:
            raise ValueError("output_path follows from user and task and cannot be chosen")
        return output


class ChooseSong(_Request):
    """Choose a song for a description."""

    action: Literal["choose_song"]
    task_id: TaskId | None = None
    execution: Execution | None = None
    query: str | None = None
    brief: dict[str, Any] = Field(default_factory=dict)


def _action(body: Any) -> str:
    named = body.get("action", "plan") if isinstance(body, dict) else getattr(body, "action", "plan")
    return str(named)


class PlanRequest(
    RootModel[
        Annotated[
            Annotated[PlanDance, Tag("plan")] | Annotated[ChooseSong, Tag("choose_song")],
            Discriminator(
                _action,
                custom_error_type="action",
                custom_error_message="action must be one of plan, choose_song",
            ),
        ]
    ]
):
    """One of the two."""


Estimator = Callable[[Blueprint, Mapping[str, Move]], BaseModel]
"""Says what rendering a blueprint with clips of these paths will take: `bachata.assembly.estimate.estimate`."""


class Planner:
    """Answers plan requests. `libraries` gives a move library by name, None meaning the configured one.

    `text` is the embedder that has made the libraries' text parts; `assistants` gives those of a new request; `budget`:
    seconds the search for an order may take, None for all it needs.
    """

    def __init__(
        self,
        *,
        objects: ObjectStore,
        tasks: TaskStore,
        songs: SongStore,
        libraries: Callable[[str | None], Library],
        estimate: Estimator,
        text: TextEmbedder = LEXICAL,
        assistants: Callable[[], Assistants] = Assistants,
        budget: float | None = None,
    ) -> None:
        self._objects = objects
        self._tasks = tasks
        self._songs = songs
        self._libraries = libraries
        self._text = text
        self._assistants = assistants
        self._estimate = estimate
        self._budget = budget

    def answer(self, request: PlanRequest) -> dict[str, Any]:
        """Do what is asked; asked again, the same blueprint is made and kept again."""
        match request.root:
            case ChooseSong() as wanted:
                return self._choose(wanted)
            case PlanDance() as wanted:
                return self._plan(wanted)

    def _choose(self, wanted: ChooseSong) -> dict[str, Any]:
        brief = understand(wanted.brief, wanted.query or None, reader=self._assistants().reader)
        choice = choose(self._songs.list(), brief)
        return {
            "song": choice.audio_path,
            "title": choice.title,
            "reasons": list(choice.reasons),
            "brief": brief.as_dict(),
        }

    def _plan(self, wanted: PlanDance) -> dict[str, Any]:
        assistants = self._assistants()
        brief = understand(wanted.brief, reader=assistants.reader)
        self._tasks.progress(wanted.task_id, wanted.execution, STAGE)
        analysis = self._analysis(wanted.analysis)
        library = self._libraries(wanted.library)
        made = plan(
            analysis,
            library.moves,
            brief,
            task_id=wanted.task_id,
            user_id=wanted.user_id,
            song_key=wanted.song,
            index=library.index,
            text=self._text,
            director=assistants.director,
            title=self._title(wanted.song),
            output=wanted.output,
            library=library.name,
            budget=self._budget,
        )
        self._songs.heard(wanted.song, bpm=analysis.tempo, duration=analysis.duration, sha256=analysis.sha256)
        taken = self._estimate(made.blueprint, {move.video_path: move for move in made.moves})
        scores = score(made.blueprint, analysis, library.moves, brief=brief, index=library.index)
        return {
            **self._keep(wanted, made),
            "brief": brief.as_dict(),
            "estimate": taken.model_dump(mode="json"),
            "scores": scores.as_dict(),
        }

    def _title(self, song: str) -> str:
        """What its owner calls the song; a song that was never registered goes by its file's name."""
        try:
            return self._songs.get(song).title
        except SongMissing:
            return PurePosixPath(song).stem

    def _analysis(self, address: str) -> Analysis:
        key = self._objects.key_of(address)
        try:
            return Analysis.model_validate_json(self._objects.read_bytes(key))
        except ObjectMissing:
            raise ObjectMissing(f"There is no analysis {key!r}: analyze the song first") from None
        except ValidationError as error:
            raise InvalidRequest(
                f"{key!r} is not an Analysis this version reads: analyze the song again", details=str(error)[:1000]
            ) from None

    def _keep(self, wanted: PlanDance, made: Plan) -> dict[str, Any]:
        data = made.blueprint_json.encode()
        sha256 = hashlib.sha256(data).hexdigest()
        key = f"blueprints/{wanted.task_id}.json"
        # The row first: it refuses an execution that no longer owns the task, which must not replace the object.
        self._tasks.save_blueprint(wanted.task_id, wanted.execution, made.blueprint_json, sha256)
        self._objects.put_bytes(key, data, content_type="application/json")
        log.info("planned: %s", made.summary, extra={"moves": len(made.blueprint.moves), "bytes": len(data)})
        return {
            "blueprint": key,
            "uri": self._objects.uri(key),
            "sha256": sha256,
            "bytes": len(data),
            "blueprint_json": made.blueprint_json if len(data) <= INLINE_BYTES else None,
            "moves": len(made.blueprint.moves),
            "total_duration": made.blueprint.seconds,
            "relaxed": list(made.relaxed),
            "suggestions": list(made.suggestions),
            "summary": made.summary,
            "phase": {"mean": made.phase.mean, "resultant": made.phase.resultant, "counts": made.phase.counts},
        }

"""Every error this project raises on purpose, in one tree.

::

    BachataError                    500  INTERNAL
    ├── InvalidRequest              400  INVALID_REQUEST      a field is missing or wrong; names the allowed values
    │   ├── InvalidBlueprint        400  INVALID_BLUEPRINT    carries *all* problems, each with its JSON path
    │   └── InvalidSettings         500  INVALID_SETTINGS     an environment variable is missing or wrong
    ├── NotFound                    404  NOT_FOUND
    │   ├── TaskMissing             404  TASK_NOT_FOUND
    │   ├── SongMissing             404  SONG_NOT_FOUND
    │   ├── ClipMissing             404  CLIP_NOT_FOUND
    │   └── ObjectMissing           404  OBJECT_NOT_FOUND     a storage key that holds nothing
    ├── Conflict                    409  CONFLICT
    │   ├── TaskOwnedElsewhere      409  TASK_OWNED_ELSEWHERE another execution owns the task
    │   └── PreconditionFailed      409  PRECONDITION_FAILED  the object changed, or exists already
    ├── MediaUnreadable             422  MEDIA_UNREADABLE     says the decoder's words
    │   └── AudioUnreadable         422  AUDIO_UNREADABLE
    ├── NoMoves                     422  NO_MOVES             the library cannot serve the request; says what to run
    ├── NotAllowed                  403  NOT_ALLOWED          no Google credentials, or they do not suffice
    ├── Stopped                     499  STOPPED              asked to stop (SIGTERM, cancel)
    ├── OutOfSpace                  507  OUT_OF_SPACE         the scratch disk (on Cloud Run: memory) is full
    └── Unavailable                 503  UNAVAILABLE          a service did not answer; worth trying again
        └── GeminiUnavailable       503  GEMINI_UNAVAILABLE   Gemini gave no answer that can be used; carries a reason

An error's message is one sentence for a person and holds the remedy. ``details`` is for whoever debugs; neither may
hold a secret or a path of the server. ``stage`` says where in the pipeline it happened; the entry point fills it in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar


class BachataError(Exception):
    """Root of the tree. `message` is shown to people, `code` is stable for machines."""

    code: ClassVar[str] = "INTERNAL"
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, *, details: str = "", stage: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.stage = stage

    def as_dict(self) -> dict[str, Any]:
        """The error body of every HTTP answer and of the task row."""
        return {"error": self.message, "details": self.details, "stage": self.stage, "code": self.code}


class InvalidRequest(BachataError):
    """A field of the request is missing or wrong; nothing was started."""

    code = "INVALID_REQUEST"
    http_status = 400


@dataclass(frozen=True)
class Problem:
    """One fault of a document: where (a JSON path such as ``$.moves[2].duration``) and what to do about it."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class InvalidBlueprint(InvalidRequest):
    """A blueprint that must not be rendered, with every reason at once."""

    code = "INVALID_BLUEPRINT"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        listed = "; ".join(str(p) for p in self.problems)
        super().__init__(f"The blueprint has {count} problem{'s' if count != 1 else ''}: {listed}", details=listed)

    def as_dict(self) -> dict[str, Any]:
        """As the base class, with the problems as a list."""
        return {**super().as_dict(), "problems": [{"path": p.path, "message": p.message} for p in self.problems]}


class InvalidSettings(InvalidRequest):
    """The environment this process was started with cannot work."""

    code = "INVALID_SETTINGS"
    http_status = 500


class NotFound(BachataError):
    """Something named in the request does not exist."""

    code = "NOT_FOUND"
    http_status = 404


class TaskMissing(NotFound):
    """No task has this id."""

    code = "TASK_NOT_FOUND"


class SongMissing(NotFound):
    """The song's key holds nothing, or no song fits the request."""

    code = "SONG_NOT_FOUND"


class ClipMissing(NotFound):
    """A clip named by a blueprint is not in storage."""

    code = "CLIP_NOT_FOUND"


class ObjectMissing(NotFound):
    """A storage key holds nothing."""

    code = "OBJECT_NOT_FOUND"


class Conflict(BachataError):
    """Someone else got there first."""

    code = "CONFLICT"
    http_status = 409


class TaskOwnedElsewhere(Conflict):
    """Another execution owns the task: this one changes nothing."""

    code = "TASK_OWNED_ELSEWHERE"


class PreconditionFailed(Conflict):
    """The stored object is not of the generation the writer expected."""

    code = "PRECONDITION_FAILED"


class MediaUnreadable(BachataError):
    """FFmpeg's libraries cannot decode this file; the message quotes them."""

    code = "MEDIA_UNREADABLE"
    http_status = 422


class AudioUnreadable(MediaUnreadable):
    """The song cannot be decoded, or holds no sound."""

    code = "AUDIO_UNREADABLE"


class NoMoves(BachataError):
    """The library holds nothing that could serve this request, even relaxed."""

    code = "NO_MOVES"
    http_status = 422


class NotAllowed(BachataError):
    """There are no credentials, or they do not allow it; the message names the command that helps."""

    code = "NOT_ALLOWED"
    http_status = 403


class Stopped(BachataError):
    """The work was asked to stop before it was done."""

    code = "STOPPED"
    http_status = 499


class OutOfSpace(BachataError):
    """No room left for temporary files."""

    code = "OUT_OF_SPACE"
    http_status = 507


class Unavailable(BachataError):
    """A service we depend on did not answer; trying again can succeed."""

    code = "UNAVAILABLE"
    http_status = 503


class GeminiUnavailable(Unavailable):
    """Gemini gave no answer that can be used. `reason` says why, as a stable code (`bachata.gemini.faults`)."""

    code = "GEMINI_UNAVAILABLE"

    def __init__(
        self,
        message: str,
        *,
        reason: str = "unreachable",
        retry_after: float | None = None,
        details: str = "",
        stage: str | None = None,
    ) -> None:
        """`retry_after`: seconds the service asked to be left alone, if it did."""
        super().__init__(message, details=details, stage=stage)
        self.reason = reason
        self.retry_after = retry_after

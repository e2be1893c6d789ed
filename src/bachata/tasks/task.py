"""A task as its readers see it, and the stages it goes through."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal

Status = Literal["started", "running", "completed", "failed", "cancelled"]

ACTIVE: Final = ("started", "running")
"""The states a task can leave."""

STAGES: Final[dict[str, int]] = {
    "analyzing": 5,
    "planning": 15,
    "fetching": 20,
    "concatenating": 50,
    "adding_audio": 70,
    "uploading": 85,
    "cleanup": 95,
    "completed": 100,
}
"""Each stage with the progress (percent) at which it begins."""

SENTENCES: Final[dict[str, str]] = {
    "analyzing": "Listening to the song",
    "planning": "Choosing the moves",
    "fetching": "Fetching the clips",
    "concatenating": "Putting the moves together",
    "adding_audio": "Adding the music",
    "uploading": "Storing the video",
    "cleanup": "Tidying up",
    "completed": "The video is ready",
}
"""What a stage is called when its writer says nothing better."""


@dataclass(frozen=True)
class Task:
    """A row of choreography_tasks."""

    task_id: str
    user_id: str
    status: Status
    progress: int
    stage: str
    message: str
    request: dict[str, Any]
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    song_key: str | None
    workflow_execution: str | None
    job_execution_name: str | None
    created_at: datetime
    updated_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """The task for JSON; times are ISO 8601 in UTC."""
        document = {f.name: getattr(self, f.name) for f in fields(self)}
        return {**document, "created_at": self.created_at.isoformat(), "updated_at": self.updated_at.isoformat()}


@dataclass(frozen=True)
class Claim:
    """The answer to `open`: whether the execution that asked now owns the task."""

    claimed: bool
    task: Task

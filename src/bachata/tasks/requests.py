"""What `finalize` can be asked. Every field at fault is named at once; see `bachata.http.read`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from bachata.blueprint import Key, Name, TaskId, storage_key

_USER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}$")


def _user(value: str) -> str:
    if not _USER.fullmatch(value):
        raise ValueError("use letters, digits, '-', '_', '.' and '@', at most 100")  # it names a folder of the store
    return value


def _error_body(value: Any) -> Any:
    if isinstance(value, str):
        return {"error": value}
    return value


Execution = Annotated[Name, Field(max_length=500)]
UserId = Annotated[str, AfterValidator(_user)]
ErrorBody = Annotated[dict[str, Any], BeforeValidator(_error_body)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    task_id: TaskId


class Open(_Request):
    """Claim a task for a workflow execution."""

    action: Literal["open"]
    execution: Execution
    user_id: UserId = "local"
    request: dict[str, Any] = Field(default_factory=dict)
    song: Annotated[Key, AfterValidator(storage_key), Field(max_length=500)] | None = None


class Close(_Request):
    """Verify the job's Result and complete the task."""

    action: Literal["close"]
    execution: Execution
    result: Name = Field(description="key or address of the Result document")
    scores: dict[str, Any] | None = Field(None, description="scorecard of its plan, kept with the Result in the task")


class Fail(_Request):
    """Record why the work failed."""

    action: Literal["fail"]
    execution: Execution
    stage: Name
    error: ErrorBody = Field(description="an error body, or its sentence")
    report: Annotated[Key, AfterValidator(storage_key), Field(max_length=500)] | None = Field(
        None, description="key under which a failed render leaves its own error body"
    )


class Cancel(_Request):
    """Stop wanting the task."""

    action: Literal["cancel"]


class FinalizeRequest(RootModel[Annotated[Open | Close | Fail | Cancel, Field(discriminator="action")]]):
    """One of the four."""

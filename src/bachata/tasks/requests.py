"""What `finalize` can be asked. Every field at fault is named at once; see `bachata.http.read`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from bachata.blueprint import Key, Name, TaskId, storage_key
from bachata.tasks.choreography_request import ChoreographyRequest
from bachata.tasks.names import Execution, UserId


def _error_body(value: Any) -> Any:
    if isinstance(value, str):
        return {"error": value}
    return value


def _asked(request: dict[str, Any]) -> dict[str, Any]:
    """The request as it was sent, found valid. An empty one says nothing: it may be told by `song` alone."""
    if request:
        ChoreographyRequest.model_validate(request)
    return request


Asked = Annotated[dict[str, Any], AfterValidator(_asked)]
ErrorBody = Annotated[dict[str, Any], BeforeValidator(_error_body)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Request(_Strict):
    task_id: TaskId


class Open(_Request):
    """Claim a task for a workflow execution."""

    action: Literal["open"]
    execution: Execution
    user_id: UserId = "local"
    request: Asked = Field(default_factory=dict, description="the `ChoreographyRequest`, kept as it was sent")
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


class Sweep(_Strict):
    """Fail the tasks that stopped moving and whose execution is over; see `bachata.tasks.sweep`."""

    action: Literal["sweep"]


class FinalizeRequest(RootModel[Annotated[Open | Close | Fail | Cancel | Sweep, Field(discriminator="action")]]):
    """One of the five."""

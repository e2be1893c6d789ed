"""An execution of the workflow and an execution of the render job, read from the documents of Google's APIs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STATES = ("ACTIVE", "SUCCEEDED", "FAILED", "CANCELLED", "QUEUED", "UNAVAILABLE")
"""Of a workflow execution. Google may add more."""
UNFINISHED = ("ACTIVE", "QUEUED")


@dataclass(frozen=True)
class Execution:
    """A workflow execution. `steps` are (routine, step) pairs, outermost first, as far as the API tells them."""

    name: str
    state: str
    started: str
    ended: str | None
    argument: Any
    result: Any
    error: Any
    steps: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Execution:
        """Read the Execution resource of workflowexecutions v1."""
        current = (document.get("status") or {}).get("currentSteps") or ()
        return cls(
            name=str(document["name"]),
            state=str(document.get("state") or "STATE_UNSPECIFIED"),
            started=str(document.get("startTime") or ""),
            ended=document.get("endTime") or None,
            argument=_value(document.get("argument")),
            result=_value(document.get("result")),
            error=_value((document.get("error") or {}).get("payload")),
            steps=tuple((str(step.get("routine", "")), str(step.get("step", ""))) for step in current),
        )

    @property
    def id(self) -> str:
        """The last part of its name."""
        return self.name.rsplit("/", 1)[-1]

    @property
    def finished(self) -> bool:
        """Whether it will not change any more."""
        return self.state not in UNFINISHED

    @property
    def task_id(self) -> str | None:
        """The task it works on, by the rules of choreography.yaml; None when its argument is not known."""
        argument = self.argument
        if not isinstance(argument, dict):
            return None
        if "specversion" not in argument:
            return str(argument.get("task_id") or self.id)
        message = (argument.get("data") or {}).get("message") or {}
        told = [source.get("task_id") for source in (self.result, self.error) if isinstance(source, dict)]
        return str(told[0] if told and told[0] else f"event-{message.get('messageId')}")


@dataclass(frozen=True)
class JobExecution:
    """An execution of the render job: its tasks by what became of them, and for which workflow execution it works."""

    name: str
    execution: str | None
    tasks: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    retried: int
    finished: bool
    reason: str
    log: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> JobExecution:
        """Read the Execution resource of run v2. Counts of nothing are left out there."""
        containers = (document.get("template") or {}).get("containers") or [{}]
        variables = {v.get("name"): v.get("value") for v in containers[0].get("env") or ()}
        nothing: Mapping[str, Any] = {}
        completed = next((c for c in document.get("conditions") or () if c.get("type") == "Completed"), nothing)
        failed = completed.get("state") == "CONDITION_FAILED"
        return cls(
            name=str(document["name"]),
            execution=variables.get("EXECUTION_ID"),
            tasks=int(document.get("taskCount") or 1),
            running=int(document.get("runningCount") or 0),
            succeeded=int(document.get("succeededCount") or 0),
            failed=int(document.get("failedCount") or 0),
            cancelled=int(document.get("cancelledCount") or 0),
            retried=int(document.get("retriedCount") or 0),
            finished=bool(document.get("completionTime")),
            reason=str(completed.get("message") or "") if failed else "",
            log=str(document.get("logUri") or ""),
        )

    @property
    def id(self) -> str:
        """The last part of its name."""
        return self.name.rsplit("/", 1)[-1]


def _value(text: Any) -> Any:
    """What a field that holds JSON as text says; text that is none says itself."""
    if not isinstance(text, str) or not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text

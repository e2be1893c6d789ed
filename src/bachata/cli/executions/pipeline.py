"""The pipeline by its executions: submit, look, list, cancel; the same for a project and for the laptop."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError

from bachata.errors import BachataError, InvalidRequest
from bachata.local.run import STEPS
from bachata.tasks.choreography_request import ChoreographyRequest

from .documents import Execution, JobExecution

ARGUMENT_BYTES = 32 * 1024
"""The largest argument of an execution. https://cloud.google.com/workflows/docs/reference/executions/rest"""


class Executions(Protocol):
    """Workflow executions somewhere."""

    def start(self, argument: str) -> Execution: ...  # noqa: D102
    def get(self, execution: str) -> Execution: ...  # noqa: D102
    def cancel(self, execution: str) -> Execution: ...  # noqa: D102
    def list(self, state: str | None, limit: int) -> list[Execution]: ...  # noqa: D102


class Jobs(Protocol):
    """Executions of the render job there."""

    def of(self, execution: str) -> JobExecution | None: ...  # noqa: D102
    def cancel(self, job: JobExecution) -> None: ...  # noqa: D102


@dataclass(frozen=True)
class Status:
    """An execution, its step (one of STEPS, or None where the API does not tell) and its render job, if it has one.

    `unseen` says why the job could not be asked for.
    """

    execution: Execution
    step: str | None
    job: JobExecution | None
    unseen: BachataError | None = None


class Pipeline:
    """A deployment. Raises what its APIs refuse as errors of ours."""

    def __init__(self, executions: Executions, jobs: Jobs) -> None:
        self._executions = executions
        self._jobs = jobs

    def submit(self, request: dict[str, Any]) -> Execution:
        """Start an execution for a request. Raises InvalidRequest before anything is sent."""
        return self._executions.start(argument_of(request))

    def status(self, execution: str) -> Status:
        """How it goes. An account that may not see the job still sees the rest."""
        run = self._executions.get(short(execution))
        try:
            job = self._jobs.of(run.id)
        except BachataError as error:
            return Status(run, _step(run, None), None, error)
        return Status(run, _step(run, job), job)

    def watch(self, execution: str, *, every: float, sleep: Callable[[float], object] = time.sleep) -> Iterator[Status]:
        """Its status again and again, `every` seconds, until it is finished."""
        while True:
            status = self.status(execution)
            yield status
            if status.execution.finished:
                return
            sleep(every)

    def list(self, *, state: str | None, limit: int) -> list[Execution]:
        """The newest executions."""
        return self._executions.list(state, limit)

    def cancel(self, execution: str) -> Status:
        """Cancel an execution and the job execution that renders for it; else that would go on, and cost.

        One that is cancelled already gets its job cancelled all the same: asking again mends a half-done cancellation.
        """
        before = self._executions.get(short(execution))
        run = before if before.state == "CANCELLED" else self._executions.cancel(before.id)
        job = self._jobs.of(run.id)
        if job is not None and not job.finished:
            self._jobs.cancel(job)
        return Status(run, _step(run, job), job)


def argument_of(request: dict[str, Any]) -> str:
    """The request as the argument of an execution. Raises InvalidRequest with every fault, and when it is too long."""
    try:
        ChoreographyRequest.model_validate(request)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc'])) or 'request'}: {e['msg']}" for e in error.errors()]
        listed = "; ".join(fault.replace("Value error, ", "") for fault in faults)
        raise InvalidRequest(f"The request cannot be used: {listed}", details=listed) from None
    text = json.dumps(request, ensure_ascii=False)
    size = len(text.encode())
    if size > ARGUMENT_BYTES:
        raise InvalidRequest(
            f"The request takes {size} bytes, an execution's argument at most {ARGUMENT_BYTES}: shorten it"
        )
    return text


def short(execution: str) -> str:
    """The id of an execution that is given by its id or its full name."""
    return execution.rstrip("/").rsplit("/", 1)[-1]


def _step(run: Execution, job: JobExecution | None) -> str | None:
    """The step of `main` it is in.

    The API tells the innermost step only, and calls of functions happen in a subworkflow: then what is known is
    whether there is a job yet. https://cloud.google.com/workflows/docs/reference/executions/rest
    """
    main = next((step for routine, step in run.steps if routine == "main" and step in STEPS), None)
    if main is not None or run.finished:
        return main
    if job is None:
        return None
    return "close" if job.finished else "assemble"

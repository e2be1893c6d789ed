"""Executions in a Google Cloud project, through Google's own clients."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from .documents import Execution, JobExecution
from .refusals import Asked, explained

if TYPE_CHECKING:
    from google.cloud.run_v2 import ExecutionsClient as RunClient
    from google.cloud.workflows.executions_v1 import ExecutionsClient as WorkflowsClient

_SECONDS = 30.0
_PAGE = 100


@dataclass(frozen=True)
class Place:
    """A deployment: a project and a location, the workflow and the render job there."""

    project: str
    location: str
    workflow: str
    job: str

    @property
    def parent(self) -> str:
        """The workflow's full name."""
        return f"projects/{self.project}/locations/{self.location}/workflows/{self.workflow}"

    @property
    def job_parent(self) -> str:
        """The job's full name."""
        return f"projects/{self.project}/locations/{self.location}/jobs/{self.job}"


def workflows_client() -> WorkflowsClient:
    """The client of executions, as the account of application default credentials. Takes a second to import."""
    from google.cloud.workflows.executions_v1 import ExecutionsClient

    return ExecutionsClient()


def run_client() -> RunClient:
    """The client of job executions, as the same account."""
    from google.cloud.run_v2 import ExecutionsClient

    return ExecutionsClient()


class CloudExecutions:
    """The workflow executions of a place. What the API refuses is raised as an error of ours with the remedy."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._opened: Any = None

    def start(self, argument: str) -> Execution:
        """Start an execution with this JSON text."""
        with self._asked("submit") as client:
            request = {"parent": self._place.parent, "execution": {"argument": argument}}
            # Not tried again: the API takes no request id, every call starts an execution.
            made = client.create_execution(request=request, timeout=_SECONDS, retry=None)
            return Execution.of(_document(made))

    def get(self, execution: str) -> Execution:
        """One execution, whole."""
        with self._asked("read", execution) as client:
            return Execution.of(_document(client.get_execution(request=self._named(execution), timeout=_SECONDS)))

    def cancel(self, execution: str) -> Execution:
        """Cancel an execution that is not finished."""
        with self._asked("cancel", execution) as client:
            return Execution.of(_document(client.cancel_execution(request=self._named(execution), timeout=_SECONDS)))

    def list(self, state: str | None, limit: int) -> list[Execution]:
        """The newest executions, of one state only if asked for."""
        request = {
            "parent": self._place.parent,
            "page_size": min(limit, _PAGE),
            "view": "FULL",
            "filter": f'state="{state}"' if state else "",
        }
        with self._asked("read") as client:
            found = client.list_executions(request=request, timeout=_SECONDS)
            return [Execution.of(_document(one)) for one in islice(found, limit)]

    def _named(self, execution: str) -> dict[str, str]:
        return {"name": f"{self._place.parent}/executions/{execution}"}

    @contextmanager
    def _asked(self, action: str, execution: str | None = None) -> Iterator[WorkflowsClient]:
        place = self._place
        asked = Asked("workflowexecutions", action, place.project, place.location, place.workflow, execution)
        with explained(asked):
            self._opened = self._opened or workflows_client()
            yield self._opened


class CloudJobs:
    """The executions of the render job of a place."""

    MOST = 1000
    """Job executions looked at to find one: the API cannot be asked for a variable's value."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._opened: Any = None

    def of(self, execution: str) -> JobExecution | None:
        """The newest job execution that works for a workflow execution."""
        with self._asked("read") as client:
            request = {"parent": self._place.job_parent, "page_size": _PAGE}
            for one in islice(client.list_executions(request=request, timeout=_SECONDS), self.MOST):
                job = JobExecution.of(_document(one))
                if job.execution == execution:
                    return job
        return None

    def cancel(self, job: JobExecution) -> None:
        """Cancel it; returns when the order is taken, not when its tasks are gone."""
        with self._asked("cancel", job.id) as client:
            client.cancel_execution(name=job.name, timeout=_SECONDS)

    @contextmanager
    def _asked(self, action: str, execution: str | None = None) -> Iterator[RunClient]:
        place = self._place
        with explained(Asked("run", action, place.project, place.location, place.job, execution)):
            self._opened = self._opened or run_client()
            yield self._opened


def _document(message: Any) -> dict[str, Any]:
    """A message of Google's clients as the REST document of the same resource."""
    document: dict[str, Any] = json.loads(type(message).to_json(message, use_integers_for_enums=False))
    return document

"""Executions of the laptop cloud that is up, over the same REST that Google's APIs speak."""

from __future__ import annotations

import contextlib
from typing import Any

import requests

from bachata.errors import BachataError, Conflict, InvalidRequest, NotFound, Unavailable
from bachata.local.home import Home
from bachata.local.names import JOB
from bachata.local.up import find

from .documents import Execution, JobExecution

_SECONDS = 10.0


class Laptop:
    """The addresses of the cloud that is up in a home. Raises Unavailable when none is."""

    def __init__(self, home: Home) -> None:
        up = find(home)
        if up is None:
            raise Unavailable(
                "No laptop cloud is up: start `bachata up`, make the video with `bachata run`, or name a project "
                "with --project and --location"
            )
        self.executions: str = up["executions"]
        self.jobs = f"{up['jobs']}/{JOB}/executions"
        self._api = self.jobs.split("/v2/", 1)[0] + "/v2/"
        self._token: str = up["token"]

    def job_url(self, name: str) -> str:
        """The address of a job execution by its full name."""
        return self._api + name

    def ask(self, method: str, url: str, body: Any = None, **query: str) -> dict[str, Any]:
        """The JSON answer. Raises NotFound, Conflict, InvalidRequest or Unavailable with the API's words."""
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            with requests.Session() as session:
                session.trust_env = False  # no proxy between two processes of one machine
                answer = session.request(method, url, json=body, params=query, headers=headers, timeout=_SECONDS)
            document: dict[str, Any] = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise Unavailable("The laptop cloud does not answer; try again", details=type(error).__name__) from error
        if answer.ok:
            return document
        raise _refusal(document.get("error") or {})


class LaptopExecutions:
    """The workflow executions of the laptop cloud that is up; they are forgotten when it stops."""

    def __init__(self, laptop: Laptop, home: Home) -> None:
        self._laptop = laptop
        self._home = home

    def start(self, argument: str) -> Execution:
        """Start an execution with this JSON text."""
        return Execution.of(self._laptop.ask("POST", self._laptop.executions, {"argument": argument}))

    def get(self, execution: str) -> Execution:
        """One execution, whole."""
        return Execution.of(self._laptop.ask("GET", f"{self._laptop.executions}/{execution}"))

    def cancel(self, execution: str) -> Execution:
        """Cancel an execution that is not finished, and its task: here the row is at hand."""
        cancelled = Execution.of(self._laptop.ask("POST", f"{self._laptop.executions}/{execution}:cancel", {}))
        if cancelled.task_id is not None:
            self._cancel_task(cancelled.task_id, execution)
        return cancelled

    def list(self, state: str | None, limit: int) -> list[Execution]:
        """The newest executions, of one state only if asked for."""
        found: list[Execution] = []
        following: str | None = "0"
        while following is not None and len(found) < limit:
            page = self._laptop.ask("GET", self._laptop.executions, pageSize="100", pageToken=following)
            read = [Execution.of(document) for document in page["executions"]]
            found += [one for one in read if state in (None, one.state)]
            following = page.get("nextPageToken")
        return found[:limit]

    def _cancel_task(self, task_id: str, execution: str) -> None:
        from bachata.cli import rooms
        from bachata.tasks.store import TaskStore

        # Not opened yet, another execution's by now, or finished in this very moment: then there is nothing to cancel.
        with rooms.database() as engine, contextlib.suppress(BachataError):
            if TaskStore(engine).get(task_id).workflow_execution == execution:
                TaskStore(engine).cancel(task_id)


class LaptopJobs:
    """The executions of the laptop cloud's render job."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop

    def of(self, execution: str) -> JobExecution | None:
        """The newest job execution that works for a workflow execution."""
        found = self._laptop.ask("GET", self._laptop.jobs)["executions"]
        return next((job for job in map(JobExecution.of, found) if job.execution == execution), None)

    def cancel(self, job: JobExecution) -> None:
        """Cancel it; returns when the order is taken."""
        self._laptop.ask("POST", f"{self._laptop.job_url(job.name)}:cancel", {})


def _refusal(error: dict[str, Any]) -> BachataError:
    words = str(error.get("message") or "the laptop cloud refused it")
    sentence = words[:1].upper() + words[1:]
    match error.get("status"):
        case "NOT_FOUND":
            return NotFound(f"{sentence}: `bachata list` shows those there are")
        case "FAILED_PRECONDITION":
            return Conflict(f"That cannot be done any more: {words}")
        case "INVALID_ARGUMENT":
            return InvalidRequest(sentence)
        case _:
            return Unavailable(sentence)

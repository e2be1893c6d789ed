"""One request on its way through the laptop cloud: executed in a thread, watched through its task row."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bachata.errors import BachataError, Conflict, Stopped, TaskMissing, Unavailable
from bachata.local.workflows import Execution, WorkflowCancelled, WorkflowFailed

from .interrupted import lease

if TYPE_CHECKING:
    from bachata.tasks.task import Task

    from .jobs.execution import Execution as JobExecution
    from .stack import LocalCloud

STEPS = ("open", "choose_song", "analyze", "plan", "assemble", "close")
"""The workflow's steps that are work, in order; the names are those of choreography.yaml."""

WATCH_SECONDS = 0.2


@dataclass(frozen=True)
class Progress:
    """How far a task is: the workflow's step (one of STEPS), and what its row says; `percent` is 0 to 100."""

    task_id: str
    step: str
    status: str
    stage: str
    percent: int
    message: str


Watcher = Callable[[Progress], None]


class PipelineFailed(BachataError):
    """An execution failed. The error is that of the task row, which holds the job's own report when it left one."""

    def __init__(self, error: Mapping[str, Any], *, task_id: str, job: JobExecution | None) -> None:
        """`error` is an error body; `job` the failed job execution, if it was the job that failed."""
        stage = error.get("stage")
        super().__init__(
            str(error.get("error") or "The pipeline failed."),
            details=str(error.get("details") or ""),
            stage=str(stage) if stage else None,
        )
        self.task_id = task_id
        self.logs: Path | None = job.logs if job else None
        self.last_words = job.last_error() if job else None
        self._body = dict(error)

    def as_dict(self) -> dict[str, Any]:
        """The error body of the step that failed, with the task's id."""
        return {"code": self.code, **self._body, **_present(super().as_dict()), "task_id": self.task_id}


def _present(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("error", "details", "stage")}


class Run:
    """One execution of the workflow for one request."""

    def __init__(self, cloud: LocalCloud, request: Mapping[str, Any]) -> None:
        """Nothing starts before `wait`."""
        self.id = str(uuid.uuid4())
        self.task_id = str(request.get("task_id") or self.id)
        self._cloud = cloud
        self._request = dict(request)
        self._step = STEPS[0]
        self._execution = Execution(
            cloud.workflow,
            env={**cloud.workflow_env, "GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID": self.id},
            endpoints=cloud.endpoints,
            token_source=cloud.token_source,
            on_step=self._note_step,
        )
        self._ended = threading.Event()
        self._result: dict[str, Any] = {}
        self._error: BaseException | None = None

    def wait(self, on_progress: Watcher | None, stop: threading.Event | None) -> dict[str, Any]:
        """Run to the end; the workflow's result. See `LocalCloud.run`."""
        with lease(self._cloud.home, self.id):
            return self._wait(on_progress, stop)

    def _wait(self, on_progress: Watcher | None, stop: threading.Event | None) -> dict[str, Any]:
        thread = threading.Thread(target=self._work, name=f"run-{self.id}")
        thread.start()
        try:
            self._watch(on_progress, stop)
        finally:  # also when the watcher raises or the user presses Ctrl-C: nothing goes on unseen
            if not self._ended.is_set():
                self._cancel()
            thread.join()
        if isinstance(self._error, WorkflowCancelled):
            raise Stopped(f"Task {self.task_id} was cancelled")
        if isinstance(self._error, WorkflowFailed):
            raise self._failure(self._error.payload) from None
        if self._error is not None:
            raise self._error
        return self._result

    def _work(self) -> None:
        try:
            self._result = self._execution.run(self._request)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._error = error
        self._ended.set()

    def _note_step(self, name: str, *, routine: str, line: int) -> None:  # noqa: ARG002 - the observer's signature
        if routine == "main" and name in STEPS:
            self._step = name

    def _watch(self, on_progress: Watcher | None, stop: threading.Event | None) -> None:
        """Report every change until the end; cancel when asked to, here or through the task row."""
        now = last = Progress(self.task_id, self._step, "started", self._step, 0, "")
        while True:
            ended = self._ended.wait(WATCH_SECONDS)
            now = self._progress(now)
            if on_progress is not None and now != last:
                on_progress(now)
                last = now
            if ended:
                return
            if now.status == "cancelled" or (stop is not None and stop.is_set()):
                self._cancel()
                return

    def _progress(self, before: Progress) -> Progress:
        task = self._row()
        if task is None:
            return replace(before, step=self._step)
        return Progress(self.task_id, self._step, task.status, task.stage, task.progress, task.message)

    def _row(self) -> Task | None:
        """The task's row, if it is ours: not claimed yet, or another execution's, it says nothing about this run."""
        from bachata.tasks.store import TaskStore

        try:
            task = TaskStore(self._cloud.engine).get(self.task_id)
        except (TaskMissing, Unavailable):  # the database may be restarting: the work goes on
            return None
        return task if task.workflow_execution == self.id else None

    def _cancel(self) -> None:
        """End the execution and its job, and say so in the row, unless somebody already has."""
        from bachata.tasks.store import TaskStore

        self._execution.cancel()
        if self._row() is not None:
            # It may have ended in this very moment, and the database may be away: the work ends all the same.
            with contextlib.suppress(Conflict, Unavailable):
                TaskStore(self._cloud.engine).cancel(self.task_id)
        for job in self._job_executions():
            job.cancel()

    def _job_executions(self) -> list[JobExecution]:
        return [job for job in self._cloud.jobs.executions() if job.variable("EXECUTION_ID") == self.id]

    def _failure(self, payload: Any) -> PipelineFailed:
        row = self._row()
        if row is not None and row.error:
            error = row.error
        elif isinstance(payload, dict):
            error = {**payload, "error": payload.get("message")}
        else:
            error = {"error": str(payload)}
        failed = [job for job in self._job_executions() if job.error]
        return PipelineFailed(error, task_id=self.task_id, job=failed[-1] if failed else None)

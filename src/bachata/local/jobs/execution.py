"""One execution of a job: its tasks, their retries, and the document that tells how it goes."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .attempt import Attempt, Outcome
from .definition import JobDefinition, Run
from .log import last_error

TYPE = "type.googleapis.com/google.cloud.run.v2.Execution"


@dataclass(frozen=True)
class Places:
    """Where an execution keeps its logs and its attempts' temporary files; seconds between SIGTERM and SIGKILL."""

    logs: Path
    scratch: Path
    grace: float


@dataclass
class _Counts:
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    retried: int = 0


class Execution:
    """Runs in threads of its own from `start` on; every method may be called from any thread."""

    def __init__(self, name: str, definition: JobDefinition, run: Run, places: Places) -> None:
        """`name` is the full resource name; the last part names the execution."""
        self.name = name
        self.short_name = name.rsplit("/", 1)[1]
        self.logs = places.logs / self.short_name
        self._definition = definition
        self._run = run
        self._places = places
        self._lock = threading.Lock()
        self._finished = threading.Event()
        self._cancelled = False
        self._attempts: set[Attempt] = set()
        self._counts = _Counts()
        self._reason = ""
        self._created = datetime.now(UTC)
        self._completed: datetime | None = None
        self._thread = threading.Thread(target=self._work, name=self.short_name)

    def start(self) -> None:
        """Begin with the tasks; returns at once."""
        self._thread.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it is finished, after waiting at most `timeout` seconds."""
        return self._finished.wait(timeout)

    def cancel(self) -> None:
        """End every running task and start no further one; returns when all are gone. Harmless when finished."""
        with self._lock:
            if self._completed:
                return
            self._cancelled = True
            attempts = list(self._attempts)
        # At once, not one after the other: each may take the whole grace period.
        stoppers = [threading.Thread(target=attempt.cancel) for attempt in attempts]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()
        self._thread.join()

    def variable(self, name: str) -> str | None:
        """A variable its tasks were given, for example the workflow execution it works for."""
        return self._run.env.get(name)

    def last_error(self) -> str | None:
        """What its tasks complained about last, from their logs: for the person at this machine, not the API.

        The last task speaks for all and its last attempt for it; a log without an error counts only when all are.
        """
        logs = sorted(self.logs.glob("*.log"), key=_task_and_attempt, reverse=True)
        errors = (last_error(log, severe=severe) for severe in (True, False) for log in logs)
        return next((error for error in errors if error), None)

    @property
    def error(self) -> tuple[int, str] | None:
        """google.rpc code and message of a finished execution that did not succeed.

        The codes are our choice (FAILED_PRECONDITION, CANCELLED): Cloud Run's are undocumented; do not branch on them.
        """
        with self._lock:
            if not self._completed or self._counts.succeeded == self._run.task_count:
                return None
            return (1, "The execution was cancelled.") if self._cancelled else (9, self._reason)

    def document(self) -> dict[str, Any]:
        """The Execution resource of the v2 API, as JSON."""
        with self._lock:
            counts = self._counts
            document = {
                "name": self.name,
                "job": self._definition.name,
                "template": {"containers": [{"env": [{"name": n, "value": v} for n, v in self._run.env.items()]}]},
                "createTime": _stamp(self._created),
                "startTime": _stamp(self._created),
                "updateTime": _stamp(self._completed or datetime.now(UTC)),
                "parallelism": self._parallelism,
                "taskCount": self._run.task_count,
                "runningCount": counts.running,
                "succeededCount": counts.succeeded,
                "failedCount": counts.failed,
                "cancelledCount": counts.cancelled,
                "retriedCount": counts.retried,
                "reconciling": self._completed is None,
                "logUri": self.logs.as_uri(),
                "conditions": [self._condition()],
            }
            if self._completed:
                document["completionTime"] = _stamp(self._completed)
            return document

    @property
    def _parallelism(self) -> int:
        return min(self._run.task_count, self._definition.parallelism or os.cpu_count() or 1)

    def _condition(self) -> dict[str, Any]:
        completed: dict[str, Any] = {
            "type": "Completed",
            "lastTransitionTime": _stamp(self._completed or self._created),
        }
        if not self._completed:
            return {**completed, "state": "CONDITION_RECONCILING"}
        if self._counts.succeeded == self._run.task_count:
            return {**completed, "state": "CONDITION_SUCCEEDED", "message": "Execution completed successfully."}
        reason = "CANCELLED" if self._cancelled else "NON_ZERO_EXIT_CODE"
        message = "The execution was cancelled." if self._cancelled else self._reason
        return {**completed, "state": "CONDITION_FAILED", "message": message, "executionReason": reason}

    def _work(self) -> None:
        with ThreadPoolExecutor(self._parallelism, thread_name_prefix=self.short_name) as pool:
            # A task that fails for good does not stop its siblings: Cloud Run lets them finish, too.
            list(pool.map(self._task, range(self._run.task_count)))
        with self._lock:
            self._completed = datetime.now(UTC)
        self._finished.set()

    def _task(self, index: int) -> None:
        for number in range(self._definition.max_retries + 1):
            outcome = self._attempt(index, number)
            with self._lock:
                if outcome.succeeded:
                    self._counts.succeeded += 1
                    return
                if outcome.cancelled or self._cancelled:
                    self._counts.cancelled += 1
                    return
                if number < self._definition.max_retries:
                    self._counts.retried += 1
                    continue
                self._counts.failed += 1
                self._reason = f"Task {self.short_name}-task{index} failed with message: {outcome.reason}"

    def _attempt(self, index: int, number: int) -> Outcome:
        attempt = Attempt(
            [*self._definition.command, *self._run.args],
            cwd=self._definition.cwd,
            env={
                **self._run.env,
                "CLOUD_RUN_JOB": self._definition.name,
                "CLOUD_RUN_EXECUTION": self.short_name,
                "CLOUD_RUN_TASK_INDEX": str(index),
                "CLOUD_RUN_TASK_COUNT": str(self._run.task_count),
                "CLOUD_RUN_TASK_ATTEMPT": str(number),
            },
            log=self.logs / f"task-{index}-attempt-{number}.log",
            scratch=self._places.scratch,
            timeout=self._run.timeout,
            grace=self._places.grace,
        )
        with self._lock:
            if self._cancelled:
                return Outcome(succeeded=False, cancelled=True)
            self._attempts.add(attempt)
            self._counts.running += 1
        try:
            return attempt.run()
        finally:
            with self._lock:
                self._attempts.discard(attempt)
                self._counts.running -= 1


def _task_and_attempt(log: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in log.stem.split("-") if part.isdecimal())


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")

"""What people read of an execution: the words of the local commands, wherever it runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bachata.cli import understood
from bachata.errors import BachataError
from bachata.tasks.task import SENTENCES, STAGES

from .documents import Execution, JobExecution
from .pipeline import Status

_STEPS = {
    None: ("Listening to the song, choosing the moves", 5),
    "open": ("Starting", 0),
    "choose_song": ("Choosing the song", 2),
    "analyze": (SENTENCES["analyzing"], STAGES["analyzing"]),
    "plan": (SENTENCES["planning"], STAGES["planning"]),
    "assemble": (SENTENCES["concatenating"], STAGES["fetching"]),
    "close": (SENTENCES["cleanup"], STAGES["cleanup"]),
}
"""What a step is called, and the progress (percent) at which it begins; None: before there is a job."""


class ExecutionFailed(BachataError):
    """An execution ended without a video; the error is that of the step that failed."""

    def __init__(self, status: Status) -> None:
        run, error = status.execution, status.execution.error
        body = error if isinstance(error, dict) else {"message": str(error or "")}
        stage = str(body.get("stage") or "") or None
        super().__init__(_sentence(run, body), details=str(body.get("details") or ""), stage=stage)
        self._also = {"code": body.get("code") or self.code, "execution": run.name, "task_id": run.task_id}

    def as_dict(self) -> dict[str, Any]:
        """The error body of the step, with execution and task."""
        return {**super().as_dict(), **self._also}


def _sentence(run: Execution, body: dict[str, Any]) -> str:
    if run.state == "CANCELLED":
        return f"Execution {run.id} was cancelled"
    return str(body.get("message") or f"Execution {run.id} is {run.state} and does not say why: see its log")


def progress(status: Status) -> tuple[str, float]:
    """What it is doing, and how far it is, 0 to 1."""
    if status.execution.state == "QUEUED":
        return "Waiting for its turn", 0.0
    sentence, percent = _STEPS[status.step]
    job = status.job
    if status.step == "assemble" and job is not None and job.tasks > 1:
        sentence += f", {job.succeeded} of {job.tasks} tasks done"
        percent += round((STAGES["cleanup"] - percent) * job.succeeded / job.tasks)
    return sentence, percent / 100


def status_lines(status: Status) -> Iterator[str]:
    """An execution as lines of a name and a value."""
    run = status.execution
    yield _line("execution", run.id)
    if run.task_id:
        yield _line("task", run.task_id)
    yield _line("state", run.state)
    if not run.finished:
        yield _line("step", f"{status.step or 'before the render'}: {progress(status)[0]}")
    yield _line("started", when(run.started))
    if run.ended:
        yield _line("ended", when(run.ended))
    if status.job is not None:
        yield _line("job", status.job.id)
        yield _line("tasks", _tasks(status.job))
        if status.job.reason:
            yield _line("reason", status.job.reason)
        if status.job.log:
            yield _line("log", status.job.log)
    if status.unseen is not None:
        yield _line("job", status.unseen.message)


def made(result: dict[str, Any]) -> Iterator[str]:
    """What a finished execution made, and how it understood what was asked."""
    if result.get("duplicate"):
        yield f"The same was asked before: task {result.get('task_id')} is {result.get('status')}."
        return
    yield from understood.lines(result.get("brief") or {}, result.get("song"), result.get("song_reasons") or ())
    if result.get("summary"):
        yield str(result["summary"])
    for remark in result.get("suggestions") or ():
        yield f"Note: {remark}"
    yield f"Video:  {result.get('video')}"
    yield f"Result: {result.get('result')}"


def when(stamp: str) -> str:
    """A time of the API, in this machine's time zone."""
    try:
        return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return stamp


def _line(name: str, value: str) -> str:
    return f"{name:>12}  {value}"


def _tasks(job: JobExecution) -> str:
    counts = {
        "running": job.running, "succeeded": job.succeeded, "failed": job.failed,
        "cancelled": job.cancelled, "retried": job.retried,
    }  # fmt: skip
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "none started"
    return f"{job.tasks}: {told}"

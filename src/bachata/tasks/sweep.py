"""Tasks whose execution ended without a word: cancelled in the console, deleted, or dead.

Nobody but the platform can tell a dead execution from a slow one, so it is asked; the clock alone decides only for
what has not moved for hours. Sweeping twice, or several at once, does no harm: a row is failed only if it still is what
was looked at, owned by the same execution and not moved since.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bachata.errors import Unavailable
from bachata.logs import get_logger
from bachata.tasks.executions import GONE, life
from bachata.tasks.standing import StandingTasks
from bachata.tasks.task import Task

MOST = 500
"""Tasks looked at in one sweep, those that stand longest first; a request each, and the caller waits."""

_ENDS = {
    "CANCELLED": "was cancelled",
    "FAILED": "failed and could not say so here",
    "SUCCEEDED": "ended without closing the task",
    GONE: "is not there any more",
}
_log = get_logger(__name__)


@dataclass(frozen=True)
class Patience:
    """Seconds without a movement: after `ask` the execution is asked for, after `limit` the task is given up."""

    ask: float
    limit: float


@dataclass(frozen=True)
class Swept:
    """How many tasks were looked at, and the ids of those that were failed."""

    checked: int
    failed: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"checked": self.checked, "failed": list(self.failed)}


def ended(task: Task, state: str) -> dict[str, Any]:
    """The error of a task whose execution is over."""
    return {
        "error": f"The workflow execution of this task {_ENDS[state]}: ask for the video again",
        "details": f"execution {task.workflow_execution}: {state}; it stood at {task.stage}",
        "code": "EXECUTION_OVER",
    }


def sweep(
    tasks: StandingTasks,
    state: Callable[[str], str],
    patience: Patience,
    explain: Callable[[Task, str], dict[str, Any]] = ended,
) -> Swept:
    """Fail the unfinished tasks that do not move and whose execution is over, or which stand for too long.

    `state` gives the state of an execution (`bachata.tasks.executions`); while it raises Unavailable, time alone
    decides. Raises what else it raises: then nothing can be said of any task. `explain` words the error of a task
    whose execution is over.
    """
    standing = tasks.find(patience.ask, limit=MOST)
    failed = []
    for task, seconds in standing:
        known = _state(state, task)
        if life(known) == "over":
            error = explain(task, known)
        elif seconds >= patience.limit:
            error = _stalled(task, known, seconds)
        else:
            continue
        if tasks.fail(task, error=error):
            failed.append(task.task_id)
            about = {"task_id": task.task_id, "execution": task.workflow_execution, "execution_state": known}
            _log.error("a task stopped moving", extra={**about, "stage": task.stage, "idle_seconds": round(seconds)})
    return Swept(len(standing), tuple(failed))


def _state(state: Callable[[str], str], task: Task) -> str:
    if task.workflow_execution is None:  # nobody has taken it yet
        return "UNCLAIMED"
    try:
        return state(task.workflow_execution)
    except Unavailable as error:
        _log.warning("an execution could not be asked for: %s", error.message, extra={"task_id": task.task_id})
        return "UNAVAILABLE"


def _stalled(task: Task, state: str, seconds: float) -> dict[str, Any]:
    return {
        "error": f"Nothing has moved for {seconds / 3600:.1f} hours: the task was given up; ask for the video again",
        "details": f"execution {task.workflow_execution or 'none'}: {state}; it stood at {task.stage}",
        "code": "STALLED",
    }

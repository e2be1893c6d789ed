"""One log line for every task that ends: what the metrics and alerts in ``terraform/logs.tf`` count.

The fields are a contract with their filters: `event`, `outcome`, `stage`, `code`, `seconds`.
"""

from __future__ import annotations

from typing import Final

from bachata import logs
from bachata.tasks.task import Task

TASK_FINISHED: Final = "task_finished"
"""Value of `event`."""

_log = logs.get_logger(__name__)


def log_outcome(task: Task) -> None:
    """Say that `task` has just ended: call it once, after the transaction that ended it.

    `seconds` is from the first request to now: of a failed task that was asked for again, the time in between counts.
    """
    error = task.error or {}
    _log.info(
        "the task is %s",
        task.status,
        extra={
            "event": TASK_FINISHED,
            "task_id": task.task_id,
            "outcome": task.status,
            "stage": task.stage,
            "code": str(error.get("code", "")),
            "seconds": round((task.updated_at - task.created_at).total_seconds(), 3),
        },
    )

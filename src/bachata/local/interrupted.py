"""Tasks whose worker was killed: their rows must not say "running" for ever.

In the cloud an execution that ends is known to Workflows, whatever killed the machine below it. Here the process that
runs an execution holds a lease on it, a lock the kernel drops with the process. Whoever starts next fails the tasks
whose execution neither has a lease nor is known to a cloud that is up.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bachata.errors import BachataError
from bachata.logs import get_logger

from .home import Home
from .up import is_running

if TYPE_CHECKING:
    import sqlalchemy as sa

_LOG = get_logger(__name__)
_ERROR = {
    "error": "The process that worked on this task ended before the task was done: run it again",
    "details": "killed, or the machine went down",
    "code": "INTERRUPTED",
}
_MOST = 1000  # tasks looked at; more than that cannot have run at once


@contextmanager
def lease(home: Home, execution: str) -> Iterator[None]:
    """Say that this process runs `execution`, until the block ends. Take it before the task's row names it."""
    home.executions.mkdir(parents=True, exist_ok=True)
    path = home.executions / execution
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def fail_interrupted(home: Home, engine: sa.Engine) -> list[str]:
    """Fail the unfinished tasks nobody works on any more; their ids."""
    from bachata.tasks.store import TaskStore
    from bachata.tasks.task import ACTIVE

    store = TaskStore(engine)
    failed = []
    for task in [task for status in ACTIVE for task in store.list(status=status, limit=_MOST)]:
        execution = task.workflow_execution
        if execution is None or _is_leased(home, execution) or is_running(home, execution):
            continue
        with contextlib.suppress(BachataError):  # it ended, or somebody else was faster
            store.fail(task.task_id, execution, stage=task.stage, error=_ERROR)
            failed.append(task.task_id)
            _LOG.warning("a task was interrupted", extra={"task_id": task.task_id, "stage": task.stage})
    return failed


def _is_leased(home: Home, execution: str) -> bool:
    if Path(execution).name != execution:
        return False  # not one of ours: they are plain ids
    path = home.executions / execution
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False

"""Tasks whose worker was killed: their rows must not say "running" for ever.

In the cloud an execution that ends is known to Workflows, whatever killed the machine below it. Here the process that
runs an execution holds a lease on it, a lock the kernel drops with the process. Whoever starts next fails the tasks
whose execution neither has a lease nor is known to a cloud that is up.
"""

from __future__ import annotations

import fcntl
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .home import Home
from .up import is_running

if TYPE_CHECKING:
    import sqlalchemy as sa

_ERROR = {
    "error": "The process that worked on this task ended before the task was done: run it again",
    "details": "killed, or the machine went down",
    "code": "INTERRUPTED",
}


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
    """Fail the unfinished tasks nobody works on any more; their ids. The sweep of the cloud, asking leases instead."""
    from bachata.tasks.standing import StandingTasks
    from bachata.tasks.sweep import Patience, sweep

    def state(execution: str) -> str:
        return "ACTIVE" if _is_leased(home, execution) or is_running(home, execution) else "GONE"

    # Leases are dropped by the kernel: no clock decides, so a laptop that slept keeps its tasks.
    swept = sweep(StandingTasks(engine), state, Patience(ask=0, limit=math.inf), explain=lambda *_: _ERROR)
    return list(swept.failed)


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

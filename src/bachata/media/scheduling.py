"""How the operating system schedules this process, where an encoder has changed it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

_TASKS: Final = Path("/proc/self/task")


def ordinary() -> None:
    """Give every thread of this process its ordinary scheduling back; nothing on systems without Linux's threads.

    SVT-AV1, run as root, makes its threads and its caller real-time ones of the highest priority (SCHED_FIFO 99), and
    every child inherits that: nothing else on the machine gets a turn, from databases to shells.
    """
    if not _TASKS.is_dir():
        return
    for task in _TASKS.iterdir():
        with suppress(ProcessLookupError):  # a thread may end while we look
            if os.sched_getscheduler(int(task.name)) in (os.SCHED_FIFO, os.SCHED_RR):
                os.sched_setscheduler(int(task.name), os.SCHED_OTHER, os.sched_param(0))

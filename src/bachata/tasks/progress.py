"""Progress a render can report without ever depending on the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

from sqlalchemy.exc import SQLAlchemyError

from bachata import logs
from bachata.errors import Unavailable
from bachata.settings import Settings
from bachata.tasks.engine import open_engine
from bachata.tasks.store import TaskStore
from bachata.tasks.task import STAGES

TIMEOUT = 1.0
"""Seconds to connect and to write: a render waits for twice this at worst, then not again before `_FIRST_PAUSE`."""
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 60.0  # seconds without a try after a failed one; doubles
_EVERY = 1.0  # seconds between two writes within a stage
_LOG_EVERY = 60.0

_log = logs.get_logger(__name__)

_STAGE_ENDS = dict(pairwise(STAGES))


class ProgressReporter:
    """Writes a task's progress, best effort: `reporter(stage, fraction)`.

    Only faults of the database are swallowed; they are logged once a minute, and while it is away most calls return at
    once. When the task turns out to be no longer this execution's (cancelled, or taken over), `lost` becomes True:
    the work is in vain.
    """

    def __init__(
        self, store: TaskStore, task_id: str, execution: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.lost = False
        self._store = store
        self._task_id = task_id
        self._execution = execution
        self._clock = clock
        self._last_stage = ""
        self._last_write = self._last_log = float("-inf")
        self._closed_until = float("-inf")
        self._pause = _FIRST_PAUSE

    @classmethod
    def connect(cls, settings: Settings, task_id: str, execution: str) -> ProgressReporter:
        """A reporter on its own impatient connection, made at the first report."""
        engine = open_engine(settings.model_copy(update={"db_pool_size": 1}), timeout=TIMEOUT, ping=False)
        return cls(TaskStore(engine), task_id, execution)

    def rendered_by(self, job_execution: str) -> None:
        """Note the job execution that renders the task; like every report, best effort."""
        try:
            self._store.set_job_execution(self._task_id, self._execution, job_execution)
        except (Unavailable, SQLAlchemyError) as error:
            self._complain(error)

    def close(self) -> None:
        """Give the connection back."""
        self._store.close()

    def __call__(self, stage: str, fraction: float = 0.0, message: str = "") -> None:
        """Report that `fraction` (0 to 1) of `stage` is done."""
        now = self._clock()
        if self.lost or now < self._closed_until or (stage == self._last_stage and now < self._last_write + _EVERY):
            return
        begin, end = STAGES[stage], STAGES[_STAGE_ENDS.get(stage, stage)]
        percent = begin + int((end - begin) * min(max(fraction, 0.0), 1.0))
        try:
            self.lost = not self._store.progress(self._task_id, self._execution, stage, percent, message)
        except (Unavailable, SQLAlchemyError) as error:
            self._closed_until = self._clock() + self._pause
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            self._complain(error)
            return
        self._pause = _FIRST_PAUSE
        self._last_stage, self._last_write = stage, now
        if self.lost:
            _log.warning("the task is no longer ours: cancelled, or taken over by another execution")

    def _complain(self, error: Exception) -> None:
        now = self._clock()
        if now >= self._last_log + _LOG_EVERY:
            self._last_log = now
            _log.warning("progress cannot be written; the work goes on", extra={"reason": type(error).__name__})

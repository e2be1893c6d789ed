"""One attempt of one task: the real process, its time limit, its scratch directory."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bachata.errors import Unavailable
from bachata.local.processes import Child, base_environment


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended: succeeded, cancelled, or neither (then it failed, and `reason` is for people)."""

    succeeded: bool
    cancelled: bool = False
    reason: str = ""


class Attempt:
    """A process that is run once and may be cancelled from another thread at any time."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        log: Path,
        scratch: Path,
        timeout: float,
        grace: float,
    ) -> None:
        self._command = command
        self._cwd = cwd
        self._env = env
        self._log = log
        self._scratch = scratch
        self._timeout = timeout
        self._grace = grace
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._cancelled = False

    def run(self) -> Outcome:
        """Run to the end. Temporary files go, whatever the end: a killed process cannot clean up after itself."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.mkdtemp(dir=self._scratch, prefix="attempt-")
        try:
            return self._run(scratch)
        except Unavailable as error:
            return Outcome(succeeded=False, reason=error.message)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def cancel(self) -> None:
        """SIGTERM, the grace period, SIGKILL; returns when the process is gone."""
        with self._lock:
            self._cancelled = True
            child = self._child
        if child is not None:
            child.stop(self._grace)

    def _run(self, scratch: str) -> Outcome:
        # Under the lock, so that a cancel either finds the child or prevents it.
        with self._lock:
            if self._cancelled:
                return Outcome(succeeded=False, cancelled=True)
            env = base_environment(**{**self._env, "TMPDIR": scratch})
            child = self._child = Child(self._command, env=env, cwd=self._cwd, log=self._log)
        code = child.wait(self._timeout)
        if code is None:
            child.stop(self._grace)
            return Outcome(succeeded=False, cancelled=self._cancelled, reason="The configured timeout was reached.")
        if code == 0:
            return Outcome(succeeded=True)
        how = f"was ended by signal {-code}" if code < 0 else f"exited with an error (exit code {code})"
        return Outcome(succeeded=False, cancelled=self._cancelled, reason=f"The container {how}.")

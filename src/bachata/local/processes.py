"""Child processes that die with their owner.

Every child gets a process group of its own (a Ctrl-C in the terminal reaches the owner, who stops the children in
order), no shell, and one file for all it prints. On Linux the kernel kills it when the owner dies, even by SIGKILL;
elsewhere `atexit` does it, which a SIGKILL of the owner escapes.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bachata.errors import Unavailable

_LAUNCHER = Path(__file__).with_name("_die_with_parent.py")

# What a child inherits of the owner's environment. Everything else is given explicitly: a TASK_ID or a DATABASE_URL
# left over in somebody's shell must not reach a render.
INHERITED = (
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "PYTHONPATH", "SYSTEMROOT",
    "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "COVERAGE_PROCESS_START",
)  # fmt: skip


def base_environment(**variables: str) -> dict[str, str]:
    """What every child needs of this process's environment, plus `variables`."""
    return {**{name: os.environ[name] for name in INHERITED if name in os.environ}, **variables}


class _Nursery:
    """Starts children from one thread that lives as long as the process.

    The death signal follows the *thread* that started a child (prctl(2)): a child started by a worker thread would be
    killed when that thread ends.
    """

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._pid = 0

    def start(self, popen: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._pid != os.getpid():  # first use, or we are a fork: threads do not survive it
                self._orders, self._pid = queue.SimpleQueue(), os.getpid()
                self._thread = threading.Thread(target=self._work, args=(self._orders,), name="nursery", daemon=True)
                self._thread.start()
        answer: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()

        def order() -> None:
            try:
                answer.put(popen())
            except OSError as error:
                answer.put(error)

        self._orders.put(order)
        outcome = answer.get()
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    @staticmethod
    def _work(orders: queue.SimpleQueue[Callable[[], None]]) -> None:
        while True:
            orders.get()()


_nursery = _Nursery()
_living: set[Child] = set()


class Child:
    """A running command. Always stopped by `stop`, or by the end of the `with` block."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path,
        pass_fds: Sequence[int] = (),
    ) -> None:
        """Start `command`, a program and its arguments. Output and errors are appended to `log`.

        Raises Unavailable when no process can be started there. A program that does not exist ends with 127 on Linux,
        where another process stands between, and raises Unavailable elsewhere.
        """
        launcher: list[str] = []
        if sys.platform == "linux":
            launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid())]
        arguments = [*launcher, *(str(part) for part in command)]
        log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with log.open("ab") as output:
                self._process = _nursery.start(
                    lambda: subprocess.Popen(  # noqa: S603 - an argument list, no shell
                        arguments,
                        env=dict(env),
                        cwd=cwd,
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=subprocess.STDOUT,
                        process_group=0,
                        pass_fds=tuple(pass_fds),
                    )
                )
        except OSError as error:
            raise Unavailable(f"Could not start {Path(str(command[0])).name}: {error.strerror}") from None
        _living.add(self)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Process id, also of its group."""
        return self._process.pid

    def poll(self) -> int | None:
        """Exit code, or None while it runs; minus the signal when killed by one."""
        code = self._process.poll()
        return None if code is None else self._finished(code)

    def wait(self, timeout: float | None = None) -> int | None:
        """Exit code, or None when it still runs after `timeout` seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._finished(self._process.wait(timeout))
        return None

    def stop(self, grace: float = 10.0) -> int:
        """SIGTERM to the process, `grace` seconds, then SIGKILL to its whole group. Returns the exit code."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)
            if self.wait(grace) is None:
                self._kill_group()
        return self._finished(self._process.wait())

    def _finished(self, code: int) -> int:
        # What the command itself left running in its group goes with it.
        if self in _living:
            _living.discard(self)
            self._kill_group()
        return code

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


@atexit.register
def _stop_all() -> None:
    for child in list(_living):
        child.stop(grace=2.0)

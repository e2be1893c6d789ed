"""Run commands and say what they cost: wall time, CPU time, peak memory and bytes written of their process trees."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.02


@dataclass(frozen=True)
class Cost:
    """What a command cost. It counts for itself and for every process it waited for."""

    wall_s: float
    cpu_s: float
    """User and system time, from the kernel's own account of the ended process."""
    peak_rss_mb: float
    """Largest sum over the process tree that was seen, MB of 10⁶ bytes."""
    output: str
    written_mb: float | None = None
    """Bytes of all write calls (files, pipes, the same file twice: all count), MB; None where the kernel keeps none."""

    def json(self) -> dict[str, object]:
        """The command's standard output, which must be one JSON object."""
        document: dict[str, object] = json.loads(self.output)
        return document


class Running:
    """A command at work, its memory watched from the first moment. `wait` for it, always."""

    def __init__(
        self, command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        self._command = command
        with ExitStack() as stack:  # files, not pipes: nothing has to be read while it works
            self._output, self._errors = (stack.enter_context(tempfile.TemporaryFile("w+b")) for _ in range(2))
            self._began = time.perf_counter()
            self._process = subprocess.Popen(
                command, env={**os.environ, **(env or {})}, cwd=cwd, stdout=self._output, stderr=self._errors
            )
            self._files = stack.pop_all()
        self._peak = 0
        self._ended = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def kill(self) -> None:
        """End it as a container is ended that ran out of time: at once, with no chance to tidy up."""
        os.kill(self._process.pid, signal.SIGKILL)  # not Popen's own, which would bury one that has just ended

    @property
    def at_work(self) -> bool:
        """Whether it has not ended yet."""
        return not self._ended.is_set() and _waited(self._process.pid, block=False) is None

    def wait(self, *, may_fail: bool = False) -> Cost:
        """Its cost when it has ended; raises RuntimeError with its last words if it fails."""
        pid = self._process.pid
        with self._files:
            _waited(pid, block=True)
            wall = time.perf_counter() - self._began
            written = _written(pid)  # the dead keep their accounts until they are waited for
            self._ended.set()
            self._sampler.join()
            _, status, usage = os.wait4(pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
            output, errors = (self._read(file) for file in (self._output, self._errors))
        if self._process.returncode and not may_fail:
            words = " ".join(self._command[:4])
            raise RuntimeError(f"{words} … exited {self._process.returncode}: {errors[-2000:]}")
        return Cost(wall, usage.ru_utime + usage.ru_stime, self._peak / 1e6, output, written)

    @staticmethod
    def _read(file: tempfile._TemporaryFileWrapper[bytes]) -> str:
        file.seek(0)
        return file.read().decode(errors="replace")

    def _sample(self) -> None:
        while True:
            self._peak = max(self._peak, _tree_rss(self._process.pid))
            if self._ended.wait(_SAMPLE_SECONDS):
                return


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Cost:
    """Run `command` to its end; raises RuntimeError with its last words if it fails."""
    return Running(command, env=env, cwd=cwd).wait()


def run_together(commands: Sequence[Sequence[str]], envs: Sequence[Mapping[str, str]]) -> Cost:
    """Run commands side by side: wall time of the last to end, CPU and bytes of all, memory of all at their peaks."""
    running = [Running(command, env=env) for command, env in zip(commands, envs, strict=True)]
    costs, errors = [], []
    for each in running:
        try:
            costs.append(each.wait())
        except RuntimeError as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return Cost(
        max(c.wall_s for c in costs),
        sum(c.cpu_s for c in costs),
        sum(c.peak_rss_mb for c in costs),
        "\n".join(c.output for c in costs),
        _summed(costs),
    )


def in_turn(costs: Sequence[Cost]) -> Cost:
    """The cost of commands that ran one after the other."""
    return Cost(
        sum(c.wall_s for c in costs),
        sum(c.cpu_s for c in costs),
        max(c.peak_rss_mb for c in costs),
        "\n".join(c.output for c in costs),
        _summed(costs),
    )


def machine() -> str:
    """One line about where the figures come from."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def _summed(costs: Sequence[Cost]) -> float | None:
    written = [c.written_mb for c in costs]
    return None if None in written else sum(w for w in written if w is not None)


def _tree_rss(root: int) -> int:
    """Resident bytes of a tree now; of a root that works alone what it had at most, which the kernel remembers."""
    return max(sum(_rss(pid) for pid in (root, *_descendants(root))), _high_water(root))


def _descendants(pid: int) -> Iterator[int]:
    """Processes begotten by a process, whichever of its threads did it. psutil would read all of /proc to know."""
    listed = list(Path(f"/proc/{pid}/task").glob("*/children"))
    if not listed:
        with suppress(psutil.Error):
            yield from (child.pid for child in psutil.Process(pid).children(recursive=True))
        return
    for children in listed:
        with suppress(OSError):  # the thread ended between the listing and the look
            for child in map(int, children.read_text(encoding="ascii").split()):
                yield child
                yield from _descendants(child)


def _rss(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _high_water(pid: int) -> int:
    return next((int(line.split()[1]) * 1024 for line in _proc(pid, "status") if line.startswith("VmHWM:")), 0)


def _written(pid: int) -> float | None:
    return next((int(line.split()[1]) / 1e6 for line in _proc(pid, "io") if line.startswith("wchar:")), None)


def _proc(pid: int, name: str) -> list[str]:
    """Lines of a file under /proc; none where there is no such thing."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _waited(pid: int, *, block: bool) -> object:
    """Wait until a child has ended, and leave it to be waited for."""
    options = os.WEXITED | os.WNOWAIT | (0 if block else os.WNOHANG)
    return os.waitid(os.P_PID, pid, options)

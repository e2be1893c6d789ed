"""Run commands and say what they cost: wall time, CPU time, peak memory and bytes written of their process trees."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.meter import Meter, proc


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
            self._meter = stack.enter_context(Meter())
            self._began = time.perf_counter()
            self._process = subprocess.Popen(
                command, env={**os.environ, **(env or {})}, cwd=cwd, stdout=self._output, stderr=self._errors
            )
            self._meter.watch(self._process.pid)
            self._files = stack.pop_all()

    def kill(self) -> None:
        """End it as a container is ended that ran out of time: at once, with no chance to tidy up."""
        os.kill(self._process.pid, signal.SIGKILL)  # not Popen's own, which would bury one that has just ended

    @property
    def at_work(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None and _waited(self._process.pid, block=False) is None

    def wait(self, *, may_fail: bool = False) -> Cost:
        """Its cost when it has ended; raises RuntimeError with its last words if it fails."""
        pid = self._process.pid
        with self._files:
            _waited(pid, block=True)
            wall = time.perf_counter() - self._began
            written = _written(pid)  # the dead keep their accounts until they are waited for
            peak = self._meter.peak()
            _, status, usage = os.wait4(pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
            output, errors = (self._read(file) for file in (self._output, self._errors))
        if self._process.returncode and not may_fail:
            words = " ".join(self._command[:4])
            raise RuntimeError(f"{words} … exited {self._process.returncode}: {errors[-2000:]}")
        return Cost(wall, usage.ru_utime + usage.ru_stime, peak / 1e6, output, written)

    @staticmethod
    def _read(file: tempfile._TemporaryFileWrapper[bytes]) -> str:
        file.seek(0)
        return file.read().decode(errors="replace")


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


def _written(pid: int) -> float | None:
    return next((int(line.split()[1]) / 1e6 for line in proc(pid, "io") if line.startswith("wchar:")), None)


def _waited(pid: int, *, block: bool) -> object:
    """Wait until a child has ended, and leave it to be waited for."""
    options = os.WEXITED | os.WNOWAIT | (0 if block else os.WNOHANG)
    return os.waitid(os.P_PID, pid, options)

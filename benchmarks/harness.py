"""Run a command and say what it cost: wall time, CPU time and peak memory of its whole process tree."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.02


@dataclass(frozen=True)
class Cost:
    """What a command cost. CPU counts the command and every process it waited for."""

    wall_s: float
    cpu_s: float
    peak_rss_mb: float
    output: str

    def json(self) -> dict[str, object]:
        """The command's standard output, which must be one JSON object."""
        document: dict[str, object] = json.loads(self.output)
        return document


def _tree_rss(root: psutil.Process) -> int:
    total = 0
    for process in (root, *root.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue  # it ended between the listing and the look
    return total


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Cost:
    """Run `command` to its end; raises RuntimeError with its last words if it fails."""
    before = os.times()
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, **(env or {})}, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = 0
    done = threading.Event()

    def sample() -> None:
        nonlocal peak
        watched = psutil.Process(process.pid)
        while not done.wait(_SAMPLE_SECONDS):
            try:
                peak = max(peak, _tree_rss(watched))
            except psutil.Error:
                return

    sampler = threading.Thread(target=sample)
    sampler.start()
    output, errors = process.communicate()
    wall = time.perf_counter() - start
    done.set()
    sampler.join()
    after = os.times()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} … exited {process.returncode}: {errors[-2000:]}")
    cpu = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    return Cost(wall, cpu, peak / 1e6, output)


def machine() -> str:
    """One line about where the figures come from."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"

"""What an artefact weighs and how fast it starts, measured on the installed one.

Times are medians of several starts, with the files in the page cache: what the platform's own storage adds cannot be
seen here. Memory is that of all processes together: proportional set size at the end of the work, plus what the
worker had more at its peak.
"""

from __future__ import annotations

import statistics
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import psutil

from tools.artefacts import rehearsal
from tools.artefacts.archive import digest
from tools.artefacts.contents import modules
from tools.artefacts.installed import Installed, as_another
from tools.artefacts.running import run, serving
from tools.artefacts.samples import click_track
from tools.artefacts.theatre import Theatre

STARTS = 3
_LONG_SONG = 240  # seconds, as songs are
_IMPORT = """
import resource, time
began = time.perf_counter()
import main
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@dataclass(frozen=True)
class Weight:
    """What does not depend on the machine's speed. Sizes: archive in KiB, installed in MB of 10^6 bytes."""

    archive_kib: float
    sha256: str
    modules: tuple[str, ...]
    packages: dict[str, float]
    """Installed packages, MB each, compiled code included."""

    @property
    def installed_mb(self) -> float:
        """All packages."""
        return sum(self.packages.values())


@dataclass(frozen=True)
class Start:
    """Seconds and MB (2^20 bytes). `answer`: from process start to the first real answer, a job's to its end.

    `cpu_s`: what all processes had computed by then, which a busy machine changes little.
    """

    import_s: float
    import_mb: float
    answer_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True)
class _Answer:
    seconds: float
    cpu: float
    mb: float


def weigh(installed: Installed) -> Weight:
    """Sizes and lists of an installed artefact."""
    found = distributions(path=[str(installed.packages)])
    packages = {d.metadata["Name"].lower().replace("_", "-"): _size(d) / 1e6 for d in found}
    path = installed.artefact.path
    return Weight(
        path.stat().st_size / 1024, digest(path), tuple(modules(installed.artefact)), dict(sorted(packages.items()))
    )


def _size(distribution: object) -> int:
    files = getattr(distribution, "files", None) or ()
    located = [file.locate() for file in files]
    compiled = [c for f in located if f.suffix == ".py" for c in (f.parent / "__pycache__").glob(f"{f.stem}.*.pyc")]
    return sum(path.stat().st_size for path in {*located, *compiled} if path.is_file())


def start(installed: Installed, there: Theatre) -> Start:
    """Start it `STARTS` times and have it work. Tables, analyses and moves must be there."""
    imports = [_import(installed, there) for _ in range(STARTS)]
    answers = [_ANSWERS[installed.artefact.name](installed, there, n) for n in range(STARTS)]
    return Start(
        statistics.median(seconds for seconds, _ in imports),
        statistics.median(mb for _, mb in imports),
        statistics.median(answer.seconds for answer in answers),
        statistics.median(answer.cpu for answer in answers),
        max(answer.mb for answer in answers),
    )


def _import(installed: Installed, there: Theatre) -> tuple[float, float]:
    command = [str(installed.python), "-c", _IMPORT]
    done = subprocess.run(
        command, cwd=installed.app, env=there.environment(), check=True, capture_output=True, text=True,
        **as_another(installed.python),
    )  # fmt: skip
    seconds, mb = map(float, done.stdout.split())
    return seconds, mb


def _finalize(installed: Installed, there: Theatre, _number: int) -> _Answer:
    with serving(installed, there.environment("finalize")) as function:
        answer, seconds = function.first(rehearsal.opening(f"start-{uuid.uuid4()}"))
        rehearsal.expect(answer, 200, claimed=True)
        return _Answer(seconds, _computed(function.process.pid), _memory(function.process.pid))


def _analyze(installed: Installed, there: Theatre, number: int) -> _Answer:
    """The time of a 20 s song; once, the memory of one of four minutes."""
    with serving(installed, there.environment("analyze")) as function:
        answer, seconds = function.first({**rehearsal.TASK, "song": rehearsal.SONG, "force": True})
        computed = _computed(function.process.pid)
        rehearsal.expect(answer, 200, cached=False)
        if number == 0:
            click_track(there.store / "songs/long.wav", _LONG_SONG)
            rehearsal.expect(function.ask({"song": "songs/long.wav", "force": True}), 200, cached=False)
        return _Answer(seconds, computed, _memory(function.process.pid))


def _plan(installed: Installed, there: Theatre, _number: int) -> _Answer:
    with serving(installed, there.environment("plan")) as function:
        answer, seconds = function.first(rehearsal.planning(there))
        rehearsal.expect(answer, 200)
        return _Answer(seconds, _computed(function.process.pid), _memory(function.process.pid))


def _job(env: Callable[[Theatre], dict[str, str]]) -> Callable[[Installed, Theatre, int], _Answer]:
    def once(installed: Installed, there: Theatre, _number: int) -> _Answer:
        watched: list[tuple[float, float]] = []
        began = time.monotonic()
        code, log = run(installed, env(there), watch=lambda pid: watched.append((_computed(pid), _memory(pid))))
        if code:
            raise RuntimeError(log)
        return _Answer(time.monotonic() - began, max(c for c, _ in watched), max(mb for _, mb in watched))

    return once


_ANSWERS: dict[str, Callable[[Installed, Theatre, int], _Answer]] = {
    "finalize": _finalize,
    "analyze": _analyze,
    "plan": _plan,
    "assembler": _job(rehearsal.rendering),
    "migrate": _job(lambda there: there.environment()),
}


def _memory(pid: int) -> float:
    """MB of a process and its children."""
    return sum(_peak(process) for process in _family(pid)) / 2**20


def _computed(pid: int) -> float:
    """CPU-seconds of a process and its children so far; 0 when it has just ended."""
    try:
        return sum(t.user + t.system for t in (process.cpu_times() for process in _family(pid)))
    except psutil.NoSuchProcess:
        return 0.0


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _peak(process: psutil.Process) -> int:
    try:
        now = process.memory_full_info()
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
        high = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except (psutil.NoSuchProcess, FileNotFoundError, StopIteration):  # it has just ended
        return 0
    return int(now.pss) + max(0, high - int(now.rss))

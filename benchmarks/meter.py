"""Watch the memory of a process tree from a process of its own.

A thread would do while nothing else runs: each of the many small reads of a look gives up the interpreter's lock, and
beside one busy thread waits 5 ms to have it back, so that a look takes seconds and the peak is over (docs/traps.md).
"""

from __future__ import annotations

import io
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import psutil

SAMPLE_SECONDS: Final = 0.02


class Meter:
    """The watching process. It is started before the command it watches, so as not to cost that any time."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", __name__]
        root = Path(__file__).parents[1]
        self._process = subprocess.Popen(
            command, cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._hear()

    def watch(self, pid: int) -> None:
        """Begin to look at a process and all it begets."""
        self._say(f"{pid}\n")

    def peak(self) -> int:
        """Largest sum over the process tree that was seen, bytes. Ask before the root process is waited for."""
        self._say("\n")
        return int(self._hear())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def _say(self, words: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(words)
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the memory meter ended with exit code {self._process.wait()}")
        return line


def proc(pid: int, name: str) -> list[str]:
    """Lines of a file under /proc; none where there is no such thing."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _tree_rss(root: int) -> int:
    """Resident bytes of a tree now; of a root that works alone what it had at most, which the kernel remembers."""
    now, most = _memory(root)
    return max(now + sum(_memory(pid)[0] for pid in _descendants(root)), most)


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


def _memory(pid: int) -> tuple[int, int]:
    """Resident bytes of a process now, and at most; the latter 0 where the kernel does not tell."""
    told = dict(line.split(":", 1) for line in proc(pid, "status") if line.startswith(("VmRSS:", "VmHWM:")))
    if told:
        now, most = (int(told[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
        return now, most
    try:
        return int(psutil.Process(pid).memory_info().rss), 0
    except psutil.Error:
        return 0, 0


def _main() -> None:
    """Say that it is there; told a process, look at it until told to answer."""
    with io.FileIO(sys.stdin.fileno(), closefd=False) as told:  # a buffer might hold the second line before its turn
        print("ready", flush=True)
        root = int(told.readline())
        peak = _tree_rss(root)
        while not select.select([told], [], [], SAMPLE_SECONDS)[0]:
            peak = max(peak, _tree_rss(root))
        if told.readline():
            print(peak, flush=True)


if __name__ == "__main__":
    _main()

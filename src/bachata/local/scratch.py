"""Temporary files that are gone at the end, even when the process that made them was killed.

Every laptop cloud works in a folder of its own below ``scratch/`` and holds a lock on it. The kernel drops the lock
with the process, so whoever starts next can tell a folder in use from one left behind, and removes the latter.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch(directory: Path) -> Iterator[Path]:
    """A new folder in `directory`, removed at the end; folders of the dead are removed at the start."""
    directory.mkdir(parents=True, exist_ok=True)
    # One at a time between making a folder and locking it, or somebody's sweep would take it for left behind.
    with (directory / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _sweep(directory)
        mine = Path(tempfile.mkdtemp(dir=directory, prefix="cloud-"))
        owned = (mine / "lock").open("w")
        fcntl.flock(owned, fcntl.LOCK_EX)
    with owned:
        try:
            yield mine
        finally:
            shutil.rmtree(mine, ignore_errors=True)


def _sweep(directory: Path) -> None:
    for folder in directory.glob("cloud-*"):
        # Without its lock file it is on its way out already, by its owner's hand.
        with contextlib.suppress(OSError), (folder / "lock").open("r") as owned:
            fcntl.flock(owned, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)

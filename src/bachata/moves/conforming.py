"""Work on many clips at once: as many as there are cores, each result at hand as soon as it is there.

Threads, not processes: FFmpeg lets go of the interpreter's lock, so they are equally fast (measured), and one process
can be stopped and watched as one. Each encoder has a single thread, so nothing depends on how many clips run beside.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from bachata.moves.body.eyes import Eyes
from bachata.moves.body.keeping import keep, kept
from bachata.moves.examine import Examined
from bachata.moves.mezzanine import conform
from bachata.moves.probe import probe
from bachata.moves.shelf import Shelf

T = TypeVar("T")
R = TypeVar("R")


def cores() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def each(
    items: Mapping[str, T], work: Callable[[T, threading.Event], R], workers: int
) -> Iterator[Iterator[tuple[str, Future[R]]]]:
    """Do `work` for every item, `workers` at a time: an iterator of (name, finished future) as they end.

    Leaving the block stops the work: what has not begun never does, what runs is told by its event and waited for.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(workers, thread_name_prefix="ingest") as pool:
        jobs = {pool.submit(work, item, stop): name for name, item in items.items()}
        try:
            yield ((jobs[job], job) for job in as_completed(jobs))
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def finish(examined: Examined, eyes: Eyes, shelf: Shelf, scratch: Path, stop: threading.Event) -> Examined:
    """Make and store what an examined clip still lacks: its mezzanine, and what is seen of the dancers in it.

    Temporary files go in any case. Raises MediaUnreadable, OutOfSpace, Stopped.
    """
    if examined.record is not None:
        with shelf.at_hand(examined.move.video_path) as path:
            return _seen(examined, path, eyes, shelf, stop)
    target = scratch / f"{uuid.uuid4().hex}.mp4"  # not its digest: two moves may be the same clip
    try:
        made = conform(examined.path, examined.path.name, examined.mould, target, stop=stop)
        record = shelf.put(examined.move, examined.mould, probe(examined.path), made)
        return _seen(examined.made(record), target, eyes, shelf, stop)
    finally:
        target.unlink(missing_ok=True)


def _seen(examined: Examined, path: Path, eyes: Eyes, shelf: Shelf, stop: threading.Event) -> Examined:
    move = examined.move
    body = kept(shelf.store, move, eyes.version)
    if body is None:
        body = eyes(path, move.beats, move.rate, count_one=move.count_one, stop=stop)
        keep(shelf.store, move, body)
    return examined.seen(body)

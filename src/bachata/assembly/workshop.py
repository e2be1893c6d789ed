"""Where encoded segments come from: storage, if an earlier attempt or another task made them, else the encoder.

Several tasks of one execution share the segments of a plan by index. The last one stitches. It never waits for the
others without end: what nobody has begun it makes itself, and so it does with what was begun and not finished in time,
since that task may be dead. A segment made twice is the same bytes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from bachata.assembly.copyplan import Segment
from bachata.assembly.pieces import Made, Maker, PieceStore
from bachata.logs import get_logger

PATIENCE: Final = 60.0
"""Seconds after which a segment another task has begun is made here: many times what the longest takes."""

_POLL: Final = 0.5

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shard:
    """Which part of the work is this task's: number `index` of `count`."""

    index: int = 0
    count: int = 1

    @property
    def stitches(self) -> bool:
        """Whether this task writes the video."""
        return self.index == self.count - 1


WHOLE: Final = Shard()
"""All of it."""


def shares(segments: Sequence[Segment], count: int) -> list[list[Segment]]:
    """The encoded ones of `segments` in `count` parts of about equal length, each in the plan's order."""
    parts: list[list[Segment]] = [[] for _ in range(count)]
    load = [0] * count
    order = {segment: number for number, segment in enumerate(segments) if segment.copied_from is None}
    for segment in sorted(order, key=lambda s: (-s.count, order[s])):
        lightest = load.index(min(load))
        parts[lightest].append(segment)
        load[lightest] += segment.count
    return [sorted(part, key=order.__getitem__) for part in parts]


@dataclass
class Workshop:
    """Gives the segments of one plan. `kept` None keeps nothing. Used by several threads."""

    maker: Maker
    kept: PieceStore | None = None
    made: int = 0
    """Pictures encoded here."""
    reused: int = 0
    """Pictures whose encoding was found in storage, and was not put there by this workshop."""
    saved_s: float = 0.0
    """CPU-seconds these took whoever encoded them."""
    _own: set[str] = field(default_factory=set)
    _found: set[Segment] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, segment: Segment) -> Made:
        """The segment, from storage or made now. Raises MediaUnreadable."""
        if self.kept is None:
            made = self.maker.make(segment)
            self._count_made(segment)
            return made
        name = self.maker.name(segment)
        place = segment.piece or 0  # equal moves share a piece, so it says what was seen relative to its own
        if found := self.kept.get(name, segment.count):
            self._count_found(segment, name, found)
            return found.moved(place)
        self.kept.claim(name)
        made = self.maker.make(segment)
        self.kept.put(name, made.moved(-place))
        self._count_made(segment, name)
        return made

    def made_here(self, name: str) -> bool:
        """Whether this workshop made the piece of that name, wherever it is now."""
        return name in self._own

    def _count_made(self, segment: Segment, name: str | None = None) -> None:
        with self._lock:
            self.made += segment.count
            if name is not None:
                self._own.add(name)

    def _count_found(self, segment: Segment, name: str, found: Made) -> None:
        """A segment is asked for when it is gathered and when it is stitched, and counts once."""
        with self._lock:
            if name not in self._own and segment not in self._found:
                self._found.add(segment)
                self.reused += segment.count
                self.saved_s += found.cpu_s


def work_off(workshop: Workshop, segments: Sequence[Segment], *, workers: int, over: Callable[[], bool]) -> None:
    """Have `segments` in storage, until `over` says that nobody needs them any more. Raises MediaUnreadable."""

    def have(segment: Segment) -> None:
        if not over():
            workshop.get(segment)

    _each(segments, have, workers)


def gather(
    workshop: Workshop,
    parts: Sequence[Sequence[Segment]],
    *,
    workers: int,
    check: Callable[[], None],
    told: Callable[[int, int], None] = lambda _done, _of: None,
    patience: float = PATIENCE,
) -> None:
    """Have every segment in storage: the last of `parts` by making it, the others by waiting for their tasks.

    When storage refuses to keep or to list pieces, waiting is in vain: it returns, and what is missing is made when it
    is stitched. `told` hears how many of the pictures that are encoded are there, and of how many. `check` may raise
    between looks. Raises MediaUnreadable, or what another task has left as its lasting
    fault.
    """
    kept = workshop.kept
    assert kept is not None
    work_off(workshop, parts[-1], workers=workers, over=lambda: kept.refused)
    total = sum(s.count for part in parts for s in part)
    waiting = ""
    names = {segment: workshop.maker.name(segment) for part in parts[:-1] for segment in part}
    begun: dict[str, float] = {}
    while True:
        check()
        look = kept.look()
        there = look.pieces
        missing = [[s for s in part if not (names[s] in there or workshop.made_here(names[s]))] for part in parts[:-1]]
        left = sum(s.count for part in missing for s in part)
        told(total - left, total)
        if kept.refused or not left:
            return
        now = time.monotonic()
        for claimed in look.claims:
            begun.setdefault(claimed, now)
        free = [[s for s in part if names[s] not in begun or now - begun[names[s]] > patience] for part in missing]
        # From the end of the fullest part: its own task comes from the front.
        mine = max(free, key=len)[-workers:]
        doing = "making pieces of other tasks" if mine else "waiting for other tasks"
        if doing != waiting:
            waiting = doing
            _log.info(doing, extra={"done": total - left, "of": total})
        if late := sum(names[s] in begun for s in mine):
            _log.warning("taking over pieces that were begun and not finished", extra={"pieces": late})
        if mine:
            _each(mine, workshop.get, workers)
        else:
            time.sleep(_POLL)


def _each(segments: Sequence[Segment], act: Callable[[Segment], object], workers: int) -> None:
    with ThreadPoolExecutor(workers, thread_name_prefix="encode") as pool:
        try:
            for _ in pool.map(act, segments):
                pass
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise

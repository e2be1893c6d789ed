"""The places of a dance: pieces of 8 or 16 counts, from count 1 to count 1, that never cross a section boundary.

The song rarely starts or ends on a count 1. What lies before the first count 1 is a lead-in, what lies after the last
is the tail; a short tail belongs to the piece before it, whose clip dances on.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Literal

from bachata.choreography.grid import COUNTS, Grid
from bachata.errors import InvalidRequest
from bachata.music.document import Analysis, Groove

Role = Literal["lead-in", "start", "any", "end"]
PHRASE = 2 * COUNTS
_SHORT_TAIL = 4  # counts: half an 8-count or more is a move of its own
_BUSY = 0.6  # energy from which a phrase is danced as two moves instead of one


@dataclass(frozen=True)
class Slot:
    """One place for a move: frames [start, end) of the video, grid counts [count, count + counts).

    `counts` is the number of whole counts inside; a lead-in's counts end at its end, all others begin at its start.
    `section`: number of the section of the song it lies in, whose label and groove it has.
    """

    start: int
    end: int
    count: int
    counts: int
    section: int
    label: str
    energy: float
    role: Role
    groove: Groove | None = None
    groove_confidence: float = 0.0

    @property
    def frames(self) -> int:
        """Length in frames of the video."""
        return self.end - self.start


def slots(analysis: Analysis, grid: Grid, *, seconds: float | None = None, long: bool = True) -> list[Slot]:
    """The places that tile the video from frame 0 to its end.

    `seconds`: wished length; the video ends on the count 1 nearest to it, or with the song if that is nearer (a whole
    song if None or longer).
    `long`: whether the library has moves of 16 counts; without them every place has 8.

    Raises InvalidRequest if the song is shorter than one frame.
    """
    end = _end_frame(grid, seconds)
    if end <= 0:
        raise InvalidRequest("The song is shorter than one frame of video")
    return _Layout(analysis, grid, end, long).places()


def _end_frame(grid: Grid, seconds: float | None) -> int:
    if seconds is None:
        return grid.end_frame
    ends = [f for f in grid.frames[COUNTS::COUNTS] if 0 < f <= grid.end_frame]
    wished = seconds * grid.rate
    if wished >= grid.end_frame:
        return grid.end_frame
    return min([*ends, grid.end_frame], key=lambda f: (abs(f - wished), f))


class _Layout:
    """Lays the places of one video."""

    def __init__(self, analysis: Analysis, grid: Grid, end: int, long: bool) -> None:
        self.analysis, self.grid, self.end, self.long = analysis, grid, end, long
        self.ones = [i for i in range(0, len(grid.frames), COUNTS) if 0 <= grid.frames[i] < end]
        ones = range(0, len(grid.times), COUNTS)
        # Grid indices of the count 1 nearest to each section's start.
        self.boundaries = {min(ones, key=lambda i: abs(grid.times[i] - s.start)) for s in analysis.sections}
        self.section_starts = [s.start for s in analysis.sections]

    def places(self) -> list[Slot]:
        """Lead-in, pieces, tail."""
        places = self._lead_in()
        at = 0
        while at < len(self.ones):
            step = self._step(at)
            stop = self.grid.frames[self.ones[at + step]] if at + step < len(self.ones) else self.end
            counts = min(step * COUNTS, self._whole_counts(self.ones[at]))
            places.append(self._slot(self.grid.frames[self.ones[at]], stop, self.ones[at], counts))
            at += step
        return _with_ends(self._with_tail(places) if self.long else places)

    def _lead_in(self) -> list[Slot]:
        if not self.ones:  # not one count 1 in the whole video: it all leads in to the one after it
            return [self._slot(0, self.end, COUNTS, 0, "lead-in")]
        first = self.ones[0]
        if self.grid.frames[first] == 0:
            return []
        counts = sum(1 for f in self.grid.frames[:first] if f >= 0)
        return [self._slot(0, self.grid.frames[first], first - counts, counts, "lead-in")]

    def _step(self, at: int) -> int:
        """One or two 8-counts: two where the music is calm, the phrase is whole and nothing begins in its middle."""
        one = self.ones[at]
        if at == 0 and self.grid.frames[one] > 0:
            return 1  # a clip of two 8-counts can lead in with its first and dance on with its second
        if not self.long or at + 1 >= len(self.ones) or self.ones[at + 1] in self.boundaries:
            return 1
        whole = self._whole_counts(one) >= PHRASE
        return 2 if whole and self._energy(one, PHRASE) < _BUSY else 1

    def _whole_counts(self, one: int) -> int:
        """Counts from grid index `one` that end by the end of the video."""
        return self.grid.index_at(self.end + 1) - 1 - one

    def _with_tail(self, places: list[Slot]) -> list[Slot]:
        if len(places) < 2:
            return places
        before, tail = places[-2], places[-1]
        if "lead-in" in {before.role, tail.role} or tail.counts >= _SHORT_TAIL:
            return places
        kept: list[Slot] = []
        if before.counts == PHRASE:  # only its second half dances on, so that no piece is longer than a phrase
            middle = before.count + COUNTS
            kept = [self._slot(before.start, self.grid.frames[middle], before.count, COUNTS)]
            before = self._slot(self.grid.frames[middle], before.end, middle, COUNTS)
        joined = self._slot(before.start, tail.end, before.count, before.counts + tail.counts)
        return [*places[:-2], *kept, joined]

    def _slot(self, start: int, end: int, count: int, counts: int, role: Role = "any") -> Slot:
        number = max(0, bisect_right(self.section_starts, (start + end) / 2 / float(self.grid.rate)) - 1)
        slot = Slot(start, end, count, counts, number, "verse", self._energy(count, max(1, counts)), role)
        if not self.analysis.sections:
            return slot
        section = self.analysis.sections[number]
        sure = section.groove_confidence
        return replace(slot, label=section.label, groove=section.groove, groove_confidence=sure)

    def _energy(self, count: int, counts: int) -> float:
        """Mean energy of the counts, 0 to 1; the middle where nothing was measured."""
        indices = [i for c in range(count, count + counts) if (i := self.grid.beat_index(c)) is not None]
        values = [self.analysis.energy[i] for i in indices if i < len(self.analysis.energy)]
        # fsum, not sum: Python 3.12 changed how sum() rounds, and the same input must give the same plan everywhere.
        return math.fsum(values) / len(values) if values else 0.5


def _with_ends(places: list[Slot]) -> list[Slot]:
    """Mark the first danced place and the last one."""
    first = 1 if places[0].role == "lead-in" and len(places) > 1 else 0
    if first < len(places) - 1 and places[first].role == "any":
        places[first] = replace(places[first], role="start")
    if places[-1].role == "any" and len(places) > 1:
        places[-1] = replace(places[-1], role="end")
    return places

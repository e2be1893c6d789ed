"""Where the song repeats itself: places of a section that has been played before, and their twins in it.

A choreographer dances the second chorus as the first. A twin is at least four phrases back, so that dancing it again
breaks no rule of repetition.
"""

from __future__ import annotations

from collections.abc import Sequence

from bachata.choreography.grid import COUNTS
from bachata.choreography.ladder import PHRASES_APART
from bachata.choreography.slots import PHRASE, Slot

APART = PHRASES_APART * PHRASE
"""Counts between the end of a move and its return."""


def echoes(places: Sequence[Slot]) -> list[int | None]:
    """For each place the number of its twin, None without: the same counts at the same distance from the start of the
    latest earlier section of the same label and groove."""
    starts: dict[int, int] = {}
    latest: dict[tuple[object, ...], list[int]] = {}
    twins: list[int | None] = []
    for number, place in enumerate(places):
        begins = starts.setdefault(place.section, place.count)
        key = (place.label, place.groove, place.count - begins, place.counts)
        earlier = [
            t
            for t in latest.get(key, [])
            if places[t].section != place.section and places[t].count + places[t].counts + APART <= place.count
        ]
        ordinary = place.role == "any" and place.counts >= COUNTS
        twins.append(earlier[-1] if ordinary and earlier else None)
        latest.setdefault(key, []).append(number)
    return twins

"""Which eight counts of a clip a body is described by."""

from __future__ import annotations

from typing import Final, NamedTuple

COUNTS: Final = 8
MOST: Final = 2
"""Eights described, at most: a dance phrase."""


class Eight(NamedTuple):
    """Eight counts: the index of the beat they begin on, and which count that is, from 0."""

    first: int
    slot: int


def eights(beats: int, count_one: int) -> list[Eight]:
    """The first eights of a clip with so many beats, `count_one` the index of a count 1 among them.

    Those that begin on a count 1 and end on a beat; without one, the first eight counts there are, whichever they begin
    with; with fewer than eight, none.
    """
    whole = [Eight(first, 0) for first in range(count_one, beats - COUNTS, COUNTS)][:MOST]
    return whole or ([Eight(0, -count_one % COUNTS)] if beats > COUNTS else [])

"""Where a clip may be cut: its counts, continued to both ends, and the keyframes that lie on them.

Planning cuts on these counts and conforming puts a keyframe on each, so what is planned can be copied. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

MAX_GROUP_SECONDS: Final = 1
"""Longest group of pictures. Most beats of a bachata are nearer; where a clip's beats are slow or missing, keyframes
between them keep seeking quick and what must be encoded at a cut off the grid short."""


class Counts(NamedTuple):
    """A clip's counts in its own frames. `head`: how many lie before its first beat; `period`: frames between two."""

    frames: tuple[int, ...]
    head: int
    period: float


def counts_of(beats: Sequence[int], frames: int, *, rate: Fraction, tempo: float) -> Counts:
    """The beats of a clip of `frames` frames, continued at their median distance to where it begins and ends.

    The frame after its last one may be a count: a clip can end exactly on a count 1. `tempo` (beats a minute) serves
    where one beat tells no distance.
    """
    period = median(b - a for a, b in pairwise(beats)) if len(beats) > 1 else 0.0
    if period <= 0:
        period = float(rate) * 60 / tempo
    head: list[int] = []
    while (at := beats[0] - period * (len(head) + 1)) >= 0:
        head.append(round(at))
    tail: list[int] = []
    # Half a frame of grace: the last count of a clip cut on counts lies at its end, give or take rounding.
    while (at := beats[-1] + period * (len(tail) + 1)) <= frames + 0.5:
        tail.append(min(round(at), frames))
    return Counts((*reversed(head), *beats, *tail), len(head), period)


def keyframes_of(beats: Sequence[int], frames: int, *, rate: Fraction, tempo: float) -> tuple[int, ...]:
    """Frames of a clip at which a group of pictures begins, ascending: frame 0, every count, and evenly between counts
    that lie more than `MAX_GROUP_SECONDS` apart."""
    counts = counts_of(beats, frames, rate=rate, tempo=tempo).frames
    marks = sorted({0, frames, *(c for c in counts if 0 <= c < frames)})
    longest = max(1, int(rate * MAX_GROUP_SECONDS))
    keyframes: list[int] = []
    for start, end in pairwise(marks):
        parts = -(-(end - start) // longest)
        keyframes += [start + (end - start) * part // parts for part in range(parts)]
    return tuple(keyframes)

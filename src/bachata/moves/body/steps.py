"""When the dancers step, against the beats of the sound they were filed with.

Who steps on the beat has just put a foot down and sinks into it: the feet are still, the bodies fall. Between the beats
a foot swings and the bodies rise. Sinking less swinging rises and falls once a beat, and where it is highest is the
step. Of the drawn dancers, whose steps are known, all are found within 0.12 beats. Of 41 real clips, cut to two songs,
a dozen have their dancers about half a beat off: the sound was laid under the pictures afterwards (docs/adr/0028).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.course import Course
from bachata.moves.body.flow import ROWS, Flow
from bachata.moves.body.motion import kinetic_beats

VERSION: Final = "steps-1"

_PARTS: Final = 16
"""Of a beat, for its course: fifteen pictures a second are seven a beat."""
_FEET: Final = 0.15
"""Share of the dancers' height, from below, in which feet swing."""
_MOST: Final = 0.02
"""Share of all motion that is left out above and below to find where the dancers are."""
_FEW: Final = 6
"""Beats that are too few to speak of a rhythm: even if all four of their vectors point one way, p is 0.02."""
_DEPTH: Final = 0.4
"""By how much sinking less swinging, both over their standard deviations, must rise for a step."""


@dataclass(frozen=True)
class Steps:
    """`late`: beats by which the steps come after the beats, -0.5 to 0.5. `p`: how likely motion without any rhythm
    shows as clear a one; white noise does up to twice as often, since neighbouring vectors share a beat."""

    late: float
    p: float


def steps_of(flow: Flow, beats: Sequence[float]) -> Steps | None:
    """When the dancers step against `beats` (frames); None if nobody moves or there are too few beats to tell.

    Every two beats have a course of their own, whose first harmonic is a vector: how clear its rhythm is, and when it
    peaks. Of vectors in random directions with lengths r, the sum is longer than s with probability exp(-s² / Σr²)
    (Rayleigh); lengths are square roots, lest one wild turn outvotes all steps.
    """
    if len(beats) <= _FEW or not flow.velocity.any():
        return None
    at = np.asarray(beats, dtype=np.float64)
    edges = np.interp(np.arange((len(at) - 1) * _PARTS + 1) / _PARTS, np.arange(len(at)), at)
    course = Course(flow.frames, _signals(flow)).means(edges).reshape(len(at) - 1, _PARTS, 2)
    harmonic = _first_harmonic(course)
    size = np.sqrt((np.abs(harmonic) ** 2).mean(axis=0))
    if not size.all():
        return None
    sinking, swinging = (harmonic / size).T
    turns = sinking - swinging
    turns = turns / np.sqrt(np.maximum(np.abs(turns), 1e-12))
    total = turns.sum()
    return Steps(
        late=-float(np.angle(total) / (2 * math.pi)),  # what peaks later turns further back
        p=math.exp(-float(abs(total) ** 2 / (np.abs(turns) ** 2).sum())),
    )


def footfalls(flow: Flow, rate: float) -> tuple[int, ...]:
    """Frames, `rate` a second, at which somebody steps: the kinetic beats of dancers of whom only motion is seen.

    Motion as a whole does not do: in real clips it is least a third of a beat after the step, when all have settled.
    """
    signals = _signals(flow) if flow.velocity.any() else np.zeros((0, 2))
    if len(signals) == 0 or not (spread := signals.std(axis=0)).all():
        return ()
    sinking, swinging = (signals / spread).T
    return kinetic_beats(Course(flow.frames, (swinging - sinking)[:, None]), rate, depth=_DEPTH)


def _signals(flow: Flow) -> NDArray[np.float64]:
    """How fast the bodies sink, and how fast the feet move: (n - 1, 2)."""
    speed = flow.speed
    share = np.cumsum(speed.sum(axis=(0, 2), dtype=np.float64))
    share /= share[-1]
    top, bottom = (int(np.searchsorted(share, s)) for s in (_MOST, 1 - _MOST))
    feet = max(top, min(bottom, round(bottom + 1 - _FEET * (bottom + 1 - top))))
    sinking = flow.velocity[..., 1].mean(axis=(1, 2), dtype=np.float64)
    return np.column_stack([sinking, speed[:, feet : min(ROWS, bottom + 1)].mean(axis=(1, 2), dtype=np.float64)])


def _first_harmonic(course: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Of every two beats in a row and each signal: (beats - 1, signals). Phase 0 is on the beat.

    Under a Hann window of two periods, neither a level nor a slope leaks into it, which would draw phases to the beat.
    """
    pairs = np.concatenate([course[:-1], course[1:]], axis=1)
    turn = (np.arange(2 * _PARTS) + 0.5) / _PARTS
    window = np.sin(math.pi * turn / 2) ** 2
    level = pairs - np.tensordot(pairs, window / window.sum(), axes=(1, 0))[:, None]
    return np.asarray(np.tensordot(level, window * np.exp(-2j * math.pi * turn), axes=(1, 0)))

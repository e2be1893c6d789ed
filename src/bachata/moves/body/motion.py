"""How much the dancers move, and when they rest: from flow to numbers over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from bachata.moves.body.course import Course
from bachata.moves.body.flow import COLUMNS, ROWS, Flow
from bachata.moves.catalogue import Pose

USUAL: Final = 0.05
"""Activity that is a motion of one half: between the medians of the drawn and of the real moves (benchmarks/body)."""
CONTRAST: Final = 2.0
"""How steeply motion rises there: twice that activity is four fifths, half of it one fifth."""

_SMOOTH: Final = 0.07
"""Seconds (standard deviation) activity is smoothed by before its minima count: a seventh of a beat."""
_DEPTH: Final = 0.2
"""By how much of a clip's median activity a minimum must lie below what is beside it, unless told otherwise."""
_APART: Final = 0.2
"""Seconds between two minima, at least: nobody stops more often than on every half beat."""


def activity_of(flow: Flow, poses: Sequence[Pose]) -> Course:
    """How much the dancers move, (n - 1, 1): the flow summed over a square as high as they are, in heights of theirs a
    second.

    Lengths are in the couple's own height, so nearness of the camera does not matter. Zero when nobody was seen.
    """
    if not poses:
        return Course(flow.frames, np.zeros((len(flow.velocity), 1)))
    height = float(np.median([p.height for p in poses]))
    speed = flow.speed.mean(axis=(1, 2), dtype=np.float64) * (COLUMNS / ROWS)  # over the picture, in its square heights
    return Course(flow.frames, (speed / height**3)[:, None])


def motion_between(activity: Course, beats: Sequence[int], usual: float = USUAL) -> tuple[float, ...]:
    """Motion from each beat to the next, 0 to 1: a^c / (a^c + u^c) of mean activity a, `usual` u and CONTRAST c."""
    amounts = activity.means(beats)[:, 0] ** CONTRAST
    return tuple(round(float(m), 4) for m in amounts / (amounts + usual**CONTRAST))


def kinetic_beats(activity: Course, rate: float, *, depth: float | None = None) -> tuple[int, ...]:
    """Frames of the local minima of smoothed activity, `rate` frames a second; how far they must lie below what is
    beside them is `depth`."""
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    if len(activity.values) < 3:
        return ()
    middles = (activity.frames[:-1] + activity.frames[1:]) / 2
    grid = np.arange(np.ceil(middles[0]), middles[-1] + 1e-9)  # every frame
    smooth = gaussian_filter1d(np.interp(grid, middles, activity.values[:, 0]), _SMOOTH * rate)
    if depth is None:
        depth = _DEPTH * float(np.median(smooth))
    if depth <= 0:
        return ()
    found, _ = find_peaks(-smooth, prominence=depth, distance=max(1, round(_APART * rate)))
    return tuple(int(grid[i]) for i in found)

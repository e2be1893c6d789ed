"""A couple's joints to what flow gives of others: how much they move over time, and their outline at the beats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.course import Course
from bachata.moves.body.flow import COLUMNS, ROWS, opencv
from bachata.moves.body.outline import filled, pose_of
from bachata.moves.body.people.person import LIMBS, SURE
from bachata.moves.body.people.tracks import Couple
from bachata.moves.catalogue import Pose

USUAL: Final = 0.15
"""Activity that is a motion of one half: the median of the drawn moves' own joints (benchmarks/body)."""

_THICK: Final = 0.09
"""Thickness of a limb, of the couple's height: of the body parts drawn between joints, not of the thinnest of them."""


def height_of(couple: Couple) -> float:
    """How tall the couple is, picture heights: the median over the pictures."""
    shown = np.where(couple.sure >= SURE, couple.points[..., 1], np.nan).reshape(len(couple.points), -1)
    seen = shown[~np.isnan(shown).all(axis=1)]
    if not len(seen):
        return 1.0
    return max(float(np.median(np.nanmax(seen, axis=1) - np.nanmin(seen, axis=1))), 1e-3)


def speed_of(couple: Couple) -> NDArray[np.float64]:
    """Of each joint of each of them, heights of theirs a second: (n - 1, 2, 17); zero where it is not sure."""
    seconds = np.diff(couple.frames) / couple.rate
    moved = np.linalg.norm(np.diff(couple.points, axis=0), axis=-1) / height_of(couple)
    shown = np.minimum(couple.sure[1:], couple.sure[:-1]) >= SURE
    return np.where(shown, moved / seconds[:, None, None], 0.0)


def activity_of(couple: Couple) -> Course:
    """Mean speed of their joints, (n - 1, 1), heights of theirs a second."""
    return Course(couple.frames, speed_of(couple).mean(axis=(1, 2))[:, None])


def poses_at(couple: Couple, beats: Sequence[int]) -> tuple[Pose, ...]:
    """The outline of both at each of these frames; none at all when no joint is ever sure."""
    nearest = np.abs(couple.frames[None, :] - np.asarray(beats)[:, None]).argmin(axis=1)
    thick = max(1, round(_THICK * height_of(couple) * ROWS))
    return filled([pose_of(_drawn(couple, int(i), thick)) for i in nearest])


def _drawn(couple: Couple, picture: int, thick: int) -> NDArray[np.float32]:
    """Their limbs on the grid of the flow."""
    grid = np.zeros((ROWS, COLUMNS), dtype=np.uint8)
    cells = np.rint(couple.points[picture] * ROWS + (COLUMNS / 2, ROWS / 2)).astype(int)
    for person, sure in zip(cells, couple.sure[picture], strict=True):
        for a, b in LIMBS:
            if min(sure[a], sure[b]) >= SURE:
                opencv().line(grid, tuple(map(int, person[a])), tuple(map(int, person[b])), 1, thick)
    return grid.astype(np.float32)

"""512 numbers of how the joints of a couple go through eight counts. Version ``pose-1``.

| from | part        | numbers, by count                                                             | shape  |
|------|-------------|-------------------------------------------------------------------------------|--------|
| 0    | lead        | places of ten points from the hips, x and y, in torsos; speeds of six of them | 8 × 26 |
| 208  | follow      | the same                                                                      | 8 × 26 |
| 416  | interaction | see below                                                                     | 8 × 12 |

The ten points: nose, middle of the shoulders, left and right elbow, wrist, knee, ankle. The six speeds: nose, wrists,
ankles, hips. A torso is from the middle of the shoulders to that of the hips. The interaction, in torsos: from the
lead's hips to the follow's, x and y, and what that grew; how much larger the follow is seen; the four distances of
wrist to wrist; the width of each one's shoulders, negative when seen from behind; travel of the two, x and y.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.course import Course
from bachata.moves.body.document import Vector
from bachata.moves.body.eights import COUNTS
from bachata.moves.body.people.descriptor_scale import CENTRE, SPREAD
from bachata.moves.body.people.joints import speed_of
from bachata.moves.body.people.person import ANKLES, ELBOWS, HIPS, KNEES, NOSE, SHOULDERS, WRISTS
from bachata.moves.body.people.tracks import Couple
from bachata.moves.body.scaling import Scale, unit, weights_of

VERSION: Final = "pose-1"
BLOCKS: Final = {"lead": 208, "follow": 208, "interaction": 96}
"""Sizes of the parts of a description, in their order."""
SHARES: Final = {"lead": 0.35, "follow": 0.35, "interaction": 0.3}
"""Share of each part in the whole."""

_SCALE: Final = Scale(np.array(CENTRE), np.array(SPREAD))
_WEIGHTS: Final = weights_of(BLOCKS, SHARES)

_SIDES: Final = (*ELBOWS, *WRISTS, *KNEES, *ANKLES)
_SPEEDS: Final = (NOSE, *WRISTS, *ANKLES)

_Numbers = NDArray[np.float64]


def describe(couple: Couple, beats: Sequence[int], first: int, slot: int) -> _Numbers:
    """The description of the eight counts from beat `first` on, (512,). `slot`: which count that is, from 0."""
    edges = np.asarray(beats[first : first + COUNTS + 1], dtype=np.float64)
    speeds = Course(couple.frames, speed_of(couple).reshape(len(couple.frames) - 1, -1)).means(edges)
    at_ = _at(couple, edges)
    torso = _torso(at_)
    persons = [
        np.concatenate([_stance(at_[:-1, p], torso[p]), _pace(speeds.reshape(COUNTS, 2, -1)[:, p])], axis=1)
        for p in (0, 1)
    ]
    between = _interaction(at_, torso)
    return np.concatenate([np.roll(part, slot, axis=0).ravel() for part in (*persons, between)])


def vector_of(description: _Numbers) -> Vector:
    """The vector of a description, (512,) float32, unit norm."""
    return unit(description, _SCALE, _WEIGHTS)


def _at(couple: Couple, edges: _Numbers) -> _Numbers:
    """Joints at the counts: (9, 2, 17, 2)."""
    flat = couple.points.reshape(len(couple.frames), -1)
    return np.column_stack([np.interp(edges, couple.frames, column) for column in flat.T]).reshape(len(edges), 2, -1, 2)


def _middle(joints: _Numbers, pair: tuple[int, int]) -> _Numbers:
    return np.asarray(joints[..., list(pair), :].mean(axis=-2))


def _torso(at_: _Numbers) -> _Numbers:
    """Of each person, picture heights: the median over the counts."""
    length = np.linalg.norm(_middle(at_, SHOULDERS) - _middle(at_, HIPS), axis=-1)
    return np.asarray(np.maximum(np.median(length, axis=0), 1e-3))


def _stance(joints: _Numbers, torso: float) -> _Numbers:
    """(8, 20)."""
    points = [joints[:, NOSE], _middle(joints, SHOULDERS), *(joints[:, i] for i in _SIDES)]
    return np.concatenate([(p - _middle(joints, HIPS)) / torso for p in points], axis=1)


def _pace(speeds: _Numbers) -> _Numbers:
    """(8, 6)."""
    hips = speeds[:, list(HIPS)].mean(axis=1, keepdims=True)
    return np.concatenate([speeds[:, list(_SPEEDS)], hips], axis=1)


def _interaction(at_: _Numbers, torso: _Numbers) -> _Numbers:
    """(8, 12)."""
    size = float(torso.mean())
    hips = _middle(at_, HIPS)
    apart = (hips[:, 1] - hips[:, 0]) / size
    distance = np.linalg.norm(apart, axis=1)
    travel = np.diff(hips.mean(axis=1), axis=0) / size
    lead, follow = at_[:-1, 0], at_[:-1, 1]
    wrists = [np.linalg.norm(lead[:, i] - follow[:, j], axis=1) / size for i in WRISTS for j in WRISTS]
    turned = [(p[:, SHOULDERS[0], 0] - p[:, SHOULDERS[1], 0]) / size for p in (lead, follow)]
    larger = np.full(COUNTS, np.log(torso[1] / torso[0]))
    return np.column_stack([apart[:-1], np.diff(distance), larger, *wrists, *turned, travel])

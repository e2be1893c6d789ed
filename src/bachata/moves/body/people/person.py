"""A person in a picture: 17 keypoints in the order of COCO, and how near two people are to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

KEYPOINTS: Final = 17
NOSE: Final = 0
SHOULDERS: Final = (5, 6)
ELBOWS: Final = (7, 8)
WRISTS: Final = (9, 10)
HIPS: Final = (11, 12)
KNEES: Final = (13, 14)
ANKLES: Final = (15, 16)

LIMBS: Final = (
    (5, 6), (5, 7), (7, 9), (6, 8), (8, 10), (5, 11), (6, 12), (11, 12), (11, 13), (13, 15), (12, 14), (14, 16), (0, 5),
    (0, 6),
)  # fmt: skip
"""Pairs of keypoints a body lies between; left before right."""

SURE: Final = 0.3
"""Confidence from which on a keypoint is where it is said to be."""


@dataclass(frozen=True, eq=False)
class Person:
    """`points`: (17, 2), picture heights from the middle of the picture, right and down. `sure`: (17,), 0 to 1.
    `score`: how surely it is a person."""

    points: NDArray[np.float64]
    sure: NDArray[np.float64]
    score: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the keypoints one can be sure of; of all when there are none."""
        points = self.points[self.sure >= SURE]
        points = points if len(points) else self.points
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    @property
    def height(self) -> float:
        """Of the box; never zero."""
        return max(self.box[3] - self.box[1], 1e-3)

    @property
    def middle(self) -> NDArray[np.float64]:
        """Between the hips."""
        return np.asarray(self.points[list(HIPS)].mean(axis=0))


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Intersection of two boxes over their union, 0 to 1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def likeness(a: Person, b: Person) -> float:
    """0 to 1: whether the two are one person a moment later. Half overlap of their boxes, half nearness of what both
    show: 1 where it has not moved, 0 from half their height on."""
    shown = (a.sure >= SURE) & (b.sure >= SURE)
    if not shown.any():
        return 0.5 * overlap(a.box, b.box)
    moved = float(np.linalg.norm(a.points[shown] - b.points[shown], axis=1).mean())
    near = max(0.0, 1.0 - moved / (0.5 * max(a.height, b.height)))
    return 0.5 * overlap(a.box, b.box) + 0.5 * near

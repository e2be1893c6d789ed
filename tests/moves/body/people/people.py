"""People made by hand."""

from __future__ import annotations

import numpy as np

from bachata.moves.body.people.person import KEYPOINTS, Person

STANDING = np.array(
    [(0, -0.44), (0.02, -0.46), (-0.02, -0.46), (0.04, -0.44), (-0.04, -0.44), (0.1, -0.3), (-0.1, -0.3), (0.14, -0.14),
     (-0.14, -0.14), (0.15, 0.0), (-0.15, 0.0), (0.07, 0.02), (-0.07, 0.02), (0.07, 0.25), (-0.07, 0.25), (0.07, 0.5),
     (-0.07, 0.5)]
)  # fmt: skip
"""Keypoints of somebody who stands, as high as 1, the middle at 0."""


def person(x: float, y: float = 0.0, height: float = 0.5, sure: float = 0.9) -> Person:
    return Person(STANDING * height + (x, y), np.full(KEYPOINTS, sure), sure)

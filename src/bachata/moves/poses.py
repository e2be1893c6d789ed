"""How far one pose is from another: what the eye has to leap when two clips are joined."""

from __future__ import annotations

import math
from typing import Final

from bachata.moves.catalogue import Pose

PLACE: Final = 0.5
"""Picture heights by which the dancers may be elsewhere before it is a leap as great as there can be."""
SHARES: Final = {"place": 0.4, "height": 0.1, "width": 0.2, "shape": 0.3}
"""What each part is worth; width tells whether the two are close or apart (measured: benchmarks/body/results.md)."""
THIN: Final = 0.02
"""Picture heights below which there is no telling sizes apart."""


def pose_distance(a: Pose, b: Pose) -> float:
    """0 for the same pose, 1 for one that has nothing in common."""
    place = min(1.0, math.hypot(a.x - b.x, a.y - b.y) / PLACE)
    total = sum(a.shape) + sum(b.shape)
    shape = sum(abs(p - q) for p, q in zip(a.shape, b.shape, strict=True)) / total if total else 0.0
    return (
        SHARES["place"] * place
        + SHARES["height"] * _times(a.height, b.height)
        + SHARES["width"] * _times(a.width, b.width)
        + SHARES["shape"] * shape
    )


def _times(a: float, b: float) -> float:
    """0 for one size, 1 for twice the size or more."""
    return min(1.0, abs(math.log(max(a, THIN) / max(b, THIN))) / math.log(2))

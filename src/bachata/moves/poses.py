"""How far one pose is from another: what the eye has to leap when two clips are joined."""

from __future__ import annotations

import math
from typing import Final

from bachata.moves.catalogue import Pose

PLACE: Final = 0.5
"""Picture heights by which the dancers may be elsewhere before it is a leap as great as there can be."""
SHARES: Final = {"place": 0.4, "size": 0.2, "shape": 0.4}
"""What each part of a pose counts for; they sum to 1."""


def pose_distance(a: Pose, b: Pose) -> float:
    """0 for the same pose, 1 for one that has nothing in common."""
    place = min(1.0, math.hypot(a.x - b.x, a.y - b.y) / PLACE)
    size = min(1.0, abs(math.log(max(a.height, 0.01) / max(b.height, 0.01))) / math.log(2))
    total = sum(a.shape) + sum(b.shape)
    shape = sum(abs(p - q) for p, q in zip(a.shape, b.shape, strict=True)) / total if total else 0.0
    return SHARES["place"] * place + SHARES["size"] * size + SHARES["shape"] * shape

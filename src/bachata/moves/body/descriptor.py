"""A description to a vector: scaled by what is usual, its blocks weighed, of unit norm. Version ``flow-1``.

The cosine of two vectors says how alike two moves are danced; 0 is chance. The scale is a constant, measured once
(`descriptor_scale.py`, by `python -m benchmarks.body.scale`), so that a vector never depends on what else is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.description import BLOCKS
from bachata.moves.body.descriptor_scale import CENTRE, SPREAD
from bachata.moves.body.document import DIMENSIONS, Vector

VERSION: Final = "flow-1"

SHARES: Final = {"places": 0.25, "couple": 0.15, "accents": 0.1, "directions": 0.2, "periods": 0.2, "outline": 0.1}
"""Share of each block in the whole."""
_FAR: Final = 3.0
"""Deviations beyond which more is not more."""


@dataclass(frozen=True)
class Scale:
    """What is usual: `centre` and `spread`, each (512,)."""

    centre: NDArray[np.float64]
    spread: NDArray[np.float64]

    @classmethod
    def over(cls, descriptions: NDArray[np.float64]) -> Scale:
        """Median and robust deviation over many descriptions, (moves, 512); needs at least two.

        The deviation is never less than a quarter of the plain one: a number that is usually the same is not noise to
        be magnified.
        """
        quarters = np.percentile(descriptions, (25, 50, 75), axis=0)
        robust = (quarters[2] - quarters[0]) / 1.349
        return cls(quarters[1], np.maximum(np.maximum(robust, 0.25 * descriptions.std(axis=0)), 1e-4))


FLOW_1: Final = Scale(np.array(CENTRE), np.array(SPREAD))


def unit(description: NDArray[np.float64], scale: Scale = FLOW_1) -> Vector:
    """The vector of a description, (512,) float32, unit norm."""
    weights = np.concatenate([np.full(size, np.sqrt(SHARES[block] / size)) for block, size in BLOCKS.items()])
    vector = np.clip((description - scale.centre) / scale.spread, -_FAR, _FAR) * weights
    norm = float(np.linalg.norm(vector))
    if norm < 1e-9:  # exactly what is usual: it has to point somewhere
        vector, norm = weights, float(np.linalg.norm(weights))
    return np.asarray(vector / norm, dtype=np.float32)


def unknown() -> Vector:
    """The vector of a clip that tells nothing: zeros."""
    return np.zeros(DIMENSIONS, dtype=np.float32)

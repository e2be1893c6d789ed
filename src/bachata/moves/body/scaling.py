"""A description to a vector: scaled by what is usual, its blocks weighed, of unit norm.

The cosine of two vectors is then how alike two descriptions are; 0 is chance. What is usual is a constant, measured
once (`python -m benchmarks.body.scale`), so that a vector never depends on what else is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.document import DIMENSIONS, Vector

_FAR: Final = 3.0
"""Deviations beyond which more is not more."""


@dataclass(frozen=True, eq=False)
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


def weights_of(blocks: Mapping[str, int], shares: Mapping[str, float]) -> NDArray[np.float64]:
    """A weight for each number of a description, by the share of its block in the whole."""
    return np.concatenate([np.full(size, np.sqrt(shares[block] / size)) for block, size in blocks.items()])


def unit(description: NDArray[np.float64], scale: Scale, weights: NDArray[np.float64]) -> Vector:
    """The vector of a description, (512,) float32, unit norm."""
    vector = np.clip((description - scale.centre) / scale.spread, -_FAR, _FAR) * weights
    norm = float(np.linalg.norm(vector))
    if norm < 1e-9:  # exactly what is usual: it has to point somewhere
        vector, norm = weights, float(np.linalg.norm(weights))
    return np.asarray(vector / norm, dtype=np.float32)


def unknown() -> Vector:
    """The vector of a clip that tells nothing: zeros."""
    return np.zeros(DIMENSIONS, dtype=np.float32)

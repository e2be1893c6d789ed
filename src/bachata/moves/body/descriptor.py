"""The body of a move from its flow, as a vector. Version ``flow-2``."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.description import BLOCKS
from bachata.moves.body.descriptor_scale import CENTRE, SPREAD
from bachata.moves.body.document import Vector
from bachata.moves.body.scaling import Scale, unit, weights_of

VERSION: Final = "flow-2"

SHARES: Final = {"places": 0.25, "couple": 0.15, "accents": 0.1, "directions": 0.2, "periods": 0.2, "outline": 0.1}
"""Share of each block in the whole."""

_SCALE: Final = Scale(np.array(CENTRE), np.array(SPREAD))
_WEIGHTS: Final = weights_of(BLOCKS, SHARES)


def vector_of(description: NDArray[np.float64]) -> Vector:
    """The vector of a description, (512,) float32, unit norm."""
    return unit(description, _SCALE, _WEIGHTS)

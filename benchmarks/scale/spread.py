"""Drawing times from a spread."""

from __future__ import annotations

import math
from random import Random
from statistics import NormalDist

from benchmarks.scale.numbers import Spread

_NORMAL = NormalDist()
_Z95 = _NORMAL.inv_cdf(0.95)


def draw(spread: Spread, chance: Random) -> float:
    """Seconds, drawn from `spread`. Takes one number of `chance`, whatever the shape, so that streams stay in step."""
    u = min(max(chance.random(), 1e-12), 1 - 1e-12)
    median = spread.median.value
    if spread.p95 is None:
        return median if spread.shape == "constant" else -median / math.log(2) * math.log(1 - u)
    return median * math.exp(_sigma(spread) * _NORMAL.inv_cdf(u))


def mean(spread: Spread) -> float:
    """Its mean in seconds."""
    median = spread.median.value
    if spread.shape == "constant":
        return median
    if spread.shape == "exponential":
        return median / math.log(2)
    return median * math.exp(_sigma(spread) ** 2 / 2)


def _sigma(spread: Spread) -> float:
    assert spread.p95 is not None
    return math.log(spread.p95.value / spread.median.value) / _Z95

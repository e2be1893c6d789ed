"""What luck would do: the tests behind the scorecard's p-values. One-sided, seeded, never 0."""

from __future__ import annotations

import math
import sys

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TRIALS = 1000
"""Permutations, shifts or draws behind each p-value (music-and-dance, section 7); the least p is 1/1001."""
FEW = 5
"""Pieces below which no order of them is rare: of four there are 24, so luck does as well once in 24 tries."""
_SEED = 20
_SAME = 1e-12  # two computations of one number differ by less


def dice() -> np.random.Generator:
    """A fresh generator, always the same: the same plan has the same p-value."""
    return np.random.default_rng(_SEED)


def as_high(drawn: Floats, value: float) -> float:
    """Share of draws that reach `value`, the measured one counted among them, so that p is in (0, 1]
    (Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9, 2010)."""
    return (1 + int((drawn >= value - _SAME).sum())) / (1 + len(drawn))


def as_low(drawn: Floats, value: float) -> float:
    """As `as_high`, for values of which less is better."""
    return as_high(-drawn, -value)


def binomial(hits: int, tries: int, chance: float) -> float:
    """Probability of at least `hits` in `tries` independent tries. Logarithms, since 2,000 tries overflow a float."""
    if hits <= 0:
        return 1.0
    hit, miss = math.log(chance), math.log(1 - chance)
    all_ways = math.lgamma(tries + 1)
    parts = (
        math.exp(all_ways - math.lgamma(k + 1) - math.lgamma(tries - k + 1) + k * hit + (tries - k) * miss)
        for k in range(hits, tries + 1)
    )
    return _probability(math.fsum(parts))


def rayleigh(resultant: float, count: int) -> float:
    """Probability that `count` random directions have at least this mean resultant length.

    Approximation of Zar, Biostatistical Analysis (1999), as in CircStat (Berens, J. Stat. Softw. 31, 2009).
    """
    if count < 2:
        return 1.0  # one direction always agrees with itself
    r = min(1.0, resultant) * count
    return _probability(math.exp(math.sqrt(1 + 4 * count + 4 * (count**2 - r**2)) - (1 + 2 * count)))


def _probability(value: float) -> float:
    """Within (0, 1]: what a float can no longer hold is still possible."""
    return min(1.0, max(value, sys.float_info.min))


def ranks(values: Floats) -> Floats:
    """Ranks from 0, equal values sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - counts + last - 1) / 2)[inverse]


def spearman(a: Floats, b: Floats) -> tuple[float, float] | None:
    """Spearman's rho and the permutation p of one as high; None if either is the same everywhere."""
    first, second = ranks(a), ranks(b)
    if len(a) < 2 or first.std() == 0 or second.std() == 0:
        return None
    left = (first - first.mean()) / (first.std() * len(first))
    right = (second - second.mean()) / second.std()
    rho = float(left @ right)
    drawn = dice().permuted(np.tile(right, (TRIALS, 1)), axis=1) @ left
    return rho, as_high(np.asarray(drawn), rho)

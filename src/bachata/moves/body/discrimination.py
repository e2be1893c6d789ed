"""Whether vectors tell moves apart: are they spread, and are those of one label nearer to each other than chance?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Retrieval:
    """Of the `k` nearest others, how many share the label.

    `rate`: on average over the moves whose label another one has (`moves` of them). `chance`: the same for others
    drawn at random. `p`: how often labels dealt out anew do as well.
    """

    k: int
    moves: int
    rate: float
    chance: float
    p: float


def mean_cosine(vectors: NDArray[np.float32]) -> float:
    """Mean cosine of all pairs of different rows; 0 when they point everywhere alike, 1 when all the same way.

    Rows of zeros are not known and left out. Raises ValueError for fewer than two rows that are known.
    """
    known = _known(vectors)
    if len(known) < 2:
        raise ValueError("two vectors at least make a pair")
    count = len(known)
    return float((np.square(known.sum(axis=0)).sum() - count) / (count * (count - 1)))


def retrieval(
    vectors: NDArray[np.float32], labels: Sequence[str], *, k: int = 5, deals: int = 2000, seed: int = 0
) -> Retrieval:
    """How well the nearest vectors share the label; rows of zeros are left out with their labels.

    `p` is from `deals` permutations of the labels, drawn by `seed` (add-one: North et al., 2002).
    Raises ValueError if no two known moves share a label, or there are no `k` others.
    """
    here = np.flatnonzero(np.any(vectors, axis=1))
    known, names = _known(vectors), np.asarray(labels)[here]
    if len(known) <= k:
        raise ValueError(f"{len(known)} known moves have no {k} others each")
    alike = known @ known.T
    np.fill_diagonal(alike, -np.inf)
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :k]
    rate, chance, moves = _shared(nearest, names)
    if not moves:
        raise ValueError("no two known moves share a label")
    deal = np.random.default_rng(seed)
    as_good = sum(_shared(nearest, deal.permutation(names))[0] >= rate - 1e-12 for _ in range(deals))
    return Retrieval(k, moves, rate, chance, (as_good + 1) / (deals + 1))


def _shared(nearest: NDArray[np.int64], names: NDArray[np.str_]) -> tuple[float, float, int]:
    """Rate, chance and how many moves they are over."""
    same = names[:, None] == names[None, :]
    others = same.sum(axis=1) - 1
    asked = others > 0
    if not asked.any():
        return 0.0, 0.0, 0
    hits = np.take_along_axis(same, nearest, axis=1).mean(axis=1)
    return float(hits[asked].mean()), float(others[asked].mean() / (len(names) - 1)), int(asked.sum())


def _known(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    rows = np.asarray(vectors, dtype=np.float64)
    rows = rows[np.any(rows, axis=1)]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

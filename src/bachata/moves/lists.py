"""Which moves are worth a look in a library too large to look at all: lists of alike moves, the nearest ones first.

An inverted file (Sivic and Zisserman, ICCV 2003), its lists made by spherical k-means (Dhillon and Modha, Machine
Learning 42, 2001) from what wishes can know: music and words. Made from all parts, lists follow the bodies, and what a
wish without one looks for is spread over all of them (recall@10 0.75 instead of 0.99).

A search goes through the lists in the order of their centres' nearness to the query until they hold `LOOKS` moves that
pass its filters. What a search costs is therefore the same under every filter, a tight filter makes it exact, and no
filter can leave it empty-handed.

Kept here and not in FAISS, so that both of the index's backends look through the same lists (ADR 0020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bachata.moves.embedding import SIZES, Vector

Rows = npt.NDArray[np.int64]

WISHED: Final = SIZES["audio"] + SIZES["text"]
"""Dimensions of what wishes can know; they come first in a fused vector."""
LOOKS: Final = 12_000
"""Moves a search compares at least, if as many are allowed; chosen by measurement (ADR 0020)."""
FINENESS: Final = 2.5
"""Lists of a library, in roots of its moves: finer ones follow the moves better, and cost more to make (ADR 0020)."""
_SAMPLE: Final = 64  # rows a list is trained on, on average
_ROUNDS: Final = 8  # of k-means: further ones move few rows
_BLOCK: Final = 8192  # rows assigned at once: 10 MB of products


@dataclass(frozen=True)
class Lists:
    """`centres`: shape (lists, `WISHED`), unit norm. `home`: shape (rows,), the number of each row's list."""

    centres: Vector
    home: npt.NDArray[np.int32]

    def near(self, query: Vector, rows: Rows, looks: int = LOOKS) -> Rows:
        """Those of `rows` that lie in the lists nearest to `query`: at least `looks` of them, or all there are."""
        if len(rows) <= looks:
            return rows
        order = np.argsort(-(self.centres @ query[: self.centres.shape[1]]), kind="stable")
        home = self.home[rows]
        held = np.cumsum(np.bincount(home, minlength=len(self.centres))[order])
        chosen = np.zeros(len(self.centres), dtype=bool)
        chosen[order[: int(np.searchsorted(held, looks)) + 1]] = True
        return rows[chosen[home]]


def make_lists(vectors: Vector, count: int | None = None) -> Lists:
    """Part `vectors`, shape (rows, dimensions), into `count` lists; by default `FINENESS` times the rows' root.

    Only the first `WISHED` dimensions decide. Nothing is drawn by lot: the first centres and the rows trained on are
    evenly spaced ones.
    """
    rows, vectors = len(vectors), vectors[:, :WISHED]
    count = count or max(1, round(FINENESS * rows**0.5))
    sample = vectors[_spread(rows, min(rows, count * _SAMPLE))]
    centres = _unit(sample[_spread(len(sample), count)])
    for _ in range(_ROUNDS):
        home = _assign(sample, centres)
        sums = np.zeros_like(centres)
        np.add.at(sums, home, sample)
        kept = np.bincount(home, minlength=count) > 0  # a list that lost all its rows stays where it is
        centres[kept] = _unit(sums[kept])
    return Lists(centres, _assign(vectors, centres))


def _spread(rows: int, count: int) -> Rows:
    return np.asarray(np.arange(count, dtype=np.int64) * rows // count)


def _assign(vectors: Vector, centres: Vector) -> npt.NDArray[np.int32]:
    home = np.empty(len(vectors), dtype=np.int32)
    for at in range(0, len(vectors), _BLOCK):
        home[at : at + _BLOCK] = (vectors[at : at + _BLOCK] @ centres.T).argmax(axis=1)
    return home


def _unit(rows: Vector) -> Vector:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms > 0, norms, 1), dtype=np.float32)

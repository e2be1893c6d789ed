"""The moves that answer a query best, with filters applied inside the search, never after it.

Up to 50,000 moves all that pass the filters are compared; of more, those in the nearest lists (`lists`). FAISS
compares; where it cannot be imported or fails, NumPy gives the identical answer: both only propose candidates, whose
scores are then computed once more in double precision, rounded, and ordered by (score, id).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from bachata.errors import InvalidRequest
from bachata.moves.embedding import (
    DIMENSIONS,
    USUAL,
    Embedding,
    Name,
    Vector,
    Weights,
    factor,
    fuse,
    fuse_query,
)
from bachata.moves.lists import LOOKS, Lists, make_lists
from bachata.moves.scan import FLAT_LIMIT, Backend, Rows, Scanner

_MARGIN: Final = 32  # more candidates than asked for, so that ties at the edge are decided by id and not by the backend
_SLACK: Final = 1e-5  # single precision: two backends' scores of one pair differ by less
_DIGITS: Final = 9


@dataclass(frozen=True)
class Hit:
    """A move found: its id, its position in the index, its score: the weighted mean cosine, -1 to 1."""

    move_id: str
    position: int
    score: float


@dataclass(frozen=True)
class Fused:
    """What an index is made of; arrays may lie in a file.

    `ids` in the order of the rows of `vectors`, shape (moves, 1024); `patterns` says which parts each knows (`fuse`),
    `versions` of which version these are, `lists` parts the rows of a library of more than 50,000.
    """

    ids: Sequence[str]
    vectors: Vector
    patterns: npt.NDArray[np.uint8]
    versions: Mapping[Name, str]
    weights: Weights = USUAL
    lists: Lists | None = None

    @classmethod
    def of(cls, ids: Sequence[str], embeddings: Sequence[Embedding], weights: Weights = USUAL) -> Fused:
        """Fuse moves in memory. Raises ValueError if their parts are not of one version each."""
        if len(ids) != len(embeddings):
            raise ValueError(f"{len(ids)} ids need as many embeddings, not {len(embeddings)}")
        versions: dict[Name, str] = {}
        for embedding in embeddings:
            for name, part in embedding.known():
                if versions.setdefault(name, part.version) != part.version:
                    raise ValueError(f"{name} parts are of versions {versions[name]} and {part.version}")
        vectors, patterns = fuse(embeddings, weights)
        lists = make_lists(vectors) if len(ids) > FLAT_LIMIT else None
        return cls(tuple(ids), vectors, patterns, versions, weights, lists)


class MoveIndex:
    """Searches fused moves."""

    def __init__(self, fused: Fused, *, backend: Backend = "faiss") -> None:
        """Raises ValueError if the arrays do not belong together."""
        count = len(fused.ids)
        if fused.vectors.shape != (count, DIMENSIONS) or fused.patterns.shape != (count,):
            raise ValueError(f"{count} ids need as many vectors, not an array of shape {fused.vectors.shape}")
        self.ids = tuple(fused.ids)
        self._fused = fused
        self._scanner = Scanner(fused.vectors, backend)
        self._rank = _ranks(self.ids)
        self._patterns = [int(p) for p in np.unique(fused.patterns)]

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, positions: npt.NDArray[np.int64]) -> MoveIndex:
        """An index over the moves at these positions, in this order; of a few thousand at most."""
        whole = self._fused
        ids = [self.ids[p] for p in positions]
        part = Fused(ids, whole.vectors[positions], whole.patterns[positions], whole.versions, whole.weights)
        return MoveIndex(part, backend=self.backend)

    @property
    def vectors(self) -> Vector:
        """Fused vectors in order of position: shape (moves, 1024), unit norm. Not to be written to."""
        return self._fused.vectors

    @property
    def versions(self) -> Mapping[Name, str]:
        """Of the parts its moves know."""
        return self._fused.versions

    @property
    def backend(self) -> Backend:
        """Which of the two answers."""
        return self._scanner.backend

    def search(self, query: Embedding, k: int, *, allowed: npt.NDArray[np.bool_] | None = None) -> list[Hit]:
        """The `k` best moves among those `allowed` (a mask over positions), best first, ties by id.

        Fewer only when fewer are allowed. A move that shares no part with the query scores 0. Raises InvalidRequest if
        a part of the query is of another version than the index's.
        """
        self._require_versions(query)
        rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
        k = min(k, len(rows))
        if k <= 0:
            return []
        found = list(self._found(query, k, rows))
        positions = np.concatenate([p for p, _ in found])
        scores = np.concatenate([s for _, s in found])
        order = np.lexsort((self._rank[positions], -scores))[:k]
        return [Hit(self.ids[p], int(p), float(s)) for p, s in zip(positions[order], scores[order], strict=True)]

    def _require_versions(self, query: Embedding) -> None:
        for name, part in query.known():
            held = self.versions.get(name, part.version)
            if held != part.version:
                raise InvalidRequest(
                    f"The move index holds {name} embeddings of version {held} but the query's is {part.version}: run "
                    "`bachata library add` again to embed the library anew"
                )

    def _found(self, query: Embedding, k: int, rows: Rows) -> Iterator[tuple[Rows, npt.NDArray[np.float64]]]:
        """(positions, scores) of a superset of the k best, for each set of parts that moves know."""
        vector, known = fuse_query(query, self._fused.weights)
        for pattern in self._patterns:
            own = rows if len(self._patterns) == 1 else rows[self._fused.patterns[rows] == pattern]
            scale = factor(pattern, known, self._fused.weights)
            if not len(own):
                continue
            if not scale:
                best = own[np.argsort(self._rank[own], kind="stable")[:k]]
                yield best, np.zeros(len(best))
                continue
            if self._fused.lists is not None:
                own = self._fused.lists.near(vector, own, max(LOOKS, k))
            best = self._candidates(vector, min(k, len(own)), own)
            products = np.sum(self.vectors[best].astype(np.float64) * vector.astype(np.float64), axis=1)
            yield best, np.round(products * scale, _DIGITS)

    def _candidates(self, query: Vector, k: int, rows: Rows) -> Rows:
        """A superset of the k best of `rows`: everything scoring within single-precision slack of the k-th."""
        wanted = min(len(rows), k + _MARGIN)
        while True:
            scores, found = self._scanner.best(query, wanted, rows)
            if wanted == len(rows) or scores[-1] < scores[k - 1] - _SLACK:
                return found
            wanted = min(len(rows), wanted * 2)


def _ranks(ids: tuple[str, ...]) -> Rows:
    """The place of each id among them all, by code point."""
    if all(a < b for a, b in pairwise(ids)):
        return np.arange(len(ids))
    return np.argsort(np.argsort(np.array(ids, dtype=object), kind="stable"), kind="stable")

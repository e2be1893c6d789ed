"""Nearest moves by inner product, with filters applied inside the search, never after it.

FAISS does the search; where it cannot be imported or fails, NumPy gives the identical answer: both only propose
candidates, whose scores are then computed once more in double precision, rounded, and ordered by (score, id).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from bachata.errors import InvalidRequest
from bachata.logs import get_logger
from bachata.moves.embedding import VERSION, Vector

Backend = Literal["faiss", "numpy"]
_MARGIN = 32  # more candidates than asked for, so that ties at the edge are decided by id and not by the backend
_SLACK = 1e-5  # single precision: two backends' scores of one pair differ by less
_DIGITS = 9

log = get_logger(__name__)


@dataclass(frozen=True)
class Hit:
    """A move found: its id, its position in the index, its cosine."""

    move_id: str
    position: int
    score: float


class MoveIndex:
    """An exact index over unit vectors of one embedding version."""

    def __init__(
        self,
        ids: Sequence[str],
        vectors: npt.NDArray[np.float32],
        *,
        version: str = VERSION,
        backend: Backend = "faiss",
    ) -> None:
        """`vectors`: shape (len(ids), dimensions), float32, unit norm. Raises ValueError on another shape."""
        if vectors.ndim != 2 or len(ids) != len(vectors):
            raise ValueError(f"{len(ids)} ids need as many vectors, not an array of shape {vectors.shape}")
        self.ids = tuple(ids)
        self.version = version
        self.dimensions = int(vectors.shape[1])
        self._vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self._rank = np.argsort(np.argsort(np.array(self.ids, dtype=object))) if ids else np.zeros(0, dtype=np.int64)
        self._faiss = _faiss_index(self._vectors) if backend == "faiss" else None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def vectors(self) -> npt.NDArray[np.float32]:
        """The vectors in order of position: shape (moves, dimensions). Not to be written to."""
        return self._vectors

    @property
    def backend(self) -> Backend:
        """Which of the two answers."""
        return "numpy" if self._faiss is None else "faiss"

    def search(
        self, query: Vector, k: int, *, allowed: npt.NDArray[np.bool_] | None = None, version: str = VERSION
    ) -> list[Hit]:
        """The `k` best moves among those `allowed` (a mask over positions), best first, ties by id.

        Fewer only when fewer are allowed. Raises InvalidRequest if the query is of another version or dimension.
        """
        if version != self.version:
            raise InvalidRequest(
                f"The move index holds {self.version} embeddings but the query is {version}: run `bachata library add` "
                "again to embed the library anew"
            )
        if query.shape != (self.dimensions,):
            raise InvalidRequest(
                f"A query of shape {query.shape} does not fit an index of {self.dimensions} dimensions"
            )
        mask = np.ones(len(self), dtype=bool) if allowed is None else allowed
        positions = np.flatnonzero(mask)
        k = min(k, len(positions))
        if k <= 0:
            return []
        candidates = self._candidates(query, k, positions)
        scores = np.round(
            np.sum(self._vectors[candidates].astype(np.float64) * query.astype(np.float64), axis=1), _DIGITS
        )
        order = np.lexsort((self._rank[candidates], -scores))[:k]
        return [Hit(self.ids[p], int(p), float(s)) for p, s in zip(candidates[order], scores[order], strict=True)]

    def _candidates(self, query: Vector, k: int, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """A superset of the k best: everything scoring within single-precision slack of the k-th."""
        wanted = min(len(positions), k + _MARGIN)
        while True:
            scores, found = self._propose(query, wanted, positions)
            if wanted == len(positions) or scores[-1] < scores[k - 1] - _SLACK:
                return found
            wanted = min(len(positions), wanted * 2)

    def _propose(
        self, query: Vector, k: int, positions: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        if self._faiss is not None:
            try:
                return _faiss_search(self._faiss, query, k, positions)
            except RuntimeError as error:  # FAISS reports every failure of its C++ side this way
                log.warning("FAISS failed, NumPy searches from now on", extra={"details": str(error)})
                self._faiss = None
        scores = self._vectors[positions] @ query
        best = np.argsort(-scores, kind="stable")[:k]
        return scores[best], positions[best]


def _faiss_index(vectors: npt.NDArray[np.float32]) -> Any | None:
    try:
        import faiss
    except ImportError as error:
        log.warning("FAISS cannot be imported, NumPy searches instead", extra={"details": str(error)})
        return None
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


def _faiss_search(
    index: Any, query: Vector, k: int, positions: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    import faiss

    parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(positions.astype(np.int64)))  # type: ignore[call-arg]  # its stubs know the C++ default only
    scores, found = index.search(query[None, :], k, params=parameters)
    if (found < 0).any():
        raise RuntimeError(f"asked for {k} of {len(positions)} moves, got {int((found >= 0).sum())}")
    return scores[0], found[0].astype(np.int64)

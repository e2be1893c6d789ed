"""Comparing a query with chosen rows of a matrix, in single precision: by FAISS, or by NumPy where FAISS cannot.

Filters are inside the search: rows that are not chosen are never compared (`IDSelectorArray`).
"""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from bachata.logs import get_logger
from bachata.moves.embedding import Vector

Backend = Literal["faiss", "numpy"]
Rows = npt.NDArray[np.int64]

FLAT_LIMIT: Final = 50_000
"""Rows up to which FAISS holds an IndexFlatIP, a copy of the matrix. Of a larger one it reads the memory as it lies."""
_BLOCK: Final = 4096  # rows NumPy gathers at once: 16 MB
_GATHERING: Final = 3  # a row that is gathered first costs about as many that are compared where they lie

log = get_logger(__name__)


class Scanner:
    """Finds the best among chosen rows of `vectors`, shape (rows, dimensions), float32, C-contiguous."""

    def __init__(self, vectors: Vector, backend: Backend) -> None:
        self._vectors = vectors
        self._faiss = _faiss() if backend == "faiss" else None
        self._flat: Any = None
        if self._faiss is not None and len(vectors) <= FLAT_LIMIT:
            self._flat = self._faiss.IndexFlatIP(vectors.shape[1])
            self._flat.add(vectors)

    @property
    def backend(self) -> Backend:
        """Which of the two answers."""
        return "numpy" if self._faiss is None else "faiss"

    def best(self, query: Vector, k: int, rows: Rows) -> tuple[Vector, Rows]:
        """Scores and numbers of the `k` best of `rows`, best first; `k` is at most their number."""
        if self._faiss is not None:
            try:
                return self._by_faiss(self._faiss, query, k, rows)
            except RuntimeError as error:  # FAISS reports every failure of its C++ side this way
                log.warning("FAISS failed, NumPy searches from now on", extra={"details": str(error)})
                self._faiss = self._flat = None
        scores = self._products(query, rows)
        best = np.argsort(-scores, kind="stable")[:k]
        return scores[best], rows[best]

    def _products(self, query: Vector, rows: Rows) -> Vector:
        if len(rows) * _GATHERING >= len(self._vectors):
            return (self._vectors @ query)[rows]
        return np.concatenate([self._vectors[rows[i : i + _BLOCK]] @ query for i in range(0, len(rows), _BLOCK)])

    def _by_faiss(self, faiss: Any, query: Vector, k: int, rows: Rows) -> tuple[Vector, Rows]:
        chosen = faiss.IDSelectorArray(rows)
        if self._flat is not None:
            scores, found = self._flat.search(query[None, :], k, params=faiss.SearchParameters(sel=chosen))
        else:
            scores, found = np.empty((1, k), dtype=np.float32), np.empty((1, k), dtype=np.int64)
            faiss.knn_inner_product(
                faiss.swig_ptr(query), faiss.swig_ptr(self._vectors), len(query), 1, len(self._vectors), k,
                faiss.swig_ptr(scores), faiss.swig_ptr(found), chosen,
            )  # fmt: skip
        if (found < 0).any():
            raise RuntimeError(f"asked for {k} of {len(rows)} moves, got {int((found >= 0).sum())}")
        return scores[0], found[0]


def _faiss() -> Any | None:
    try:
        import faiss
    except ImportError as error:
        log.warning("FAISS cannot be imported, NumPy searches instead", extra={"details": str(error)})
        return None
    return faiss

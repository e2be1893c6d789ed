"""The kinds of index there are for more than 50,000 moves: FAISS's own, and lists over the mapped snapshot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bachata.moves.embedding import DIMENSIONS

LISTS = 316
"""The root of 100,000, as is usual."""
PROBES = 38
"""About 12,000 moves, as ours looks at."""


@dataclass(frozen=True)
class Kind:
    """An index of FAISS's: how it is made of fused vectors, and what is set before it is searched."""

    name: str
    make: Callable[[np.ndarray], Any]
    ready: Callable[[Any], None] = lambda _index: None


def _flat(_: np.ndarray) -> Any:
    import faiss

    return faiss.IndexFlatIP(DIMENSIONS)


def _ivf(_: np.ndarray) -> Any:
    import faiss

    return faiss.IndexIVFFlat(faiss.IndexFlatIP(DIMENSIONS), DIMENSIONS, LISTS, faiss.METRIC_INNER_PRODUCT)


def _ivf_half(_: np.ndarray) -> Any:
    import faiss

    return faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(DIMENSIONS), DIMENSIONS, LISTS, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )


def _hnsw(_: np.ndarray) -> Any:
    import faiss

    return faiss.IndexHNSWFlat(DIMENSIONS, 32, faiss.METRIC_INNER_PRODUCT)


def _probes(index: Any) -> None:
    index.nprobe = PROBES


def _effort(index: Any) -> None:
    index.hnsw.efSearch = 256


KINDS = {
    kind.name: kind
    for kind in (
        Kind("IndexFlatIP", _flat),
        Kind("IndexIVFFlat", _ivf, _probes),
        Kind("IndexIVFScalarQuantizer, fp16", _ivf_half, _probes),
        Kind("IndexHNSWFlat, M 32, ef 256", _hnsw, _effort),
    )
}


def build(name: str, vectors: np.ndarray, target: Path) -> None:
    """Make an index and write it."""
    import faiss

    index = KINDS[name].make(vectors)
    index.train(vectors)
    index.add(vectors)
    faiss.write_index(index, str(target))


def searcher(name: str, source: Path) -> Callable[[np.ndarray, int, np.ndarray], np.ndarray]:
    """Load an index: (fused query, k, mask of allowed moves) -> their numbers, best first."""
    import faiss

    index = faiss.read_index(str(source))
    KINDS[name].ready(index)

    def search(query: np.ndarray, k: int, allowed: np.ndarray) -> np.ndarray:
        if allowed.all():
            return index.search(query[None], k)[1][0]
        chosen = faiss.IDSelectorBatch(np.flatnonzero(allowed))
        if isinstance(index, faiss.IndexIVF):
            parameters = faiss.SearchParametersIVF(sel=chosen, nprobe=PROBES)
        elif isinstance(index, faiss.IndexHNSW):
            parameters = faiss.SearchParametersHNSW(sel=chosen, efSearch=256)
        else:
            parameters = faiss.SearchParameters(sel=chosen)
        return index.search(query[None], k, params=parameters)[1][0]

    return search

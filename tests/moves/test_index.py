"""FAISS and NumPy give one answer; filters act inside the search; nothing depends on order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.errors import InvalidRequest
from bachata.moves.index import MoveIndex


def unit(count: int, dimensions: int, seed: int, *, twins: bool = False) -> np.ndarray:
    dice = np.random.default_rng(seed)
    vectors = dice.normal(size=(count, dimensions)).astype(np.float32)
    if twins:  # many equal vectors: the order of equals must come from the ids
        vectors = vectors[dice.integers(0, max(1, count // 8), count)]
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@given(
    count=st.integers(1, 300),
    k=st.integers(0, 120),
    seed=st.integers(0, 10**6),
    twins=st.booleans(),
    share=st.floats(0, 1),
)
def test_faiss_equals_numpy_equals_brute_force(count: int, k: int, seed: int, twins: bool, share: float) -> None:
    vectors = unit(count, 24, seed, twins=twins)
    query = unit(1, 24, seed + 1)[0]
    dice = np.random.default_rng(seed)
    ids = [f"m{n:04d}" for n in dice.permutation(count)]
    allowed = dice.random(count) < share
    answers = [MoveIndex(ids, vectors, backend=b).search(query, k, allowed=allowed) for b in ("faiss", "numpy")]
    assert answers[0] == answers[1]
    scores = np.round(np.sum(vectors.astype(np.float64) * query.astype(np.float64), axis=1), 9)
    expected = sorted((-scores[i], ids[i]) for i in range(count) if allowed[i])[:k]
    assert [(-h.score, h.move_id) for h in answers[0]] == [(float(s), i) for s, i in expected]


def test_filters_starve_nothing() -> None:
    vectors = np.concatenate([np.tile(unit(1, 24, 1), (2000, 1)), -unit(1, 24, 1), unit(2, 24, 2)])
    index = MoveIndex([f"m{i:04d}" for i in range(2003)], vectors)
    allowed = np.zeros(2003, dtype=bool)
    allowed[2000:] = True  # the farthest of all
    assert {h.position for h in index.search(vectors[0], 5, allowed=allowed)} == {2000, 2001, 2002}


def test_a_failure_of_faiss_falls_back_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    vectors = unit(50, 24, 3)
    index = MoveIndex([str(i) for i in range(50)], vectors)
    expected = index.search(vectors[7], 10)
    assert index.backend == "faiss"
    index._faiss.reset()  # an index that lost its vectors answers with nothing, as a broken one does
    assert index.search(vectors[7], 10) == expected
    assert index.backend == "numpy"
    assert "FAISS failed" in caplog.text


def test_without_faiss_numpy_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    vectors = unit(20, 24, 4)
    index = MoveIndex([str(i) for i in range(20)], vectors)
    assert index.backend == "numpy"
    assert index.search(vectors[3], 1)[0].move_id == "3"


def test_another_version_or_dimension_is_refused() -> None:
    index = MoveIndex(["a"], unit(1, 24, 5), version="lexical-1")
    with pytest.raises(InvalidRequest, match="holds lexical-1 embeddings but the query is lexical-2"):
        index.search(unit(1, 24, 5)[0], 1, version="lexical-2")
    with pytest.raises(InvalidRequest, match="does not fit an index of 24 dimensions"):
        index.search(unit(1, 32, 5)[0], 1)


def test_an_empty_index_finds_nothing() -> None:
    assert MoveIndex([], np.zeros((0, 24), dtype=np.float32)).search(unit(1, 24, 6)[0], 5) == []


def test_vectors_must_match_the_ids() -> None:
    with pytest.raises(ValueError, match="2 ids"):
        MoveIndex(["a", "b"], unit(3, 24, 7))

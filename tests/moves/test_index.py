"""FAISS and NumPy give one answer; filters act inside the search; nothing depends on order."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.errors import InvalidRequest
from bachata.moves import index as index_module
from bachata.moves import scan
from bachata.moves.embedding import DIMENSIONS, NAMES, USUAL, Embedding, Part, Weights
from bachata.moves.index import Fused, MoveIndex
from bachata.moves.lists import make_lists
from tests.choreography.worlds import make_part

ALL = frozenset(NAMES)


def embeddings(
    count: int, seed: int, *, twins: bool = False, knowing: list[frozenset[str]] | None = None
) -> list[Embedding]:
    """Moves that point anywhere; with `twins`, many the same: the order of equals must come from the ids."""
    dice = np.random.default_rng(seed)
    own = dice.integers(0, max(1, count // 8), count) if twins else np.arange(count)
    kinds = knowing or [ALL]

    def one(number: int) -> Embedding:
        seeds = {name: 1000 * seed + 10 * number + k for k, name in enumerate(NAMES)}
        return Embedding(**{name: make_part(name, seeds[name]) for name in kinds[number % len(kinds)]})

    return [one(int(number)) for number in own]


def built(moves: list[Embedding], ids: list[str] | None = None, backend: scan.Backend = "faiss") -> MoveIndex:
    return MoveIndex(Fused.of(ids or [f"m{i:04d}" for i in range(len(moves))], moves), backend=backend)


def brute(moves: list[Embedding], ids: list[str], query: Embedding, allowed: np.ndarray) -> list[tuple[float, str]]:
    """By the definition, part by part."""
    found = []
    for i in np.flatnonzero(allowed):
        known = dict(moves[i].known())
        shared = [(w, known[n], p) for (n, p) in query.known() for w in [getattr(USUAL, n)] if n in known]
        total = sum(w for w, _, _ in shared)
        score = sum(w * float(a.vector.astype(float) @ b.vector.astype(float)) for w, a, b in shared)
        found.append((-score / total if shared else 0.0, ids[i]))
    return sorted(found)


@given(
    count=st.integers(1, 120),
    k=st.integers(0, 60),
    seed=st.integers(0, 10**4),
    twins=st.booleans(),
    share=st.floats(0, 1),
    asked=st.sets(st.sampled_from(NAMES)),
    knowing=st.lists(st.frozensets(st.sampled_from(NAMES)), min_size=1, max_size=3),
)
def test_faiss_equals_numpy_equals_the_definition(
    count: int, k: int, seed: int, twins: bool, share: float, asked: set[str], knowing: list[frozenset[str]]
) -> None:
    moves = embeddings(count, seed, twins=twins, knowing=knowing)
    query = Embedding(**{n: make_part(n, seed + 77) for n in asked})
    dice = np.random.default_rng(seed)
    ids = [f"m{n:04d}" for n in dice.permutation(count)]
    allowed = dice.random(count) < share
    answers = [built(moves, ids, b).search(query, k, allowed=allowed) for b in ("faiss", "numpy")]
    assert answers[0] == answers[1]
    hits = [(-h.score, h.move_id) for h in answers[0]]
    assert hits == sorted(hits)
    expected = brute(moves, ids, query, allowed)[:k]
    assert len(hits) == len(expected)
    assert [s for s, _ in hits] == pytest.approx([s for s, _ in expected], abs=1e-6)


@given(
    count=st.integers(60, 200),
    k=st.integers(1, 30),
    seed=st.integers(0, 10**4),
    twins=st.booleans(),
    share=st.floats(0.2, 1),
    looks=st.integers(1, 60),
)
def test_with_lists_both_backends_look_through_the_same_ones(
    count: int, k: int, seed: int, twins: bool, share: float, looks: int
) -> None:
    moves = embeddings(count, seed, twins=twins, knowing=[ALL, frozenset({"text", "audio"})])
    query = Embedding(audio=make_part("audio", seed), text=make_part("text", seed))
    allowed = np.random.default_rng(seed).random(count) < share
    with patch.object(index_module, "FLAT_LIMIT", 50), patch.object(scan, "FLAT_LIMIT", 50):
        fused = Fused.of([f"m{i:04d}" for i in range(count)], moves)
        assert fused.lists is not None
        with patch.object(index_module, "LOOKS", looks):
            answers = [
                MoveIndex(fused, backend=b).search(query, k, allowed=allowed) for b in ("faiss", "numpy")
            ]  # fmt: skip
        exact = MoveIndex(fused).search(query, count, allowed=allowed)
    assert answers[0] == answers[1]
    assert len(answers[0]) == min(k, int(allowed.sum()))
    assert set(answers[0]) <= set(exact)
    assert exact == built(moves).search(query, count, allowed=allowed)


def test_filters_starve_nothing() -> None:
    near, far, other = (make_part("text", s) for s in (1, 2, 3))
    moves = [Embedding(text=near)] * 2000 + [Embedding(text=Part(-near.vector, near.version)), Embedding(text=far)]
    index = built([*moves, Embedding(text=other)])
    allowed = np.zeros(2003, dtype=bool)
    allowed[2000:] = True  # the farthest of all
    assert {h.position for h in index.search(Embedding(text=near), 5, allowed=allowed)} == {2000, 2001, 2002}


def test_a_failure_of_faiss_falls_back_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    moves = embeddings(50, 3)
    index = built(moves)
    expected = index.search(moves[7], 10)
    assert index.backend == "faiss"
    index._scanner._flat.reset()  # an index that lost its vectors answers with nothing, as a broken one does
    assert index.search(moves[7], 10) == expected
    assert index.backend == "numpy"
    assert "FAISS failed" in caplog.text


def test_without_faiss_numpy_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    moves = embeddings(20, 4)
    index = built(moves)
    assert index.backend == "numpy"
    assert index.search(moves[3], 1)[0].move_id == "m0003"


def test_a_query_part_of_another_version_is_refused_by_name() -> None:
    index = built([Embedding(audio=make_part("audio", 1, "audio-1"), text=make_part("text", 1, "lexical-2"))])
    assert index.versions == {"audio": "audio-1", "text": "lexical-2"}
    with pytest.raises(
        InvalidRequest, match=r"text embeddings of version lexical-2 but the query's is other-1: run `b"
    ):
        index.search(Embedding(audio=make_part("audio", 1, "audio-1"), text=make_part("text", 1, "other-1")), 1)
    # No move knows a body: whichever version is asked for, nothing is compared.
    assert len(index.search(Embedding(body=make_part("body", 1, "flow-9")), 1)) == 1


def test_moves_of_two_versions_make_no_index() -> None:
    with pytest.raises(ValueError, match="versions a-1 and b-1"):
        built([Embedding(text=make_part("text", 1, "a-1")), Embedding(text=make_part("text", 1, "b-1"))])


def test_other_weights_ask_for_other_moves() -> None:
    like_audio = Embedding(audio=make_part("audio", 1), text=make_part("text", 2))
    like_text = Embedding(audio=make_part("audio", 3), text=make_part("text", 4))
    query = Embedding(audio=make_part("audio", 1), text=make_part("text", 4))
    for weights, best in ((Weights(0.6, 0.4, 0), "a"), (Weights(0.4, 0.6, 0), "t")):
        index = MoveIndex(Fused.of(["a", "t"], [like_audio, like_text], weights))
        assert index.search(query, 1)[0].move_id == best


def test_vectors_compare_moves() -> None:
    moves = embeddings(30, 8)
    vectors = built(moves).vectors
    assert vectors.shape == (30, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(30), abs=1e-5)


def test_an_empty_index_finds_nothing() -> None:
    assert built([]).search(Embedding(text=make_part("text", 6)), 5) == []


def test_arrays_must_belong_together() -> None:
    fused = Fused.of(["a", "b"], embeddings(2, 7))
    with pytest.raises(ValueError, match="1 ids need as many vectors"):
        MoveIndex(Fused(["a"], fused.vectors, fused.patterns, {}))
    with pytest.raises(ValueError, match="1 ids need as many embeddings"):
        Fused.of(["a"], embeddings(2, 7))


def test_a_matrix_that_cannot_be_written_to_is_searched_as_it_lies() -> None:
    """As a mapped file is."""
    fused = Fused.of([f"m{i:03d}" for i in range(80)], embeddings(80, 9))
    fused.vectors.flags.writeable = False
    with patch.object(scan, "FLAT_LIMIT", 50):
        index = MoveIndex(
            Fused(fused.ids, fused.vectors, fused.patterns, fused.versions, lists=make_lists(fused.vectors))
        )
        assert index.search(embeddings(80, 9)[33], 1)[0].move_id == "m033"
        assert index.backend == "faiss"

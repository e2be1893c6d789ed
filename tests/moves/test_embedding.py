"""Parts and their fusion: the inner product of fused vectors is the weighted mean cosine of what both know."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.embedding import DIMENSIONS, NAMES, SIZES, USUAL, Embedding, Part, Weights, factor, fuse, fuse_query
from bachata.settings import load
from tests.choreography.worlds import make_part

shares = st.tuples(*[st.integers(0, 20)] * 3).filter(any).map(lambda w: Weights(*(x / sum(w) for x in w)))
knowing = st.sets(st.sampled_from(NAMES))


def made(names: set[str], seed: int) -> Embedding:
    return Embedding(**{name: make_part(name, seed + i) for i, name in enumerate(NAMES) if name in names})


@given(knowing, knowing, shares, st.integers(0, 10**6))
def test_the_score_is_the_weighted_mean_of_the_shared_cosines(
    row: set[str], query: set[str], weights: Weights, seed: int
) -> None:
    x, q = made(row, seed), made(query, seed + 100)
    (fused,), (pattern,) = fuse([x], weights)
    vector, known = fuse_query(q, weights)
    score = float(fused.astype(float) @ vector.astype(float)) * factor(int(pattern), known, weights)
    shared = [(w, n) for w, n in zip(weights.each, NAMES, strict=True) if n in row & query and w > 0]
    cosines = [w * float(getattr(x, n).vector.astype(float) @ getattr(q, n).vector.astype(float)) for w, n in shared]
    expected = math.fsum(cosines) / math.fsum(w for w, _ in shared) if shared else 0.0
    assert score == pytest.approx(expected, abs=1e-5)


@given(knowing, shares, st.integers(0, 10**6))
def test_a_fused_move_is_a_unit_vector_or_nothing(names: set[str], weights: Weights, seed: int) -> None:
    vectors, patterns = fuse([made(names, seed)], weights)
    assert vectors.shape == (1, DIMENSIONS)
    assert vectors.dtype == np.float32
    counts = [n in names and w > 0 for n, w in zip(NAMES, weights.each, strict=True)]
    assert int(patterns[0]) == sum(1 << bit for bit, counted in enumerate(counts) if counted)
    assert np.linalg.norm(vectors[0]) == pytest.approx(1.0 if any(counts) else 0.0, abs=1e-5)


def test_the_same_move_scores_one_whatever_is_missing() -> None:
    whole = made({"audio", "text", "body"}, 3)
    (fused,), (pattern,) = fuse([whole], USUAL)
    for wish in (whole, Embedding(audio=whole.audio), Embedding(text=whole.text, body=whole.body)):
        vector, known = fuse_query(wish, USUAL)
        assert float(fused @ vector) * factor(int(pattern), known, USUAL) == pytest.approx(1.0, abs=1e-6)


def test_weights_are_shares() -> None:
    assert (Weights().each, sum(SIZES.values())) == ((0.35, 0.35, 0.30), DIMENSIONS)
    for wrong in ((0.5, 0.5, 0.5), (1.5, -0.5, 0.0), (float("nan"), 0.5, 0.5)):
        with pytest.raises(ValueError, match="add up to 1"):
            Weights(*wrong)


def test_weights_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Weights.of_settings(load()) == USUAL
    for name, value in {"AUDIO": "0.2", "TEXT": "0.8", "BODY": "0"}.items():
        monkeypatch.setenv(f"FUSION_WEIGHT_{name}", value)
    assert Weights.of_settings(load()).each == (0.2, 0.8, 0.0)


def test_a_part_of_another_size_or_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"audio part has the shape \(384,\)"):
        Embedding(audio=make_part("text", 1))
    with pytest.raises(ValueError, match="text part is no unit vector"):
        Embedding(text=Part(np.full(384, 0.5, dtype=np.float32), "any-1"))


def test_parts_are_equal_by_what_they_hold() -> None:
    assert make_part("text", 1) == make_part("text", 1)
    assert hash(make_part("text", 1)) == hash(make_part("text", 1))
    assert make_part("text", 1) != make_part("text", 2)
    assert make_part("text", 1) != make_part("text", 1, "any-2")
    assert make_part("text", 1) != "any-1"

"""The p-values: right where they can be worked out, never outside (0, 1]."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.scorecard.chance import as_high, as_low, binomial, ranks, rayleigh, spearman


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_ranks_share_ties(values: list[int]) -> None:
    found = ranks(np.array(values, dtype=float))
    assert found.sum() == pytest.approx(len(values) * (len(values) - 1) / 2)
    for a, rank in zip(values, found, strict=True):
        below, same = sum(b < a for b in values), sum(b == a for b in values)
        assert rank == pytest.approx(below + (same - 1) / 2)


def test_binomial_is_exact() -> None:
    assert binomial(0, 5, 0.125) == 1.0
    assert binomial(2, 2, 0.125) == pytest.approx(1 / 64)
    assert binomial(1, 2, 0.5) == pytest.approx(0.75)
    assert binomial(1000, 2000, 0.5) == pytest.approx(0.509, abs=1e-3)
    assert 0 < binomial(2000, 2000, 0.125) < 1e-300


@given(st.integers(0, 60), st.integers(1, 60))
def test_binomial_falls_with_hits(hits: int, tries: int) -> None:
    hits = min(hits, tries)
    p = binomial(hits, tries, 0.125)
    assert 0 < p <= 1
    if hits:
        assert p <= binomial(hits - 1, tries, 0.125)


def test_rayleigh_agrees_with_drawing() -> None:
    dice = random.Random(5)
    drawn = []
    for _ in range(4000):
        turns = [dice.random() * 2 * math.pi for _ in range(20)]
        drawn.append(abs(sum(complex(math.cos(t), math.sin(t)) for t in turns)) / 20)
    for resultant in (0.1, 0.25, 0.4):
        assert rayleigh(resultant, 20) == pytest.approx(sum(d >= resultant for d in drawn) / 4000, abs=0.02)


@given(st.floats(0, 1), st.integers(1, 500))
def test_rayleigh_is_a_probability(resultant: float, count: int) -> None:
    assert 0 < rayleigh(resultant, count) <= 1
    assert rayleigh(1.0, 1) == rayleigh(0.0, count) == 1.0


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=50), st.floats(-1, 1))
def test_a_drawn_p_is_never_nothing(drawn: list[float], value: float) -> None:
    table = np.array(drawn)
    assert 0 < as_high(table, value) <= 1
    assert 0 < as_low(table, value) <= 1
    assert as_high(table, value) + as_low(table, value) >= 1


def test_spearman_by_hand() -> None:
    rho, p = spearman(np.array([1.0, 2, 3, 4, 5, 6, 7]), np.array([10.0, 20, 30, 40, 50, 70, 60])) or (0, 1)
    assert rho == pytest.approx(1 - 6 * 2 / (7 * 48))
    assert 1 / 1001 <= p < 0.01
    assert spearman(np.array([1.0, 1, 1]), np.array([1.0, 2, 3])) is None
    assert spearman(np.array([1.0]), np.array([1.0])) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=30))
def test_spearman_is_bounded_and_mirrored(pairs: list[tuple[float, float]]) -> None:
    a, b = (np.array(column) for column in zip(*pairs, strict=True))
    found, mirrored = spearman(a, b), spearman(a, -b)
    if found and mirrored:
        assert -1 - 1e-9 <= found[0] <= 1 + 1e-9
        assert found[0] == pytest.approx(-mirrored[0])
        assert 0 < found[1] <= 1

"""Lists of alike moves: every row has one, near ones come first, tight filters are served whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.lists import Lists, make_lists


def clustered(rows: int, seed: int, kinds: int = 12, spread: float = 0.1) -> np.ndarray:
    dice = np.random.default_rng(seed)
    centres = dice.normal(size=(kinds, 32))
    vectors = centres[dice.integers(0, kinds, rows)] + spread * np.sqrt(32) * dice.normal(size=(rows, 32))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@given(st.integers(1, 400), st.integers(0, 10**6), st.integers(1, 500), st.floats(0, 1))
def test_at_least_as_many_are_looked_at_as_asked(rows: int, seed: int, looks: int, share: float) -> None:
    vectors = clustered(rows, seed)
    lists = make_lists(vectors)
    allowed = np.flatnonzero(np.random.default_rng(seed).random(rows) < share)
    near = lists.near(vectors[0], allowed, looks)
    assert set(near) <= set(allowed)
    assert len(near) >= min(looks, len(allowed))
    assert np.all(np.diff(near) > 0)


def test_whole_lists_are_taken_nearest_first() -> None:
    centres = np.eye(3, dtype=np.float32)
    lists = Lists(centres, np.array([0, 1, 2, 0, 1, 2], dtype=np.int32))
    query = np.array([0.1, 0.9, 0.5], dtype=np.float32)
    rows = np.arange(6)
    assert [list(lists.near(query, rows, looks)) for looks in (1, 2, 3, 5, 6)] == [
        [1, 4], [1, 4], [1, 2, 4, 5], [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5],
    ]  # fmt: skip
    assert list(lists.near(query, np.array([0, 3, 5]), 1)) == [5]


def test_the_same_rows_are_parted_the_same() -> None:
    vectors = clustered(500, 1)
    one, other = make_lists(vectors), make_lists(vectors.copy())
    assert np.array_equal(one.home, other.home)
    assert np.array_equal(one.centres, other.centres)


def test_alike_rows_share_a_list() -> None:
    vectors = clustered(2000, 2, kinds=20, spread=0.05)
    lists = make_lists(vectors, 40)
    assert len(np.unique(lists.home)) > 20
    nearest = np.argsort(-(vectors @ vectors.T), axis=1)[:, 1:6]
    together = float(np.mean(lists.home[nearest] == lists.home[:, None]))
    assert together > 0.5  # by chance: 1 in 40


def test_a_fifth_of_the_rows_holds_most_of_the_best() -> None:
    vectors = clustered(5000, 3, kinds=60, spread=0.5)
    lists = make_lists(vectors)
    dice = np.random.default_rng(4)
    found = []
    for row in dice.integers(0, 5000, 50):
        query = vectors[row] + 0.3 * dice.normal(size=32).astype(np.float32)
        best = set(np.argsort(-(vectors @ query))[:10])
        found.append(len(best & set(lists.near(query, np.arange(5000), 1000))) / 10)
    assert np.mean(found) > 0.6  # of rows drawn by lot: 0.2


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_few_rows_and_equal_ones_are_parted_too(rows: int) -> None:
    vectors = np.ones((rows, 4), dtype=np.float32) / 2
    lists = make_lists(vectors, rows)
    assert lists.home.shape == (rows,)
    assert np.isfinite(lists.centres).all()

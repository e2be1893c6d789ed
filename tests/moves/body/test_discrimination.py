"""Do vectors tell moves apart? The measure itself, on vectors of which the answer is known."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.body.discrimination import mean_cosine, retrieval


def cloud(seed: int, moves: int = 40, dimensions: int = 64) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(moves, dimensions)).astype(np.float32)


LABELS = [f"label {i % 8}" for i in range(40)]


def labelled(strength: float) -> np.ndarray:
    """Noise, and of each label `strength` of a direction of its own."""
    centres = cloud(7, 8)
    return cloud(3) + np.float32(strength) * centres[[i % 8 for i in range(40)]]


@given(st.integers(0, 1000), st.integers(2, 12))
def test_mean_cosine_is_that_of_all_pairs(seed: int, moves: int) -> None:
    rows = cloud(seed, moves, 5)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = [float(units[i] @ units[j]) for i, j in combinations(range(moves), 2)]
    assert mean_cosine(rows) == pytest.approx(np.mean(pairs), abs=1e-5)


def test_vectors_all_alike_and_vectors_spread() -> None:
    assert mean_cosine(np.ones((5, 8), dtype=np.float32)) == pytest.approx(1.0)
    assert abs(mean_cosine(cloud(1, 200, 512))) < 0.01


def test_labels_that_mean_nothing_are_at_chance() -> None:
    found = retrieval(cloud(5), LABELS)
    assert found.moves == 40
    assert found.chance == pytest.approx(4 / 39)
    assert found.rate == pytest.approx(found.chance, abs=0.06)
    assert found.p > 0.05


def test_labels_that_show_are_found() -> None:
    found = retrieval(labelled(2.0), LABELS)
    assert found.rate == pytest.approx(4 / 5)  # there are four others of each label
    assert found.p == pytest.approx(1 / 2001)


def test_the_stronger_they_show_the_more_are_found() -> None:
    rates = [retrieval(labelled(s), LABELS, deals=10).rate for s in (0.0, 0.4, 0.8, 2.0)]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]


def test_what_is_not_known_is_left_out_with_its_label() -> None:
    rows = labelled(1.0)
    some = np.vstack([rows, np.zeros((3, 64), dtype=np.float32)])
    assert retrieval(some, [*LABELS, "label 0", "label 1", "odd"]) == retrieval(rows, LABELS)
    assert mean_cosine(some) == pytest.approx(mean_cosine(rows))


def test_a_label_of_one_move_is_asked_of_nobody() -> None:
    labels = [*LABELS[:-1], "alone"]
    assert retrieval(labelled(2.0), labels, deals=10).moves == 39


def test_the_same_seed_deals_the_same() -> None:
    assert retrieval(labelled(0.5), LABELS, seed=4) == retrieval(labelled(0.5), LABELS, seed=4)


def test_too_little_to_tell_is_said() -> None:
    with pytest.raises(ValueError, match="no 5 others"):
        retrieval(cloud(1, 5), LABELS[:5])
    with pytest.raises(ValueError, match="share a label"):
        retrieval(cloud(1, 8), LABELS[:8])
    with pytest.raises(ValueError, match="make a pair"):
        mean_cosine(np.zeros((4, 8), dtype=np.float32))

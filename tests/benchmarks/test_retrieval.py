"""The measure of retrieval measures: recall, material and page on small numbers."""

from __future__ import annotations

import numpy as np
import pytest

from bachata.moves.embedding import SIZES
from benchmarks.retrieval.discriminate import told
from benchmarks.retrieval.material import Material, masks, queries
from benchmarks.retrieval.measured import Built, Searched, recall
from benchmarks.retrieval.page import LARGE, Found, page

SCORES = np.array([[5.0], [4.0], [4.0], [1.0], [0.5]])
ALL = np.ones(5, dtype=bool)


def test_recall_counts_the_best() -> None:
    scores = np.arange(20.0)[:, None]
    everything = np.ones(20, dtype=bool)
    assert recall(scores, everything, [list(range(19, 9, -1))]) == 1.0
    assert recall(scores, everything, [[19, 18, 17, 16, 15, 0, 1, 2, 3, 4]]) == 0.5
    assert recall(scores, everything, [[-1] * 10]) == 0.0


def test_of_equals_any_will_do_but_not_one_that_is_filtered_out() -> None:
    allowed = np.array([True, False, True, True, False])
    assert recall(SCORES, allowed, [[0, 2, 3]]) == 1.0
    assert recall(SCORES, allowed, [[0, 1, 2]]) == pytest.approx(2 / 3)


def test_material_is_the_same_every_time_and_of_its_kinds() -> None:
    one, other = Material(60), Material(60)
    for name, size in SIZES.items():
        assert one.parts[name].shape == (60, size)
        assert np.linalg.norm(one.parts[name], axis=1) == pytest.approx(np.ones(60), abs=1e-5)
        assert np.array_equal(one.parts[name], other.parts[name])
    assert one.moves == other.moves
    with one.reading() as (fingerprint, rows):
        assert (fingerprint, len(list(rows))) == (one.fingerprint(), 60)
    assert len({q.text for q in queries(40)}) > 10
    assert all(q.body is None for q in queries(3))


def test_filters_let_pass_what_their_names_say() -> None:
    shares = {name: mask.mean() for name, mask in masks(20_000).items()}
    assert shares == pytest.approx({"all": 1, "a third": 1 / 3, "1 in 20": 0.05, "1 in 500": 0.002}, abs=0.01)


def test_telling_apart() -> None:
    labels = np.array(["a"] * 6 + ["b"] * 6)
    rows = np.repeat(np.eye(2), 6, axis=0)
    apart = told("x", rows, labels)
    assert (apart.retrieval, apart.cosine) == (1.0, pytest.approx(5 / 11))
    assert apart.chance == pytest.approx(5 / 11)


def test_the_page_says_which_bars_hold() -> None:
    def measured(ms: float) -> Searched:
        return Searched("faiss", 0.5, 650.0, {"all": (ms / 2, ms, 0.97)})

    for ms, holds in ((12.0, True), (21.0, False)):
        found = Found(
            "a machine", "2026-01-01", 0.1, sizes={LARGE: (Built(9.0, 500.0, 700.0), measured(ms), measured(ms))}
        )
        assert [bar[-1] for bar in found.bars] == [holds, True, True]
        text = page(found)
        assert ("**no**" in text) != holds
        assert "| 100,000 | faiss |" in text

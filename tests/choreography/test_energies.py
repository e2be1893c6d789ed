"""Calm moves to calm places: stretches of measured motion, ranks, and what a wish does to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.brief import understand
from bachata.choreography.energies import Motion, ranks, wished
from tests.choreography.worlds import make_move

unit = st.floats(0, 1, width=32)


@given(st.lists(st.lists(unit, max_size=6), min_size=1, max_size=5), st.data())
def test_any_stretch_has_the_energy_the_move_says(motions: list[list[float]], data: st.DataObject) -> None:
    moves = [make_move(f"m{i}", eights=1, motion=motion) for i, motion in enumerate(motions)]
    beat = st.integers(-9, 30)
    stretches = data.draw(st.lists(st.tuples(st.integers(0, len(moves) - 1), beat, beat), min_size=1, max_size=9))
    found = Motion(moves).between(*(np.array(column) for column in zip(*stretches, strict=True)))
    asked = [moves[m].energy_between(first, max(0, last)) for m, first, last in stretches]
    assert found == pytest.approx(asked, abs=1e-9)


def test_what_was_never_measured_has_the_energy_of_its_level() -> None:
    motion = Motion([make_move("a", energy="high"), make_move("b", motion=[0.1])])
    zero, eight = np.zeros(2, dtype=np.int64), np.full(2, 8)
    assert motion.between(np.arange(2), zero, eight) == pytest.approx([0.85, 0.1])


@given(st.lists(unit, min_size=1, max_size=30))
def test_ranks_keep_the_order_and_share_what_is_equal(values: list[float]) -> None:
    array = np.array(values)
    found = ranks(array, np.sort(array))
    assert np.all((found > 0) & (found < 1))
    assert found.mean() == pytest.approx(0.5)
    for a, b in zip(range(len(values)), range(1, len(values)), strict=False):
        assert np.sign(found[a] - found[b]) == np.sign(array[a] - array[b])


@given(st.lists(unit, min_size=1, max_size=30))
def test_a_wish_bends_the_ranks_and_changes_no_order(energies: list[float]) -> None:
    low, medium, high = (wished(energies, understand({"energy": e})) for e in ("low", "medium", "high"))
    assert np.all(low <= medium)
    assert np.all(medium <= high)
    for bent in (low, high):
        assert np.array_equal(np.argsort(bent, kind="stable"), np.argsort(medium, kind="stable"))


def test_a_song_that_never_changes_asks_for_the_middle() -> None:
    assert wished([0.9, 0.9, 0.9], understand({})) == pytest.approx([0.5, 0.5, 0.5])

"""Means over a clip's time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.body.course import Course


def course(frames: list[int], values: list[float]) -> Course:
    return Course(np.array(frames), np.array(values, dtype=float).reshape(-1, 1))


def test_what_holds_between_pictures_counts_for_as_long_as_it_holds() -> None:
    walk = course([0, 2, 4, 8], [1, 3, 10])
    assert walk.means([0, 2, 4, 8])[:, 0] == pytest.approx([1, 3, 10])
    assert walk.means([1, 3])[:, 0] == pytest.approx([2])
    assert walk.means([3, 8])[:, 0] == pytest.approx([(3 + 4 * 10) / 5])


def test_beyond_the_pictures_nothing_is() -> None:
    assert course([0, 2], [4.0]).means([0, 4])[:, 0] == pytest.approx([2])
    assert course([0, 2], [4.0]).means([6, 9])[:, 0] == pytest.approx([0])


@pytest.mark.parametrize("frames", [[], [0]])
def test_of_one_picture_or_none_all_means_are_zero(frames: list[int]) -> None:
    assert course(frames, []).means([0, 5, 9]).tolist() == [[0.0], [0.0]]


def test_a_span_of_no_length_is_what_holds_there() -> None:
    assert course([0, 2, 4], [1, 3]).means([3, 3])[:, 0] == pytest.approx([3])


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=30),
    st.data(),
)
def test_means_of_parts_add_up_to_the_mean_of_the_whole(steps: list[int], data: st.DataObject) -> None:
    frames = [0, *np.cumsum(steps).tolist()]
    values = data.draw(st.lists(st.floats(-5, 5), min_size=len(steps), max_size=len(steps)))
    inner = data.draw(st.lists(st.floats(0, frames[-1]), max_size=8))
    edges = sorted({0.0, float(frames[-1]), *inner})
    walk = course(frames, values)
    parts = walk.means(edges)[:, 0]
    assert float(parts @ np.diff(edges)) == pytest.approx(walk.means([0, frames[-1]])[0, 0] * frames[-1], abs=1e-6)
    assert parts.min() >= min(values) - 1e-6
    assert parts.max() <= max(values) + 1e-6

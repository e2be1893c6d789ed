"""How far one pose is from another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.catalogue import Pose
from bachata.moves.poses import pose_distance

numbers = st.floats(-0.8, 0.8)
sizes = st.floats(0, 1.7)
POSES = st.builds(
    Pose, x=numbers, y=numbers, width=sizes, height=sizes, shape=st.lists(st.integers(0, 100), min_size=24, max_size=24)
)

COUPLE = Pose(x=0.0, y=0.1, width=0.5, height=0.7, shape=[10, 80, 80, 10] * 6)


@given(POSES, POSES)
def test_a_distance_is_a_share_and_the_same_both_ways(a: Pose, b: Pose) -> None:
    assert 0 <= pose_distance(a, b) <= 1
    assert pose_distance(a, b) == pytest.approx(pose_distance(b, a))


@given(POSES)
def test_the_same_pose_is_no_leap(a: Pose) -> None:
    assert pose_distance(a, a) == 0


@pytest.mark.parametrize("field", ["x", "y", "width", "height"])
def test_the_further_it_is_the_greater_the_leap(field: str) -> None:
    steps = [
        pose_distance(COUPLE, COUPLE.model_copy(update={field: getattr(COUPLE, field) + by}))
        for by in (0.0, 0.05, 0.1, 0.2)
    ]
    assert steps == sorted(set(steps))


def test_another_outline_in_the_same_box_is_another_pose() -> None:
    apart = COUPLE.model_copy(update={"shape": [80, 10, 10, 80] * 6})
    leaning = COUPLE.model_copy(update={"shape": [10, 80, 80, 10] * 5 + [10, 70, 90, 10]})
    assert pose_distance(COUPLE, apart) > 3 * pose_distance(COUPLE, leaning) > 0


def test_empty_outlines_are_poses_too() -> None:
    empty = COUPLE.model_copy(update={"shape": [0] * 24, "width": 0.0, "height": 0.0})
    assert pose_distance(empty, empty) == 0
    assert 0 < pose_distance(COUPLE, empty) <= 1

"""How much the dancers move, and when least: flows made by hand, and one drawn dancer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.body.course import Course
from bachata.moves.body.flow import COLUMNS, ROWS, Flow
from bachata.moves.body.motion import USUAL, activity_of, kinetic_beats, motion_between
from bachata.moves.catalogue import Pose

RATE = 30.0


def pose(height: float = 0.5) -> Pose:
    return Pose(x=0, y=0, width=0.3, height=height, shape=[50] * 24)


def flow(speeds: list[float], *, scale: float = 1.0) -> Flow:
    """A patch in the middle that moves at these speeds, everything `scale` as large."""
    velocity = np.zeros((len(speeds), ROWS, COLUMNS, 2), dtype=np.float32)
    rows, columns = round(8 * scale), round(5 * scale)
    middle = (slice(22 - rows, 22 + rows), slice(40 - columns, 40 + columns))
    for i, speed in enumerate(speeds):
        velocity[i][middle] = (speed * scale, 0)
    count = len(speeds)
    return Flow(velocity, np.zeros((count, 2), np.float32), np.zeros(count, bool), np.arange(count + 1) * 2)


def activity(values: list[float]) -> Course:
    return Course(np.arange(len(values) + 1) * 2, np.array(values).reshape(-1, 1))


def test_nearness_of_the_camera_does_not_matter() -> None:
    far = activity_of(flow([1.0, 2.0]), [pose(0.4)] * 3).values
    near = activity_of(flow([1.0, 2.0], scale=2), [pose(0.8)] * 3).values
    assert near == pytest.approx(far)
    assert far[1] == pytest.approx(2 * far[0])


def test_with_nobody_there_nothing_moves() -> None:
    assert not activity_of(flow([1.0, 2.0]), []).values.any()


def test_motion_is_one_half_at_the_usual_activity_and_rises_with_it() -> None:
    steps = motion_between(activity([USUAL / 4] * 8 + [USUAL] * 8 + [USUAL * 4] * 8), [0, 16, 32, 48])
    assert steps[1] == pytest.approx(0.5, abs=1e-3)
    assert 0 < steps[0] < 0.2
    assert 0.8 < steps[2] < 1


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.integers(1, 12))
def test_motion_is_defined_for_any_flow(values: list[float], period: int) -> None:
    beats = list(range(0, 2 * len(values) + period, period))
    found = motion_between(activity(values), beats)
    assert len(found) == len(beats) - 1
    assert all(0 <= m <= 1 for m in found)


def test_a_still_clip_has_motion_zero_and_no_kinetic_beats() -> None:
    still = activity([0.0] * 40)
    assert motion_between(still, [0, 15, 30]) == (0.0, 0.0)
    assert kinetic_beats(still, RATE) == ()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_pictures_have_no_kinetic_beats(count: int) -> None:
    assert kinetic_beats(activity([1.0] * count), RATE) == ()


def test_kinetic_beats_are_where_motion_stops_for_a_moment() -> None:
    # A stop every 14 frames, the first at frame 10; activity holds between pictures 2 frames apart.
    middles = np.arange(90) * 2 + 1
    found = kinetic_beats(activity(list(1.0 - np.cos(2 * np.pi * (middles - 10) / 14))), RATE)
    assert len(found) in {12, 13}
    assert all(abs((f - 10) - 14 * round((f - 10) / 14)) <= 1 for f in found)


def test_ripples_are_no_stops() -> None:
    middles = np.arange(90) * 2 + 1
    slow = 1.0 - np.cos(2 * np.pi * (middles - 10) / 30)
    ripple = 0.03 * np.cos(2 * np.pi * middles / 7)
    assert len(kinetic_beats(activity(list(slow + ripple)), RATE)) == len(kinetic_beats(activity(list(slow)), RATE))

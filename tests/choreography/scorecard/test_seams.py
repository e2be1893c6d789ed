"""M8 against dancers who stand where they are put."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.scorecard.seams import seams, usual_step
from bachata.moves.catalogue import Move
from bachata.moves.poses import pose_distance
from tests.choreography.scorecard.plans import EIGHT, dance, drawn, one_of, plain, standing


def walking(clip_id: str, begin: float, end: float) -> Move:
    """A clip whose dancers go evenly from one place to another."""
    move = plain(clip_id, eights=1)
    beats = len(move.beats)
    poses = [standing(begin + (end - begin) * i / (beats - 1)) for i in range(beats)]
    return move.model_copy(update={"poses": poses})


def joined(moves: list[Move]) -> object:
    pieces = [
        {"start_time": EIGHT * i, "duration": EIGHT, "clip_id": m.clip_id, "trim_start": one_of(m)}
        for i, m in enumerate(moves)
    ]
    return seams(dance(drawn(pieces), moves))


CHAIN = [walking(str(i), 0.2 * i, 0.2 * (i + 1)) for i in range(8)]


def test_clips_that_take_up_where_the_last_left_off_are_seamless() -> None:
    found = joined(CHAIN)
    assert found.value == pytest.approx(0.0, abs=1e-9)
    assert (found.seams, found.over_limit, found.holds) == (7, 0.0, True)
    assert found.p < 0.01
    assert found.chance > 0.2


def test_the_same_clips_in_a_bad_order_are_not() -> None:
    found = joined([CHAIN[i] for i in (0, 5, 2, 7, 1, 6, 3, 4)])
    assert found.holds is False
    assert found.p > 0.05
    assert found.over_limit > 0.5


def test_the_leap_is_the_distance_of_the_two_poses() -> None:
    found = joined([walking("a", 0.0, 0.0), walking("b", 0.1, 0.1)])
    assert found.value == pytest.approx(pose_distance(standing(0.0), standing(0.1)))
    assert (found.holds, "too few" in found.why) == (None, True)


def test_the_limit_is_what_a_step_covers() -> None:
    step = pose_distance(standing(0.0), standing(0.2 / 8))
    assert usual_step(CHAIN) == pytest.approx(step)
    assert usual_step([plain()]) is None


def test_without_poses_or_seams_nothing_is_said() -> None:
    assert "never measured" in joined([*CHAIN[:3], plain("x", eights=1)]).why
    assert "no seam" in joined(CHAIN[:1]).why


def test_a_clip_that_dances_on_has_no_seam_within() -> None:
    move = walking("a", 0.0, 1.0)
    half = EIGHT / 2
    pieces = [
        {"start_time": half * i, "duration": half, "clip_id": "a", "trim_start": one_of(move) + half * i}
        for i in range(2)
    ]
    assert "no seam" in seams(dance(drawn(pieces), [move])).why


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=10))
def test_seams_are_bounded(places: list[tuple[float, float]]) -> None:
    found = joined([walking(str(i), a, b) for i, (a, b) in enumerate(places)])
    assert 0 <= found.value <= 1
    assert 0 < found.p <= 1
    assert 0 <= found.over_limit <= 1

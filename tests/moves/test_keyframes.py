"""Where a clip may be cut: on every count, and never far apart."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.windows import timing
from bachata.moves.keyframes import counts_of, keyframes_of
from tests.choreography.worlds import make_move

RATE = Fraction(30)


def test_beats_are_continued_to_both_ends() -> None:
    counts = counts_of([40, 55, 70, 85], 130, rate=RATE, tempo=120.0)
    assert counts.frames == (10, 25, 40, 55, 70, 85, 100, 115, 130)
    assert (counts.head, counts.period) == (2, 15.0)


def test_one_beat_alone_is_continued_by_the_tempo() -> None:
    assert counts_of([20], 60, rate=RATE, tempo=120.0).frames == (5, 20, 35, 50)


def test_keyframes_lie_on_frame_0_and_on_every_count_inside() -> None:
    assert keyframes_of([40, 55, 70, 85], 130, rate=RATE, tempo=120.0) == (0, 10, 25, 40, 55, 70, 85, 100, 115)


@pytest.mark.parametrize(
    ("beats", "frames", "more"),
    [
        ([0, 45, 90], 100, (22, 67)),  # 40 BPM: one between beats
        ([0, 15, 30, 120, 135], 140, (60, 90)),  # beats nobody marked: evenly between
    ],
)
def test_no_group_of_pictures_is_longer_than_a_second(beats: list[int], frames: int, more: tuple[int, ...]) -> None:
    keyframes = keyframes_of(beats, frames, rate=RATE, tempo=120.0)
    assert set(keyframes) == {*beats, *more} | ({0} if beats[0] else set())


@given(
    st.lists(st.integers(1, 80), min_size=1, max_size=40),
    st.integers(0, 200),
    st.integers(1, 300),
    st.sampled_from([Fraction(24), Fraction(25), Fraction(30), Fraction(30000, 1001), Fraction(60)]),
)
def test_keyframes_rise_hold_every_beat_and_leave_no_long_gap(
    gaps: list[int], first: int, after: int, rate: Fraction
) -> None:
    beats = [first]
    for gap in gaps:
        beats.append(beats[-1] + gap)
    frames = beats[-1] + after
    keyframes = keyframes_of(beats, frames, rate=rate, tempo=120.0)
    assert keyframes[0] == 0
    assert keyframes[-1] < frames
    assert set(beats) <= set(keyframes)
    edges = [*keyframes, frames]
    assert all(0 < b - a <= int(rate) for a, b in pairwise(edges))


@given(st.floats(60, 180), st.integers(1, 4), st.integers(0, 7))
def test_every_count_a_plan_may_cut_on_is_a_keyframe(tempo: float, eights: int, pickup: int) -> None:
    move = make_move("m", tempo=tempo, eights=eights, pickup=pickup, profile="720p30")
    assert set(timing(move).counts) <= {*move.keyframes, move.frames}

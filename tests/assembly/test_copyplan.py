"""Which frames are copied, as a pure function of plan and keyframes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.assembly.copyplan import PART, CopyPlan, Source, plan_copies
from bachata.assembly.frameplan import plan_frames
from tests.assembly.truth import blueprint, move

BEATS = Source(frames=150, keyframes=tuple(range(0, 150, 15)))


def planned(moves: list[dict[str, Any]], source: Source = BEATS, retime: str = "timestamps", **how: Any) -> CopyPlan:
    plan = plan_frames(blueprint(moves, output_config={"retime": retime}, **how))
    return plan_copies(plan, [source] * len(plan.pieces), retime)


def spans(plan: CopyPlan) -> list[tuple[int | None, int, int, int | None]]:
    return [(s.piece, s.first, s.end, s.copied_from) for s in plan.segments]


def test_a_move_on_the_beat_is_copied_whole() -> None:
    assert spans(planned([move("a", 0, 2, trim_start=0.5)])) == [(0, 0, 60, 15)]


def test_a_cut_off_the_beat_is_encoded_up_to_the_next_keyframe() -> None:
    assert spans(planned([move("a", 0, 2, trim_start=0.6)])) == [(0, 0, 12, None), (0, 12, 60, 30)]


def test_a_copy_may_end_after_any_frame() -> None:
    assert spans(planned([move("a", 0, 1.1)])) == [(0, 0, 33, 0)]


def test_a_crossfade_of_a_beat_is_all_that_is_encoded() -> None:
    fade = {"transition_type": "crossfade", "transition_duration": 0.5}
    plan = planned([move("a", 0, 2), move("b", 2, 2, **fade)])
    assert spans(plan) == [(0, 0, 60, 0), (1, 0, 15, None), (1, 15, 60, 15)]
    assert (plan.frames_copied, plan.frames_encoded) == (105, 15)


def test_a_crossfade_that_ends_between_keyframes_is_extended_to_the_next() -> None:
    fade = {"transition_type": "crossfade", "transition_duration": 0.3}
    assert spans(planned([move("a", 0, 2), move("b", 2, 2, **fade)]))[1:] == [(1, 0, 15, None), (1, 15, 60, 15)]


def test_fades_encode_both_their_halves() -> None:
    fade = {"transition_type": "fade_black", "transition_duration": 0.2}
    plan = planned([move("a", 0, 2), move("b", 2, 2, **fade)])
    assert spans(plan) == [(0, 0, 54, 0), (0, 54, 60, None), (1, 0, 15, None), (1, 15, 60, 15)]


def test_by_timestamps_a_retimed_move_is_copied() -> None:
    plan = planned([move("a", 0, 1, speed=1.1), move("b", 1, 1, speed=0.9)])
    assert spans(plan) == [(0, 0, 33, 0), (1, 0, 27, 0)]
    ticks = list(plan.ticks(3000))
    assert ticks[0] == 0
    assert ticks[33] == 30 * 3000
    assert ticks[1] == round(30 * 3000 / 33)
    assert plan.encoded == ()


def test_at_a_constant_rate_a_retimed_move_is_encoded_and_said() -> None:
    plan = planned([move("a", 0, 1, speed=1.1), move("b", 1, 1)], retime="resample")
    assert spans(plan) == [(0, 0, 30, None), (1, 0, 30, 0)]
    assert plan.encoded == ((0, "it is played at speed 1.1 at a constant frame rate"),)


def test_what_does_not_conform_is_encoded_on_the_grid_in_parts() -> None:
    plan = planned([move("a", 0, 12, speed=1.1)], Source(reason="it is vp9, not H.264"))
    assert all(s.copied_from is None and s.count <= PART for s in plan.segments)
    assert [s.count for s in plan.segments] == [120, 120, 120]
    assert plan.encoded == ((0, "it is vp9, not H.264"),)


def test_frames_beyond_the_clip_are_encoded() -> None:
    assert spans(planned([move("a", 0, 6)])) == [(0, 0, 150, 0), (0, 150, 180, None)]
    assert spans(planned([move("a", 0, 2, trim_start=9)])) == [(0, 0, 60, None)]
    assert spans(planned([move("a", 0, 2, trim_end=4)])) == [(0, 0, 30, 0), (0, 30, 60, None)]


def test_a_gap_is_encoded() -> None:
    assert spans(planned([move("a", 1, 1)])) == [(None, 0, 30, None), (0, 0, 30, 0)]


@st.composite
def drawn(draw: st.DrawFn) -> CopyPlan:
    moves: list[dict[str, Any]] = []
    at = Fraction(draw(st.integers(0, 3)), 10)
    for _ in range(draw(st.integers(1, 5))):
        length = Fraction(draw(st.integers(1, 50)), 20)
        moves.append(
            move(
                "a",
                float(at),
                float(length),
                speed=draw(st.sampled_from([0.9, 0.95, 1.0, 1.0, 1.037, 1.1])),
                trim_start=draw(st.sampled_from([0.0, 0.5, 0.55, 3.0, 4.9, 9.0])),
                trim_end=draw(st.sampled_from([0.0, 0.0, 1.0])),
                transition_type=draw(st.sampled_from(["cut", "crossfade", "fade_black"])),
                transition_duration=draw(st.sampled_from([0.1, 0.5, 2.0])),
            )
        )
        at += length + Fraction(draw(st.sampled_from([0, 0, 3])), 10)
    keys = draw(st.sets(st.integers(1, 149), max_size=12))
    return planned(moves, Source(150, (0, *sorted(keys))), draw(st.sampled_from(["timestamps", "resample", "off"])))


@given(plan=drawn())
def test_every_picture_is_made_once_in_order_and_every_cut_is_on_its_frame(plan: CopyPlan) -> None:
    made: dict[tuple[int | None, int], list[tuple[int, int]]] = {}
    for segment in plan.segments:
        assert segment.count > 0
        assert segment.copied_from is not None or segment.count <= PART
        made.setdefault((segment.piece, segment.start), []).append((segment.first, segment.end))
    for (piece, _start), parts in made.items():
        assert parts[0][0] == 0
        assert all(a[1] == b[0] for a, b in pairwise(parts))
        if piece is not None:
            assert parts[-1][1] == plan.plan.pieces[piece].shown
    ticks = list(plan.ticks(3003))
    assert len(ticks) == plan.plan.shown == plan.frames_copied + plan.frames_encoded
    assert all(b > a for a, b in pairwise(ticks))
    assert {piece.first * 3003 for piece in plan.plan.pieces} <= set(ticks)
    assert ticks[-1] < plan.plan.total * 3003


@given(plan=drawn())
def test_a_copy_begins_on_a_keyframe_and_touches_no_changed_picture(plan: CopyPlan) -> None:
    for segment in plan.segments:
        if segment.copied_from is None or segment.piece is None:
            continue
        piece = plan.plan.pieces[segment.piece]
        for number in (segment.first, segment.end - 1):
            picture = plan.plan.picture(segment.piece, number)
            assert (picture.weight, picture.veils) == (1, ())
            assert picture.shot is not None
            source = segment.copied_from + number - segment.first
            assert picture.shot.time == Fraction(source, 30)
            assert source < 150
        assert piece.source_frames is not None


@pytest.mark.parametrize("speed", [0.9, 0.97, 1.0, 1.03, 1.1])
def test_timestamps_show_as_many_source_frames_as_the_speed_covers(speed: float) -> None:
    plan = planned([move("a", 0, 4, speed=speed)])
    assert plan.plan.shown == round(120 * speed)

"""The frame plan on its own: properties over any blueprint."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.assembly.frameplan import FramePlan, plan_frames
from bachata.blueprint import Blueprint
from bachata.errors import InvalidRequest
from bachata.timeline import frame_at
from tests.assembly.truth import blueprint, move

KINDS = ["cut", "crossfade", "fade_black", "fade_white"]


@st.composite
def blueprints(
    draw: st.DrawFn, *, clips: tuple[str, ...] = ("clips/a.mp4", "clips/b.mp4"), most: int = 12
) -> Blueprint:
    """Any valid blueprint: gaps, odd lengths and rates, every transition, trims and speeds."""
    at, moves = 0.0, []
    for _ in range(draw(st.integers(1, most))):
        at += draw(st.sampled_from([0.0, 0.0, 0.0, 0.004, 0.25]))
        duration = draw(st.floats(0.01, 0.6))
        moves.append(
            move(
                draw(st.sampled_from(clips)),
                at,
                duration,
                transition_type=draw(st.sampled_from(KINDS)),
                transition_duration=draw(st.none() | st.floats(0, 0.5)),
                trim_start=draw(st.sampled_from([0.0, 0.1, 1.0, 2.5, 3.9])),
                speed=draw(st.sampled_from([1.0, 0.9, 1.1, 0.5, 2.0])),
            )
        )
        at += duration
    config: dict[str, Any] = {"frame_rate": draw(st.sampled_from([30, 25, "30000/1001", 12, 60]))}
    tail = draw(st.sampled_from([0.0, 0.0, 0.3]))
    return blueprint(moves, total_duration=max(at + tail, 0.1), output_config=config)


def spans_of(plan: FramePlan) -> list[tuple[int, int]]:
    return [(first, end) for _, first, end in plan.spans()]


@given(blueprints())
def test_every_frame_is_planned_once(document: Blueprint) -> None:
    plan = plan_frames(document)
    rate = document.output_config.rate
    assert plan.total == frame_at(document.seconds, rate)
    assert len(list(plan.pictures())) == plan.total
    spans = spans_of(plan)
    assert spans[0][0] == 0
    assert spans[-1][1] == plan.total
    assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))


@given(blueprints())
def test_cuts_are_the_absolute_starts_rounded_once(document: Blueprint) -> None:
    plan = plan_frames(document)
    rate = document.output_config.rate
    assert list(plan.cut_frames) == [min(frame_at(m.start_time, rate), plan.total) for m in document.moves]
    for piece in plan.pieces:
        assert piece.first == plan.cut_frames[piece.index]
        assert piece.end > piece.first
        ends = frame_at(document.moves[piece.index].start_time + document.moves[piece.index].duration, rate)
        assert abs(piece.end - ends) <= 1


@given(blueprints())
def test_every_picture_shows_what_its_move_says(document: Blueprint) -> None:
    plan = plan_frames(document)
    rate = document.output_config.rate
    pictures = list(plan.pictures())
    for index, piece in enumerate(plan.pieces):
        chosen = document.moves[piece.index]
        for offset, picture in enumerate(pictures[piece.first : piece.end]):
            assert picture.shot is not None
            assert picture.shot.piece == index
            expected = Fraction(str(chosen.trim_start)) + offset * Fraction(str(chosen.speed)) / rate
            assert picture.shot.time == expected


@given(blueprints())
def test_weights_are_shares_and_only_neighbours_mix(document: Blueprint) -> None:
    plan = plan_frames(document)
    for picture in plan.pictures():
        assert 0 < picture.weight <= 1
        assert all(0 < share <= 1 for _, share in picture.veils)
        if picture.under is not None:
            assert picture.shot is not None
            assert picture.under.piece == picture.shot.piece - 1
            assert picture.weight < 1


@given(blueprints())
def test_source_times_never_run_backwards_within_a_piece(document: Blueprint) -> None:
    """What lets one decoder serve a piece, its handle included."""
    latest: dict[int, Fraction] = {}
    for picture in plan_frames(document).pictures():
        for shot in (picture.under, picture.shot):
            if shot is not None:
                assert shot.time >= latest.get(shot.piece, shot.time)
                latest[shot.piece] = shot.time


@given(blueprints())
def test_at_most_two_pieces_are_open_at_once(document: Blueprint) -> None:
    lives: dict[int, list[int]] = {}
    for frame, picture in enumerate(plan_frames(document).pictures()):
        for shot in (picture.under, picture.shot):
            if shot is not None:
                lives.setdefault(shot.piece, []).append(frame)
    for frame in range(max((max(f) for f in lives.values()), default=0)):
        assert sum(min(f) <= frame <= max(f) for f in lives.values()) <= 2


def test_sixty_moves_do_not_drift() -> None:
    length = 8 * 60 / 125  # eight counts at 125 BPM: 115.2 frames
    plan = plan_frames(blueprint([move("a.mp4", i * length, length) for i in range(60)]))
    assert plan.total == 6912
    assert [abs(p.first - p.index * Fraction(576, 5)) <= Fraction(1, 2) for p in plan.pieces] == [True] * 60


def test_a_gap_below_a_frame_is_rounding_and_is_closed() -> None:
    plan = plan_frames(blueprint([move("a.mp4", 0, 0.983), move("b.mp4", 1.0, 0.99)], total_duration=2.0))
    assert spans_of(plan) == [(0, 30), (30, 60)]
    assert plan.warnings == ()


def test_a_move_shorter_than_a_frame_is_named() -> None:
    plan = plan_frames(blueprint([move("a.mp4", 0, 1.0), move("b.mp4", 1.0, 0.005), move("a.mp4", 1.005, 1.0)]))
    assert plan.warnings == ("move 2 (m1) is shorter than one frame and is not shown",)
    assert plan.cut_frames == (0, 30, 30)


def test_a_video_shorter_than_a_frame_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="shorter than one frame"):
        plan_frames(blueprint([move("a.mp4", 0, 0.01)]))

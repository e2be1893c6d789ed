"""M3 and M4 against clips and kinetic beats whose place is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.scorecard.dance import Dance
from bachata.choreography.scorecard.rhythm import SIGMA, _near_rows, _shifted, alignment, clip_phase
from bachata.choreography.scorecard.truth import Truth
from bachata.moves.catalogue import Move
from tests.choreography.scorecard.plans import PERIOD, SONG, dance, drawn, eights, one_of, plain

RATE = 60


def on_count_one(move: Move, pieces: int = 9, *, early: float = 0.0, **output: object) -> Dance:
    """Eights that begin `early` seconds before the clip's count 1: its counts then come so much late."""
    return dance(drawn(eights(pieces, trim_start=one_of(move) - early), output_config=output), [move])


def moving(every: float, *, late: float = 0.0) -> Move:
    """A clip whose dancers pause every so many seconds, `late` after its count 1."""
    move = plain()
    times = np.arange(one_of(move) + late, move.frames / RATE, every)
    return move.model_copy(update={"kinetic_beats": [round(t * RATE) for t in times]})


@pytest.mark.parametrize("shift", [-0.1, -0.03, 0.0, 0.015, 0.1])
def test_a_clip_out_of_phase_is_measured_so(shift: float) -> None:
    phase = clip_phase(on_count_one(plain(pickup=2), early=shift))
    assert phase.mean == pytest.approx(shift, abs=1e-3)
    assert phase.resultant == phase.value == pytest.approx(1.0, abs=1e-3)
    assert phase.counts == 72
    assert phase.holds is (abs(shift) <= 0.02)


def test_half_a_beat_off_is_as_far_as_can_be() -> None:
    phase = clip_phase(on_count_one(plain(pickup=2), early=PERIOD / 2))
    assert abs(phase.mean or 0) == pytest.approx(PERIOD / 2, abs=1e-3)
    assert phase.holds is False


def test_clips_at_another_tempo_lose_the_phase() -> None:
    move = plain(tempo=95.0)
    phase = clip_phase(on_count_one(move))
    assert (phase.resultant or 1) < 0.5
    assert phase.holds is False


def test_pieces_that_each_keep_another_phase_are_random_together() -> None:
    """Evenly spread over the circle: within a clip all is regular, so only pieces may count as observations."""
    move = plain(pickup=2)
    trims = [one_of(move) - PERIOD * i / 8 for i in range(8)]
    pieces = [{**piece, "trim_start": trim} for piece, trim in zip(eights(8), trims, strict=True)]
    phase = clip_phase(dance(drawn(pieces), [move]))
    assert phase.resultant == pytest.approx(0.0, abs=0.06)
    assert phase.p is not None
    assert phase.p > 0.5
    assert phase.chance == pytest.approx(math.sqrt(math.pi / 32))


def test_a_piece_alone_is_no_evidence() -> None:
    phase = clip_phase(on_count_one(plain(), pieces=1))
    assert (phase.p, phase.chance) == (1.0, 1.0)


def test_a_speed_that_is_not_applied_does_not_count() -> None:
    move = plain()
    shown = eights(9, trim_start=one_of(move), speed=1.09)
    applied = clip_phase(dance(drawn(shown), [move]))
    off = clip_phase(dance(drawn(shown, output_config={"retime": "off"}), [move]))
    assert (applied.resultant or 1) < 0.9
    assert off.resultant == pytest.approx(1.0, abs=1e-3)


def test_the_true_beats_have_a_phase_of_their_own() -> None:
    truth = Truth(tuple(b + 0.012 for b in SONG.beats), 0)
    phase = clip_phase(on_count_one(plain()), truth)
    assert phase.mean == pytest.approx(0.0, abs=1e-3)
    assert phase.true_mean == pytest.approx(-0.012, abs=1e-3)
    assert phase.true_resultant == pytest.approx(1.0, abs=1e-3)


def test_dancers_who_pause_on_every_beat_score_one() -> None:
    judged = alignment(on_count_one(moving(PERIOD)))
    assert judged.raw == pytest.approx(1.0, abs=0.02)
    assert judged.value == pytest.approx(1.0, abs=0.03)
    assert judged.music_to_motion == pytest.approx(1.0, abs=0.06)
    # One kinetic beat a beat, random phase, 120 BPM: sigma's Gaussian over half a second.
    expected = SIGMA * math.sqrt(2 * math.pi) / PERIOD
    assert judged.raw_shifted == pytest.approx(expected, abs=0.03)


def test_nine_clips_that_all_fit_are_no_luck_and_one_may_be() -> None:
    """A steady rhythm 17 ms late is as good shifted by any beat, and a little more or less: 33 of 500 ms."""
    judged = alignment(on_count_one(moving(PERIOD, late=1 / 60)))
    assert (judged.holds, judged.p) == (True, pytest.approx(1 / 1001))
    alone = alignment(on_count_one(moving(PERIOD, late=1 / 60), pieces=1))
    assert alone.p is not None
    assert 0.03 < alone.p < 0.12
    assert alone.holds is False


def test_shifting_keeps_each_pieces_beats_within_it() -> None:
    judged = on_count_one(moving(PERIOD))
    pieces = [judged.shown(p, m, m.kinetic_beats) for p, m in judged.pieces]
    shifted = _shifted(judged, pieces)
    assert shifted.shape == (1000, sum(map(len, pieces)))
    at = 0
    for piece, times in zip(judged.blueprint.moves, pieces, strict=True):
        own = shifted[:, at : at + len(times)]
        assert (own >= piece.start_time - 1e-9).all()
        assert (own <= piece.start_time + piece.duration + 1e-9).all()
        at += len(times)


@given(st.lists(st.lists(st.floats(0, 50), min_size=3, max_size=3), min_size=1, max_size=5))
def test_rows_are_searched_each_for_itself(rows: list[list[float]]) -> None:
    table, times = np.sort(np.array(rows), axis=1), np.array([0.0, 7.0, 49.0])
    for row, found in zip(table, _near_rows(times, table), strict=True):
        assert found == pytest.approx(np.abs(times[:, None] - row[None, :]).min(axis=1), abs=1e-6)


def test_dancers_half_a_beat_off_score_below_chance() -> None:
    judged = alignment(on_count_one(moving(PERIOD, late=PERIOD / 2)))
    assert (judged.value or 0) < 0
    assert judged.holds is False


def test_every_second_beat_is_perfect_in_one_direction_and_half_in_the_other() -> None:
    judged = alignment(on_count_one(moving(2 * PERIOD)))
    assert judged.value == pytest.approx(1.0, abs=0.03)
    assert judged.music_to_motion == pytest.approx(0.5, abs=0.1)


def test_a_lag_of_a_thirtieth_of_a_second_costs_a_fifth() -> None:
    """exp(-33²/(2·50²)) = 0.80."""
    judged = alignment(on_count_one(moving(PERIOD, late=2 / RATE)))
    assert judged.raw == pytest.approx(math.exp(-((2 / RATE) ** 2) / (2 * SIGMA**2)), abs=0.01)


def test_clips_nobody_measured_cannot_be_judged() -> None:
    judged = alignment(on_count_one(plain()))
    assert (judged.value, judged.holds, judged.p) == (None, None, None)
    assert "never measured" in judged.why


def test_two_kinetic_beats_are_needed() -> None:
    move = plain().model_copy(update={"kinetic_beats": [0]})
    assert "too few" in alignment(on_count_one(move, pieces=1)).why


@given(st.lists(st.integers(0, 700), min_size=2, max_size=40, unique=True), st.integers(1, 12))
def test_alignment_is_bounded_and_deterministic(frames: list[int], pieces: int) -> None:
    move = plain().model_copy(update={"kinetic_beats": sorted(frames)})
    judged = on_count_one(move, pieces=pieces)
    first = alignment(judged)
    assert first == alignment(judged)
    if first.value is not None:
        assert first.value <= 1 + 1e-9
        assert first.p is not None
        assert 0 < first.p <= 1
        assert 0 <= (first.raw or 0) <= 1

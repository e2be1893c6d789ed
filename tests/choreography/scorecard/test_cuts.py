"""M1 and M2 against cuts whose distance to beats and counts is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.scorecard.cuts import count_one_hits, cut_error
from bachata.choreography.scorecard.truth import Truth
from tests.choreography.scorecard.plans import EIGHT, PERIOD, SONG, dance, drawn, eights, plain
from tests.choreography.worlds import make_song

MOVES = [plain()]


@pytest.mark.parametrize("late", [0.0, 0.05, 0.1, 0.2])
def test_late_cuts_are_measured_as_late_as_they_are(late: float) -> None:
    judged = dance(drawn(eights(10, late=late)), MOVES)
    error, hits = cut_error(judged), count_one_hits(judged)
    assert [error.median, error.p95, error.maximum] == pytest.approx([late] * 3, abs=1e-6)
    assert error.cuts == 9
    assert error.holds is (late <= 0.0167)
    assert hits.rate == hits.value == (1.0 if late <= 0.07 else 0.0)
    assert hits.holds is (late <= 0.07)


def test_the_p_of_hits_is_the_binomial_one() -> None:
    hits = count_one_hits(dance(drawn(eights(10)), MOVES))
    assert (hits.chance, hits.p) == (0.125, pytest.approx(0.125**9))
    none = count_one_hits(dance(drawn(eights(10, late=0.2)), MOVES))
    assert none.p == pytest.approx(1.0)


def test_a_cut_every_fourth_beat_hits_half_the_counts_one_at_best_and_none_off_phase() -> None:
    pieces = [{"start_time": 2.0 * i, "duration": 2.0} for i in range(40)]
    assert count_one_hits(dance(drawn(pieces), MOVES)).rate == pytest.approx(0.5, abs=0.02)
    off = [{"start_time": 0.0, "duration": 0.5}] + [{"start_time": 0.5 + 2.0 * i, "duration": 2.0} for i in range(40)]
    assert count_one_hits(dance(drawn(off), MOVES)).rate == 0.0


def test_chance_is_that_of_cuts_at_random_times() -> None:
    # Uniform over half a beat to each side: the 95th percentile of many is 95 % of a quarter second.
    error = cut_error(dance(drawn(eights(32)), MOVES))
    assert error.chance == pytest.approx(0.95 * PERIOD / 2, abs=0.02)
    assert error.p == pytest.approx(1 / 1001)


def test_random_cuts_are_told_to_be_random() -> None:
    offbeat = [0.11, 0.23, 0.02, 0.19, 0.07, 0.24, 0.15, 0.21, 0.05]
    starts = [0.0, *(EIGHT * (i + 1) + off for i, off in enumerate(offbeat))]
    pieces = [{"start_time": a, "duration": b - a} for a, b in zip(starts, [*starts[1:], 42.0], strict=True)]
    error = cut_error(dance(drawn(pieces), MOVES))
    assert error.holds is False
    assert error.p is not None
    assert error.p > 0.1


def test_the_truth_is_measured_beside_our_own_beats() -> None:
    # We hear every beat 30 ms early and count 1 two beats late; the plan keeps to what we hear.
    truth = Truth(tuple(b + 0.03 for b in SONG.beats), 6)
    judged = dance(drawn(eights(10)), MOVES)
    error, hits = cut_error(judged, truth), count_one_hits(judged, truth)
    assert (error.p95, error.true_p95) == (pytest.approx(0.0, abs=1e-6), pytest.approx(0.03, abs=1e-6))
    assert error.holds is True
    assert (hits.rate, hits.true_rate, hits.value, hits.holds) == (1.0, 0.0, 0.0, False)
    worse = cut_error(judged, Truth(tuple(b + 0.04 for b in SONG.beats), 0))
    assert worse.holds is False


def test_half_a_frame_of_a_slow_rate_is_no_fault() -> None:
    slow = {"output_config": {"frame_rate": 24}}
    assert cut_error(dance(drawn(eights(10, late=0.0205), **slow), MOVES)).holds is True
    assert cut_error(dance(drawn(eights(10, late=0.0205)), MOVES)).holds is False


def test_cuts_where_the_song_has_no_beats_are_not_judged() -> None:
    late = make_song(tempo=120, seconds=60.0, first_beat=8.0, count_one=0)
    pieces = [{"start_time": t, "duration": 2.0} for t in (0.0, 3.1, 8.0, 12.0)]
    judged = dance(drawn(pieces), MOVES, late)
    assert (cut_error(judged).cuts, cut_error(judged).maximum, count_one_hits(judged).rate) == (2, 0.0, 1.0)


def test_one_piece_has_no_cut_and_no_verdict() -> None:
    judged = dance(drawn(eights(1)), MOVES)
    for metric in (cut_error(judged), count_one_hits(judged)):
        assert (metric.value, metric.holds, metric.p) == (None, None, None)
        assert "no cut" in metric.why
        assert metric.measured().startswith("–")


@given(st.lists(st.floats(0.2, 6.0), min_size=2, max_size=12), st.floats(0.0, 40.0))
def test_scores_are_bounded_and_the_same_wherever_the_video_begins(lengths: list[float], begin: float) -> None:
    """A video that begins later in the song, with the same cuts in the song, is the same dance."""
    # No cut lies on the edge of a window: rounding would decide.
    lengths = [round(length, 3) + 0.00037 for length in lengths]
    starts = [round(sum(lengths[:i]), 6) for i in range(len(lengths))]
    begin = round(begin, 3)

    def pieces(shift: float) -> list[dict[str, float]]:
        return [{"start_time": a, "duration": n} for a, n in zip(starts, lengths, strict=True)]

    song = make_song(tempo=120, seconds=130.0, first_beat=0.0, count_one=0)
    moved = song.model_copy(update={"beats": [b + begin for b in song.beats], "duration": 130.0 + begin})
    here = dance(drawn(pieces(0.0)), MOVES, song)
    there = dance(drawn(pieces(begin), audio_start=begin), MOVES, moved)
    for measure in (cut_error, count_one_hits):
        a, b = measure(here), measure(there)
        assert a.value == pytest.approx(b.value, abs=1e-6)
        assert a.p == pytest.approx(b.p, abs=0.02)
        assert a.p is not None
        assert 0 < a.p <= 1
        assert 0 <= (a.value or 0) <= 1

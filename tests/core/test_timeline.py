"""Time is exact: properties over any beats and any rate."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.timeline import durations, frame_at, frame_rate, frames_of, seconds_at

NTSC = [Fraction(n * 1000, 1001) for n in (15, 24, 30, 48, 60, 120)]
RATES = st.sampled_from([*NTSC, *map(Fraction, (1, 12, 24, 25, 30, 48, 50, 60, 120, 240)), Fraction(25, 2)])
BEATS = st.lists(st.floats(0, 3600), min_size=1, max_size=200).map(sorted)


class TestFrameRate:
    @pytest.mark.parametrize(
        ("written", "exact"),
        [
            (30, Fraction(30)),
            (25.0, Fraction(25)),
            ("25", Fraction(25)),
            (12.5, Fraction(25, 2)),
            (29.97, Fraction(30000, 1001)),
            (29.970029970029969, Fraction(30000, 1001)),
            ("29.97", Fraction(30000, 1001)),
            ("30000/1001", Fraction(30000, 1001)),
            (23.976, Fraction(24000, 1001)),
            (23.98, Fraction(24000, 1001)),
            (59.94, Fraction(60000, 1001)),
            (119.88, Fraction(120000, 1001)),
            (Fraction(24000, 1001), Fraction(24000, 1001)),
            (24, Fraction(24)),
            (15, Fraction(15)),
        ],
    )
    def test_what_is_meant(self, written, exact):
        assert frame_rate(written) == exact

    @given(rate=st.sampled_from(NTSC), digits=st.integers(3, 12))
    def test_an_ntsc_rate_survives_any_rounding(self, rate, digits):
        assert frame_rate(round(float(rate), digits)) == rate
        assert frame_rate(f"{float(rate):.{min(digits, 9)}f}") == rate

    @given(number=st.integers(1, 240))
    def test_whole_rates_are_never_bent(self, number):
        assert frame_rate(number) == frame_rate(float(number)) == frame_rate(str(number)) == number

    @given(value=st.floats(0.01, 1000))
    def test_any_rate_is_near_what_was_written(self, value):
        assert math.isclose(frame_rate(value), value, rel_tol=3e-4, abs_tol=1e-5)

    @pytest.mark.parametrize(
        "wrong",
        [0, -1, -29.97, 0.0, float("nan"), float("inf"), "", "fast", "30/0", "0", "0/1", "-30", "1e2", " 30", "30\n"],
    )
    def test_what_is_no_rate_is_refused(self, wrong):
        with pytest.raises(ValueError, match="frame rate"):
            frame_rate(wrong)

    @pytest.mark.parametrize("hostile", ["1e999999999", "9" * 100_000, 5e-324, 1e-9, "0.000000001"])
    def test_a_hostile_rate_costs_no_time(self, hostile):
        with pytest.raises(ValueError, match="frame rate"):
            frame_rate(hostile)


class TestFrames:
    @given(seconds=st.floats(0, 36_000), rate=RATES)
    def test_rounding_is_off_by_half_a_frame_at_most(self, seconds, rate):
        error = abs(Fraction(frame_at(seconds, rate)) / rate - Fraction(seconds))
        assert error <= 1 / rate / 2

    @given(beats=BEATS, rate=RATES)
    def test_durations_add_up_exactly(self, beats, rate):
        frames = frames_of(beats, rate)
        assert sum(durations(frames)) == frames[-1] - frames[0]
        assert len(durations(frames)) == len(frames) - 1
        assert all(n >= 0 for n in durations(frames))

    @given(tempo=st.floats(60, 200), moves=st.integers(1, 400), rate=RATES)
    def test_the_last_of_many_moves_is_as_exact_as_the_first(self, tempo, moves, rate):
        """Adding up moves rounded one by one would drift; this never does."""
        beat = Fraction(60) / Fraction(tempo)
        starts = frames_of((8 * beat * n for n in range(moves + 1)), rate)
        position = starts[0]
        for n, length in enumerate(durations(starts), start=1):
            position += length
            assert abs(position - 8 * beat * n * rate) <= Fraction(1, 2)

    @given(frame=st.integers(0, 10**7), rate=RATES)
    def test_a_frame_survives_seconds(self, frame, rate):
        assert frame_at(seconds_at(frame, rate), rate) == frame

    @given(times=st.tuples(st.floats(0, 3600), st.floats(0, 3600)), rate=RATES)
    def test_order_is_kept(self, times, rate):
        early, late = sorted(times)
        assert frame_at(early, rate) <= frame_at(late, rate)

    def test_halves_round_up(self):
        assert [frame_at(Fraction(n, 60), Fraction(30)) for n in range(5)] == [0, 1, 1, 2, 2]

    @pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf")])
    def test_what_is_no_time_is_refused(self, wrong):
        with pytest.raises(ValueError, match="is not a time"):
            frame_at(wrong, Fraction(30))

"""Which stretch of a clip fills a place, at which speed: held against arithmetic done by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.grid import grid
from bachata.choreography.slots import Slot, slots
from bachata.choreography.windows import Windows, timing
from tests.choreography.worlds import make_move, make_song

RATE = Fraction(30)
SONG = make_song(tempo=120, seconds=33.0, first_beat=0.5, count_one=1, sections=("verse",))
GRID = grid(SONG, RATE)


def place(role: str, counts: int | None = None) -> Slot:
    return next(s for s in slots(SONG, GRID) if s.role == role and counts in {None, s.counts})


def test_a_clip_at_the_songs_tempo_runs_at_its_own_speed() -> None:
    fits = Windows([make_move("m", tempo=120, eights=2)]).fits(place("any", 16), GRID)
    assert len(fits) == 1
    assert fits.speed[0] == pytest.approx(1.0, abs=1 / 240)  # a frame in eight seconds
    assert fits.residual[0] == pytest.approx(0.0, abs=1 / 60)


@pytest.mark.parametrize("tempo", [109.5, 114.0, 126.0, 132.0])
def test_speed_is_source_seconds_per_output_second(tempo: float) -> None:
    # A clip danced faster than the song must be slowed down: fewer source seconds an output second.
    fits = Windows([make_move("m", tempo=tempo, eights=2, rate="60")]).fits(place("any", 16), GRID)
    assert fits.speed[0] == pytest.approx(120 / tempo, rel=0.002)


def test_windows_start_on_the_clips_own_ones() -> None:
    move = make_move("m", tempo=120, eights=4, pickup=3)
    fits = Windows([move]).fits(place("any", 16), GRID)
    assert list(fits.source) == [move.beats[3 + 8 * i] for i in range(3)]
    assert list(fits.number) == [0, 1, 2]
    assert list(fits.last) == [False, False, True]


def test_a_clip_too_short_fits_nowhere() -> None:
    assert len(Windows([make_move("m", tempo=120, eights=1)]).fits(place("any", 16), GRID)) == 0


def test_a_clip_that_ends_on_its_last_one_is_whole() -> None:
    move = make_move("m", tempo=120, eights=2, pickup=0, tail=0.0)
    cut = move.model_copy(update={"frames": move.beats[16], "beats": move.beats[:16]})
    assert timing(cut).counts[-1] == cut.frames
    fits = Windows([cut]).fits(place("any", 16), GRID)
    assert list(fits.source_end) == [cut.frames]


def test_a_lead_in_ends_on_a_one_and_its_counts_fall_on_the_songs() -> None:
    move = make_move("m", tempo=120, eights=2, pickup=2)
    slot = place("lead-in")
    fits = Windows([move]).fits(slot, GRID)
    ones = {move.beats[2 + 8 * i] for i in range(3)}
    assert set(fits.source_end) <= ones
    assert len(fits) == 3 - (move.beats[2] < slot.frames)
    assert np.all(fits.source >= 0)


def test_bent_music_leaves_a_residual_and_steady_music_none() -> None:
    bent = make_song(tempo=120, seconds=33.0, first_beat=0.0, count_one=0, drift=-0.5, sections=("verse",))
    bent_grid = grid(bent, RATE)
    windows = Windows([make_move("m", tempo=110, eights=2, rate="60")])
    steady = windows.fits(place("any", 16), GRID).residual[0]
    slot = next(s for s in slots(bent, bent_grid) if s.counts == 16)
    assert windows.fits(slot, bent_grid).residual[0] > 3 * steady


@given(
    st.floats(60, 180), st.integers(1, 4), st.integers(0, 7), st.sampled_from(["24", "25", "30000/1001", "30", "60"])
)
def test_counts_of_a_clip_rise_and_keep_the_marked_ones(tempo: float, eights: int, pickup: int, rate: str) -> None:
    move = make_move("m", tempo=tempo, eights=eights, pickup=pickup, rate=rate)
    clip = timing(move)
    assert all(a < b for a, b in zip(clip.counts, clip.counts[1:], strict=False))
    assert clip.counts[0] >= 0
    assert clip.counts[-1] <= clip.frames
    assert set(move.beats) <= set(clip.counts)
    assert [clip.counts[i] for i in clip.ones][: eights + 1] == move.beats[pickup::8]

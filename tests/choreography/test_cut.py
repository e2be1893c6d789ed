"""From frames to a document and back: nothing is lost in the seconds that are written."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.brief import understand
from bachata.choreography.cut import Cut, join, written
from bachata.choreography.grid import grid
from bachata.choreography.slots import Slot
from bachata.choreography.transitions import transitions
from bachata.timeline import frame_at, frame_rate
from tests.choreography.worlds import make_move, make_song

RATES = st.sampled_from(["24", "24000/1001", "25", "30000/1001", "30", "50", "60"])
SONG = make_song(tempo=120, seconds=60.0, first_beat=0.0, count_one=0)
GRID = grid(SONG, Fraction(30))


def cut(
    number: int,
    *,
    clip: str | None = None,
    label: str = "verse",
    section: int = 1,
    energy: float = 0.4,
    role: str = "any",
) -> Cut:
    slot = Slot(120 * number, 120 * (number + 1), 8 * number, 8, section, label, energy, role)  # type: ignore[arg-type]
    move = make_move(clip or f"m{number}", tempo=120.0, eights=3)
    return Cut(move, slot, source=move.beats[2], shown=123, count_one=8 * number)


@given(RATES, RATES, st.integers(0, 80_000), st.integers(1, 4000), st.integers(0, 500), st.integers(1, 4400))
def test_written_seconds_restore_every_frame(
    rate: str, clip_rate: str, start: int, length: int, source: int, shown: int
) -> None:
    exact, own = frame_rate(rate), frame_rate(clip_rate)
    move = make_move("m", rate=clip_rate).model_copy(update={"frames": 200_000})
    slot = Slot(start, start + length, 0, 8, 0, "verse", 0.5, "any")
    piece = written([Cut(move, slot, source, shown)], exact)[0]
    assert frame_at(piece["start_time"], exact) == start
    assert frame_at(piece["start_time"] + piece["duration"], exact) == start + length
    assert frame_at(piece["trim_start"], own) == source
    assert frame_at(piece["original_duration"], own) == 200_000
    assert round(piece["duration"] * piece["speed"] * float(own)) == shown
    last_shown = piece["trim_start"] + (length - 1) * piece["speed"] / float(exact)
    assert last_shown <= piece["original_duration"] - piece["trim_end"] + 1e-4


def test_a_crossfade_leaves_its_handle_untrimmed() -> None:
    cuts = [cut(0), cut(1)]
    plain = written(join(cuts, GRID, ["cut", "cut"], 0.3), GRID.rate)
    faded = written(join(cuts, GRID, ["cut", "crossfade"], 0.3), GRID.rate)
    # A count of the incoming clip, whose 123 frames last 120 of the video: whole frames of the video within it.
    beats = cuts[1].move.beats
    lasts = math.floor((beats[3] - beats[2]) * 120 / 123)
    assert faded[1]["transition_duration"] == pytest.approx(lasts / 30, abs=1e-6)
    assert plain[0]["trim_end"] - faded[0]["trim_end"] == pytest.approx(0.5, abs=1 / 60)
    assert "transition_duration" not in plain[1]
    assert [p["duration"] for p in plain] == [p["duration"] for p in faded]


@pytest.mark.parametrize(("left", "expected"), [(40, 14), (15, 14), (14, 13), (8, 7), (6, 5), (5, 0), (1, 0), (0, 0)])
def test_a_crossfade_is_as_short_as_the_clip_before_it_or_a_cut(left: int, expected: int) -> None:
    """Frames the first clip has left, at 123 of them to 120 of the video, and the crossfade of a count of 14."""
    before, after = cut(0), cut(1)
    shorter = before.move.model_copy(update={"frames": before.source + before.shown + left})
    joined = join([replace(before, move=shorter), after], GRID, ["cut", "crossfade"], 0.3)
    assert joined[1].transition_frames == expected
    assert joined[1].transition == ("crossfade" if expected else "cut")
    assert written(joined, GRID.rate)[0]["trim_end"] >= 0


def test_no_transition_takes_more_than_half_its_move() -> None:
    tiny = Cut(make_move("m"), Slot(0, 5, 0, 0, 0, "intro", 0.2, "lead-in"), 0, 5)
    joined = join([tiny], GRID, ["fade_black"], 0.3)
    assert (joined[0].transition, joined[0].transition_frames) == ("fade_black", 2)
    single = Cut(make_move("m"), Slot(0, 1, 0, 0, 0, "intro", 0.2, "lead-in"), 0, 1)
    assert join([single], GRID, ["fade_black"], 0.3)[0].transition == "cut"


class TestTransitions:
    def kinds(self, *cuts: Cut, query: str | None = None) -> list[str]:
        return list(transitions(cuts, understand({}, query)))

    def test_calm_phrases_of_a_section_dissolve_lively_ones_cut(self) -> None:
        assert self.kinds(cut(0), cut(1)) == ["cut", "crossfade"]
        assert self.kinds(cut(0, energy=0.9), cut(1, energy=0.9)) == ["cut", "cut"]
        assert self.kinds(cut(0, energy=0.1), cut(1, energy=0.4)) == ["cut", "cut"]

    def test_within_a_phrase_of_the_same_energy_the_first_half_dissolves_into_the_second(self) -> None:
        steady = [cut(n, energy=0.55) for n in range(4)]
        assert self.kinds(*steady) == ["cut", "crossfade", "cut", "crossfade"]
        rising = [cut(0, energy=0.2), cut(1, energy=0.55)]
        assert self.kinds(*rising) == ["cut", "cut"]

    def test_smooth_is_seen_at_every_change_of_a_section_and_sharp_at_none(self) -> None:
        lively = [cut(n, energy=0.5 + n / 10) for n in range(4)]
        assert self.kinds(*lively, query="smooth transitions") == ["cut", "crossfade", "crossfade", "crossfade"]
        calm = [cut(n, energy=0.2) for n in range(4)]
        assert set(self.kinds(*calm, query="sharp, snappy cuts")) == {"cut"}

    def test_a_new_section_is_a_clear_cut(self) -> None:
        assert self.kinds(cut(0), cut(1, section=2, label="chorus"), query="smooth transitions")[1] == "cut"

    def test_the_dance_appears_from_black_and_goes_to_its_end_through_it(self) -> None:
        pieces = (cut(0, label="intro"), cut(1, section=2), cut(2, section=3, label="outro"))
        assert self.kinds(*pieces) == ["fade_black", "cut", "fade_black"]
        assert self.kinds(*pieces, query="sharp, snappy cuts") == ["cut", "cut", "cut"]

    def test_one_clip_dancing_on_is_never_dissolved_into_itself(self) -> None:
        assert self.kinds(cut(0, clip="m"), cut(1, clip="m"), query="smooth transitions") == ["cut", "cut"]

    def test_the_first_one_after_a_lead_in_is_clear(self) -> None:
        assert self.kinds(cut(0, role="lead-in"), cut(1), query="smooth transitions") == ["cut", "cut"]

"""The division of a song into places."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bachata.choreography.grid import COUNTS, grid
from bachata.choreography.slots import PHRASE, slots
from bachata.errors import InvalidRequest
from tests.choreography.worlds import make_song

RATE = Fraction(30)


def test_lead_in_pieces_and_tail() -> None:
    song = make_song(tempo=120, seconds=30.25, first_beat=0.25, count_one=2, sections=("verse",))
    places = slots(song, grid(song, RATE))
    assert places[0].role == "lead-in"
    assert (places[0].start, places[0].end, places[0].counts) == (0, 38, 2)  # count 1 at 1.25 s: frame 37.5, up
    assert places[1].role == "start"
    assert places[-1].role == "end"
    assert places[-1].end == 907


def test_a_song_that_starts_on_one_needs_no_lead_in() -> None:
    song = make_song(tempo=120, seconds=32.0, first_beat=0.0, count_one=0, sections=("verse",))
    places = slots(song, grid(song, RATE))
    assert places[0].role == "start"
    assert [p.counts for p in places] == [16, 16, 16, 16]
    assert all(p.frames == 240 for p in places)


def test_counts_before_the_marked_one_count_too() -> None:
    early = make_song(tempo=120, seconds=40.0, first_beat=0.0, count_one=0)
    late = early.model_copy(update={"count_one": 24})
    assert slots(early, grid(early, RATE)) == slots(late, grid(late, RATE))


def test_no_piece_crosses_a_section_boundary() -> None:
    # Sections of 12 s are 24 counts at 120 BPM: a phrase of 16 and one of 8, never 16 over the edge.
    song = make_song(
        tempo=120, seconds=60.0, first_beat=0.0, count_one=0, sections=("verse", "intro", "outro") + ("verse",) * 2
    )
    edges = {round(s.start * 30) for s in song.sections}
    places = slots(song, grid(song, RATE))
    for place in places:
        assert not any(place.start < edge < place.end for edge in edges)
    assert [p.counts for p in places] == [16, 8] * 5


def test_lively_music_changes_twice_as_often() -> None:
    calm = make_song(tempo=120, seconds=32.0, first_beat=0.0, count_one=0, sections=("verse",))
    lively = make_song(tempo=120, seconds=32.0, first_beat=0.0, count_one=0, sections=("bridge",))
    assert {p.counts for p in slots(calm, grid(calm, RATE))} == {PHRASE}
    assert {p.counts for p in slots(lively, grid(lively, RATE))} == {COUNTS}
    assert {p.counts for p in slots(calm, grid(calm, RATE), long=False)} == {COUNTS}


def test_a_short_tail_belongs_to_the_piece_before() -> None:
    song = make_song(tempo=120, seconds=33.6, first_beat=0.0, count_one=0, sections=("verse",))
    places = slots(song, grid(song, RATE))
    assert places[-1].counts == COUNTS + 3
    assert places[-2].counts == COUNTS
    assert slots(song, grid(song, RATE), long=False)[-1].counts == 3


def test_a_long_tail_stands_alone() -> None:
    song = make_song(tempo=120, seconds=34.6, first_beat=0.0, count_one=0, sections=("verse",))
    assert slots(song, grid(song, RATE))[-1].counts == 5


@pytest.mark.parametrize(("wished", "made"), [(10.0, 8.0), (13.0, 12.0), (15.0, 16.0), (30.0, 28.0), (500.0, 32.0)])
def test_the_end_is_the_count_one_nearest_to_the_wish(wished: float, made: float) -> None:
    song = make_song(tempo=120, seconds=32.0, first_beat=0.0, count_one=0, sections=("verse",))
    assert slots(song, grid(song, RATE), seconds=wished)[-1].end == made * 30


@pytest.mark.parametrize(("wished", "made"), [(32.4, 32.0), (32.6, 33.0), (33.5, 33.0)])
def test_the_end_of_the_song_is_an_end_too(wished: float, made: float) -> None:
    song = make_song(tempo=120, seconds=33.0, first_beat=0.0, count_one=0, sections=("verse",))
    assert slots(song, grid(song, RATE), seconds=wished)[-1].end == made * 30


def test_a_song_shorter_than_an_eight_count_is_one_place() -> None:
    song = make_song(tempo=120, seconds=3.0, first_beat=0.0, count_one=5, sections=("verse",))
    places = slots(song, grid(song, RATE))
    assert (places[0].start, places[-1].end) == (0, 90)


def test_energy_is_that_of_the_counts_inside() -> None:
    song = make_song(tempo=120, seconds=64.0, first_beat=0.0, count_one=0, sections=("intro", "bridge"))
    places = slots(song, grid(song, RATE))
    assert all(p.energy == pytest.approx({"intro": 0.2, "bridge": 0.9}[p.label]) for p in places)
    assert {p.label for p in places} == {"intro", "bridge"}


def test_without_beats_nothing_is_invented() -> None:
    song = make_song().model_copy(update={"beats": [], "energy": []})
    with pytest.raises(InvalidRequest, match="No beat was found"):
        grid(song, RATE)


def test_without_sections_the_music_still_divides() -> None:
    song = make_song(tempo=120, seconds=32.0, first_beat=0.0, count_one=0).model_copy(update={"sections": []})
    assert {p.label for p in slots(song, grid(song, RATE))} == {"verse"}

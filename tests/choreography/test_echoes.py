"""Places of sections that come back, and their twins."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.echoes import APART, echoes
from bachata.choreography.grid import grid
from bachata.choreography.slots import Slot, slots
from tests.choreography.worlds import make_song

LABELS = ("verse", "chorus", "bridge")


def places(*sections: str, seconds: float = 192.0, grooves: tuple[str | None, ...] = ()) -> list[Slot]:
    song = make_song(tempo=120, seconds=seconds, first_beat=0.0, count_one=0, sections=sections, grooves=grooves)
    return slots(song, grid(song, Fraction(30)))


def test_the_second_chorus_is_the_first_in_the_same_order() -> None:
    found = places("verse", "chorus", "verse", "chorus")
    twins = echoes(found)
    first = [i for i, p in enumerate(found) if p.section == 1]
    second = [twins[i] for i, p in enumerate(found) if p.section == 3 and p.role == "any"]
    assert second == first[: len(second)]
    assert all(twins[i] is None for i, p in enumerate(found) if p.section < 2)


def test_another_groove_is_another_music() -> None:
    found = places("verse", "chorus", "verse", "chorus", grooves=("derecho", "majao", "derecho", "mambo"))
    twins = echoes(found)
    assert all(twins[i] is None for i, p in enumerate(found) if p.section == 3)
    assert any(twins[i] is not None for i, p in enumerate(found) if p.section == 2)


def test_the_latest_of_several_is_taken_if_it_is_far_enough() -> None:
    found = places("chorus", "verse", "chorus", "verse", "chorus", seconds=300.0)
    twins = echoes(found)
    assert {found[t].section for i, t in enumerate(twins) if t is not None and found[i].section == 4} == {2}


@given(st.lists(st.sampled_from(LABELS), min_size=1, max_size=8), st.floats(20, 300))
def test_a_twin_is_alike_and_four_phrases_back(sections: list[str], seconds: float) -> None:
    found = places(*sections, seconds=seconds)
    begins = {p.section: min(q.count for q in found if q.section == p.section) for p in found}
    for place, twin in zip(found, echoes(found), strict=True):
        if twin is None:
            continue
        other = found[twin]
        assert place.role == "any"
        assert (other.label, other.groove, other.counts) == (place.label, place.groove, place.counts)
        assert other.count - begins[other.section] == place.count - begins[place.section]
        assert place.count - (other.count + other.counts) >= APART

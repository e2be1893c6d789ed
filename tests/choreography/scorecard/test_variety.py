"""M7 against sequences of moves written out by hand."""

from __future__ import annotations

import pytest

from bachata.choreography.scorecard.dance import Dance
from bachata.choreography.scorecard.variety import diversity
from bachata.moves.catalogue import Move
from tests.choreography.scorecard.plans import EIGHT, dance, drawn, eights, one_of, plain
from tests.choreography.worlds import make_index, make_song


def library(ids: str, **how: object) -> list[Move]:
    return [plain(c, label=f"label {c}", difficulty="beginner", **how) for c in ids]


def order(ids: str, moves: list[Move], **fields: object) -> Dance:
    return dance(drawn(eights(len(ids), clips=ids), difficulty_level="beginner", **fields), moves)


def test_repeats_gaps_and_pairs_are_counted() -> None:
    moves = [*library("ab"), plain("c", label="label c", difficulty="advanced")]
    found = diversity(order("abcabc", moves))
    assert (found.used, found.repeats_soon, found.value, found.bigrams) == (3, 3, 3.0, 2)
    assert found.unique == 0.5
    assert found.gap == pytest.approx(1.0)  # two eights lie between
    assert found.available == 2  # the third is harder than asked


def test_a_library_that_is_too_small_is_no_fault_of_the_plan() -> None:
    found = diversity(order("abcabc", library("abc")))
    assert found.needed == 6  # a dance of six places: each wants its own move
    assert (found.holds, found.available) == (None, 3)
    assert "it takes 6" in found.why


def test_a_library_that_is_large_enough_is() -> None:
    found = diversity(order("abcabc", library("abcdefghij")))
    assert (found.holds, found.why) == (False, "")
    assert diversity(order("abcdef", library("abcdefghij"))).holds is True


def test_a_long_dance_of_eights_takes_nine_moves() -> None:
    found = diversity(order("abcdefghi" * 3, library("abcdefghi")))
    assert (found.needed, found.repeats_soon, found.holds) == (9, 0, True)
    assert found.gap == pytest.approx(4.0)


def test_what_was_not_wanted_is_not_to_be_had() -> None:
    moves = [plain(c, label="spin" if c == "a" else "basic", difficulty="beginner") for c in "abc"]
    asked = {"generation_parameters": {"unwanted": ["spin"]}}
    assert diversity(order("bcbc", moves, **asked)).available == 2


def test_short_clips_and_far_tempi_are_not_available() -> None:
    short = plain("s", difficulty="beginner", eights=0, pickup=5)
    slow = plain("w", difficulty="beginner", tempo=100.0)
    found = diversity(order("a", [*library("a"), short, slow]))
    assert found.available == 1


def test_a_clip_that_dances_on_is_one_showing() -> None:
    move = library("a")[0]
    start = one_of(move)
    pieces = [
        {"start_time": 0.0, "duration": EIGHT, "clip_id": "a", "trim_start": start},
        {"start_time": EIGHT, "duration": EIGHT, "clip_id": "a", "trim_start": start + EIGHT},
    ]
    on = diversity(dance(drawn(pieces), [move]))
    assert (on.used, on.unique, on.repeats_soon, on.gap) == (1, 1.0, 0, None)
    pieces[1]["trim_start"] = start
    again = diversity(dance(drawn(pieces), [move]))
    assert (again.repeats_soon, again.gap) == (1, pytest.approx(0.0))


def test_the_gap_is_counted_in_counts_not_seconds() -> None:
    bent = make_song(tempo=120, seconds=130.0, first_beat=0.0, count_one=0, drift=0.4)
    spans = [("a", 0, 16), ("b", 16, 80), ("a", 80, 96)]
    pieces = [
        {"start_time": bent.beats[i], "duration": bent.beats[j] - bent.beats[i], "clip_id": c} for c, i, j in spans
    ]
    found = diversity(dance(drawn(pieces), library("ab"), bent))
    assert found.gap == pytest.approx(4.0, abs=0.01)
    assert found.repeats_soon == 0


def test_distance_comes_from_the_index_alone() -> None:
    moves = [plain(c, label=label) for c, label in zip("abc", ("basic", "spin", "bodywaves"), strict=True)]
    judged = dance(drawn(eights(3, clips="abc")), moves)
    assert diversity(judged).distance is None
    assert diversity(judged, make_index(moves[:2])).distance is None  # one of them it does not know
    found = diversity(judged, make_index(moves)).distance
    assert found is not None
    assert 0 < found <= 2
    twins = dance(drawn(eights(2, clips="ab")), moves)
    same = make_index([moves[0], moves[0].model_copy(update={"clip_id": "b"})])
    assert diversity(twins, same).distance == pytest.approx(0.0, abs=1e-6)

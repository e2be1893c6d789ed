"""What to ask for instead: every offer, taken up, keeps its word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.brief import Understood, understand
from bachata.choreography.ladder import MIN_POOL, columns_of
from bachata.choreography.offers import Offer, Offers, fitting_tempi, none_at_tempo
from bachata.choreography.planner import plan
from bachata.moves.catalogue import Move
from bachata.moves.glossary import role_of
from tests.choreography.worlds import LEVELS, make_index, make_library, make_move, make_song


def brief(level: str = "beginner", words: str | None = None):
    return understand({"difficulty": level}, words)


def offered(moves: list[Move], asked, *, tempo: float = 126.0, seconds: float = 78.0) -> tuple[Offer, ...]:
    return Offers(columns_of(moves), asked, tempo).best(seconds=seconds)


@given(
    st.integers(1, 60),
    st.integers(0, 20),
    st.sampled_from(LEVELS),
    st.sampled_from((None, "no spins and no basic steps, please")),
    st.floats(80, 160),
)
def test_every_offer_finds_as_many_moves_as_it_says(count: int, seed: int, level: str, words, tempo: float) -> None:
    moves = make_library(count, seed=seed, spread=0.3)
    asked = brief(level, words)
    found = Offers(columns_of(moves), asked, tempo)

    def fitting(difficulty: str, song: float, refused: tuple[str, ...]) -> int:
        return sum(
            m.difficulty == difficulty
            and role_of(m.label) == "any"
            and m.label not in refused
            and abs(song / m.tempo - 1) <= 0.1
            for m in moves
        )

    here = fitting(level, tempo, asked.unwanted)
    assert found.fitting == here
    offers = found.best(seconds=90.0)
    assert len(offers) <= 5
    for offer in offers:
        refused = tuple(label for label in asked.unwanted if label not in offer.allowed)
        for song in offer.tempi or (tempo,):
            assert fitting(offer.difficulty or level, song, refused) >= offer.moves
        assert offer.moves > here or offer.seconds is not None
        assert str(offer.moves) in offer.text or offer.seconds is not None or offer.allowed


@pytest.mark.parametrize("words", [None, "no golpes, please, none at all"])
def test_taken_up_an_offer_makes_a_dance_without_relaxing(words: str | None) -> None:
    moves = [make_move(f"b{i}", label=f"label{i}", difficulty="beginner") for i in range(2)]
    moves += [make_move(f"g{i}", label="golpes", difficulty="beginner") for i in range(9)]
    moves += [make_move(f"i{i}", label=f"label{i}", tempo=124.0) for i in range(12)]
    moves += [make_move(f"s{i}", label=f"label{i}", difficulty="beginner", tempo=100.0) for i in range(12)]
    asked = brief("beginner", words)
    offers = offered(moves, asked)
    assert len(offers) >= 2
    for offer in offers:
        taken = brief(offer.difficulty or "beginner", None if offer.allowed else words)
        if offer.seconds:
            taken = brief("beginner", words)
            object.__setattr__(taken, "duration", Understood(offer.seconds, "form"))
        for tempo in offer.tempi or (126,):
            made = plan(
                make_song(tempo=float(tempo)), moves, taken, task_id="t", user_id="u", song_key="songs/x.wav",
                index=make_index(moves),
            )  # fmt: skip
            assert not any("harder" in told or "25 %" in told or "not wanted" in told for told in made.relaxed)


def test_offers_name_levels_tempi_bans_and_lengths() -> None:
    moves = [make_move(f"b{i}", label=f"label{i}", difficulty="beginner") for i in range(4)]
    moves += [make_move(f"g{i}", label="golpes", difficulty="beginner") for i in range(3)]
    moves += [make_move(f"i{i}", label=f"label{i}") for i in range(12)]
    moves += [make_move(f"s{i}", label=f"label{i}", difficulty="beginner", tempo=100.0) for i in range(12)]
    texts = [o.text for o in offered(moves, brief("beginner", "no golpes, please, none at all"))]
    assert texts == [
        "ask for intermediate: 12 moves fit 126 BPM",
        "take a song of 91 to 109 BPM: 12 moves of level beginner fit",
        "allow golpes after all: 3 more fit",
        "ask for 15 seconds: no move comes back",
    ]


def test_nothing_better_is_not_offered() -> None:
    moves = [make_move(f"b{i}", label=f"label{i}", difficulty="beginner") for i in range(MIN_POOL - 1)]
    assert offered(moves, brief("beginner"), seconds=9.0) == ()


@given(st.lists(st.floats(50, 220), max_size=30))
def test_tempi_are_counted_with_some_room_for_a_songs_own_drift(tempi: list[float]) -> None:
    counts = fitting_tempi(np.array(tempi))
    for song, count in zip(range(60, 201), counts, strict=True):
        speeds = [song / t for t in tempi]
        assert sum(0.9101 < s < 1.0899 for s in speeds) <= count <= sum(0.9099 < s < 1.0901 for s in speeds)


def test_a_song_nobody_can_dance_to_names_songs_that_can_be() -> None:
    moves = [make_move(f"m{i}", tempo=80.0) for i in range(8)]
    text = none_at_tempo(columns_of(moves), 126.0)
    assert text.startswith("No clip of the library can be danced at 126 BPM: add clips of 115 to 140 BPM with `bachata")
    assert text.endswith("or take a song of 73 to 87 BPM, which 8 of its clips fit")

"""What is looked for at a place: its section's music, its words and the request's, never a body."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from bachata.choreography.brief import understand
from bachata.choreography.grid import grid
from bachata.choreography.query import Queries, words_for
from bachata.choreography.slots import slots
from bachata.errors import Unavailable
from bachata.moves.embedding import Part, Vector
from bachata.moves.lexical import LEXICAL
from bachata.music.document import Analysis
from tests.choreography.worlds import make_part, make_song

SONG = make_song(tempo=120, seconds=120.0)
PLACES = slots(SONG, grid(SONG, Fraction(30)))
BRIEF = understand({}, "a slow sensual dance with many giros")


def heard(song: Analysis = SONG) -> Analysis:
    """The song with what its sections sound like, as a document holds it; nothing could be heard in the second one."""
    sections = [
        s.model_copy(update={"embedding": [round(float(x), 4) for x in make_part("audio", i).vector]})
        for i, s in enumerate(song.sections)
    ]
    sections[1] = sections[1].model_copy(update={"embedding": None})
    return song.model_copy(update={"sections": sections, "embedding_version": "audio-1"})


class Away:
    """A text embedder that does not answer."""

    version = "away-1"

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        raise Unavailable("The embedding service does not answer", details="503")


class Counting:
    """Keeps what it was asked for."""

    version = "counting-1"

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        self.asked.append(list(texts))
        return LEXICAL.embed(texts)


def test_a_place_asks_for_the_music_of_its_section() -> None:
    queries = Queries(BRIEF, heard())
    for place in PLACES:
        audio = queries.at(place).audio
        if place.section == 1:
            assert audio is None
            continue
        assert audio is not None
        assert audio.version == "audio-1"
        assert float(audio.vector @ make_part("audio", place.section).vector) > 0.9999
        assert np.linalg.norm(audio.vector) == pytest.approx(1.0, abs=1e-6)


def test_a_place_asks_for_the_words_of_its_section_and_the_request() -> None:
    queries = Queries(BRIEF, heard())
    for place in PLACES:
        expected = Part(LEXICAL.embed([words_for(place.label, BRIEF)])[0], "lexical-2")
        assert queries.at(place).text == expected
        assert queries.at(place).body is None
    assert {"spin", "giros"} <= set(words_for("verse", BRIEF).split())
    assert words_for("verse", BRIEF) != words_for("chorus", BRIEF)


def test_a_song_analysed_before_asks_in_words_only() -> None:
    queries = Queries(BRIEF, SONG)
    assert all(queries.at(p).audio is None and queries.at(p).text is not None for p in PLACES)


def test_all_words_of_a_song_are_embedded_at_once() -> None:
    text = Counting()
    queries = Queries(BRIEF, heard(), text)
    for place in PLACES:
        assert queries.at(place).text is not None
    assert [len(texts) for texts in text.asked] == [len({s.label for s in SONG.sections})]


def test_without_its_embedder_the_music_is_asked_for_and_that_is_told(caplog: pytest.LogCaptureFixture) -> None:
    queries = Queries(BRIEF, heard(), Away())
    assert queries.at(PLACES[0]).text is None
    assert queries.at(PLACES[0]).audio is not None
    assert "searching without words: The embedding service does not answer" in caplog.text


def test_a_song_without_sections_is_danced_as_verses() -> None:
    bare = SONG.model_copy(update={"sections": []})
    places = slots(bare, grid(bare, Fraction(30)))
    assert all(Queries(BRIEF, bare).at(p).text is not None for p in places)

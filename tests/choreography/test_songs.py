"""Choosing a song by rules, with reasons."""

from __future__ import annotations

import itertools

import pytest

from bachata.choreography.brief import understand
from bachata.choreography.songs import choose
from bachata.errors import SongMissing
from bachata.tasks.songs import Song


def song(title: str, *, artist: str = "", genre: str | None = "Bachata", bpm: float | None = None) -> Song:
    return Song(f"songs/{title.lower()}.mp3", title, artist, genre, bpm, 200.0, None)


def test_bachata_comes_before_everything_else() -> None:
    choice = choose([song("Love", genre="Salsa", bpm=125), song("Zeta")], understand({}, "a romantic love song"))
    assert choice.title == "Zeta"
    assert "one of 1 bachata song" in choice.reasons


def test_without_bachata_all_are_considered() -> None:
    choice = choose([song("Uno", genre="Salsa"), song("Dos", genre=None)], understand({}))
    assert choice.title == "Dos"
    assert "no song is marked as bachata" in choice.reasons[0]


@pytest.mark.parametrize(("energy", "title"), [("low", "Slow"), ("medium", "Mid"), ("high", "Fast")])
def test_tempo_follows_energy(energy: str, title: str) -> None:
    songs = [song("Slow", bpm=115), song("Mid", bpm=125), song("Fast", bpm=135), song("Other")]
    choice = choose(songs, understand({"energy": energy}))
    assert choice.title == title
    assert any(f"suits {energy} energy" in r for r in choice.reasons)


def test_words_of_style_and_request_count() -> None:
    songs = [song("Aurora", bpm=125), song("Dulce Amor", bpm=125), song("Corazon", artist="Luna", bpm=125)]
    assert choose(songs, understand({"style": "romantic"})).title == "Dulce Amor"
    assert choose(songs, understand({}, "something by Luna, please")).title == "Corazon"
    assert choose(songs, understand({})).title == "Aurora"


def test_a_known_tempo_breaks_a_tie_when_no_band_fits() -> None:
    assert choose([song("A"), song("B", bpm=90)], understand({})).title == "B"


def test_the_order_of_the_catalogue_does_not_matter() -> None:
    songs = [song("Beta", bpm=125), song("alfa", bpm=125), song("Gamma", bpm=125)]
    assert {choose(list(p), understand({})).title for p in itertools.permutations(songs)} == {"alfa"}


def test_no_song_says_what_to_do() -> None:
    with pytest.raises(SongMissing, match="run --song"):
        choose([], understand({}))

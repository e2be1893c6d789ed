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


class TestWishes:
    songs = (
        song("Noche Larga", artist="Trio Del Mar", bpm=118),
        Song("songs/salsa.mp3", "Noche Larga", "Luna", "Salsa", 140.0, 200.0, None),
        song("Otra", artist="Luna", bpm=128),
        song("Lágrimas", artist="Sol", bpm=105),
    )

    def chosen(self, text: str) -> tuple[str, str, str]:
        choice = choose(self.songs, understand({}, text))
        return choice.title, choice.audio_path, "; ".join(choice.reasons)

    def test_a_title_and_its_artist(self) -> None:
        title, path, reasons = self.chosen('dance to "noche larga" by Luna')
        assert (title, path) == ("Noche Larga", "songs/salsa.mp3")
        assert "called 'noche larga' and by 'Luna', as asked for" in reasons

    def test_a_title_without_an_artist_prefers_what_suits(self) -> None:
        assert self.chosen('a calm dance to the song "Noche Larga"')[1] == "songs/noche larga.mp3"

    def test_an_artist_alone(self) -> None:
        assert self.chosen("something by Luna, please")[0] == "Otra"

    def test_what_is_not_there_is_said_and_something_else_chosen(self) -> None:
        title, _, reasons = self.chosen('the song "Nunca Jamás" by Nadie, calm')
        assert title
        assert "no song called 'Nunca Jamás' is known" in reasons
        assert "no song by 'Nadie' is known" in reasons

    def test_a_tempo_goes_before_energy(self) -> None:
        title, _, reasons = self.chosen("an energetic dance to a slow song")
        assert title in {"Lágrimas", "Noche Larga"}
        assert "90 to 120 BPM is as asked for" in reasons
        assert "none is known to have the 177 to 183 BPM" in self.chosen("bachata at 180 bpm please")[2]

    def test_a_mood_in_the_title(self) -> None:
        songs = [song("Aurora", bpm=125), song("Desamor", bpm=125)]
        choice = choose(songs, understand({}, "a song with heartbreak in it"))
        assert choice.title == "Desamor"
        assert any("suits the mood asked for, sad" in reason for reason in choice.reasons)

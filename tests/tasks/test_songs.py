"""Songs are registered once a key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bachata.errors import SongMissing
from bachata.tasks.songs import SongStore


@pytest.fixture
def songs(engine):
    return SongStore(engine)


def test_a_song_comes_back(songs):
    song = songs.register("songs/amor.wav", title="Amor", artist="Ella", genre="Modern", bpm=129.2, duration=232.96)
    assert songs.get("songs/amor.wav") == song
    assert (song.title, song.bpm, song.duration, song.sha256) == ("Amor", 129.2, 232.96, None)


def test_registering_again_renews_it(songs):
    songs.register("songs/amor.wav", title="Untitled")
    songs.register("songs/amor.wav", title="Amor", sha256="a" * 64)
    assert [(s.title, s.sha256) for s in songs.list()] == [("Amor", "a" * 64)]


def test_the_list_is_by_title(songs):
    for title in ("Obsesión", "Amor", "Propuesta"):
        songs.register(f"songs/{title}.wav", title=title)
    assert [s.title for s in songs.list()] == ["Amor", "Obsesión", "Propuesta"]


def test_racing_registrations_make_one(songs):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: songs.register("songs/amor.wav", title=f"Amor {n}"), range(8)))
    assert len(songs.list()) == 1


def test_words_that_do_not_fit_are_cut(songs):
    song = songs.register("songs/x.wav", title="x" * 300, artist="a\x00b", genre="g" * 80)
    assert (len(song.title), song.artist, len(song.genre)) == (200, "a\ufffdb", 50)


def test_an_unknown_song_is_missing(songs):
    with pytest.raises(SongMissing, match=r"songs/none\.wav"):
        songs.get("songs/none.wav")


def test_a_song_that_was_heard_can_be_chosen_and_keeps_its_title(songs):
    songs.heard("songs/Luna Llena.mp3", bpm=124.567, duration=200.0, sha256="b" * 64)
    heard = songs.get("songs/Luna Llena.mp3")
    assert (heard.title, heard.bpm, heard.duration, heard.sha256) == ("Luna Llena", 124.57, 200.0, "b" * 64)
    songs.register("songs/x.mp3", title="Amor", artist="Ella", genre="Bachata")
    songs.heard("songs/x.mp3", bpm=130.0, duration=180.0, sha256="c" * 64)
    known = songs.get("songs/x.mp3")
    assert (known.title, known.artist, known.genre, known.bpm, known.sha256) == (
        "Amor", "Ella", "Bachata", 130.0, "c" * 64,
    )  # fmt: skip

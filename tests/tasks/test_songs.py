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

"""A song is heard once: the cache, its key, and what makes it stale."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bachata.errors import AudioUnreadable, InvalidRequest, SongMissing
from bachata.music import service, version
from bachata.music.service import AnalyzeRequest, analyse_key, answer
from bachata.settings import Settings
from bachata.storage import DirectoryStore
from tests.music.synth import Recipe, make, write

KEY = "songs/Canción bonita.flac"


@pytest.fixture(scope="module")
def song(tmp_path_factory) -> bytes:
    samples, _ = make(Recipe(seed=31, form=(("verse", 2), ("chorus", 2))))
    return write(tmp_path_factory.mktemp("song") / "song.flac", samples).read_bytes()


class Remote(DirectoryStore):
    """A store without files to read in place, as a bucket is."""

    def local_path(self, key: str) -> Path | None:
        return None


@pytest.mark.parametrize("kind", [DirectoryStore, Remote])
def test_a_song_is_analysed_once(tmp_path, song, kind):
    store = kind(tmp_path / "store")
    store.put_bytes(KEY, song)
    first, info, cached = analyse_key(store, KEY)
    assert not cached
    assert info.key == f"analysis/{hashlib.sha256(song).hexdigest()}.json"
    assert first.tempo == pytest.approx(125.0, rel=0.002)
    again, info_again, cached = analyse_key(store, store.uri(KEY))
    assert cached
    assert again == first
    assert info_again == info


def test_the_same_bytes_under_another_name_are_known(store, song):
    store.put_bytes(KEY, song)
    store.put_bytes("songs/copy.flac", song)
    analyse_key(store, KEY)
    assert analyse_key(store, "songs/copy.flac")[2]


def test_force_hears_again_and_stores_the_same(store, song):
    store.put_bytes(KEY, song)
    _, info, _ = analyse_key(store, KEY)
    before = store.read_bytes(info.key)
    _, forced, cached = analyse_key(store, KEY, force=True)
    assert not cached
    assert forced.generation != info.generation
    assert store.read_bytes(info.key) == before


def test_an_analyser_may_change_while_clips_are_heard_as_before():
    """Documents are made again for a new field; hearing every clip of every library again is another matter."""
    name, _, number = version.HEARING.rpartition("/")
    assert version.ANALYSER.rpartition("/")[0] == name
    assert int(version.ANALYSER.rpartition("/")[2]) >= int(number)


def test_an_older_analysers_work_is_made_again(store, song, monkeypatch):
    store.put_bytes(KEY, song)
    analyse_key(store, KEY)
    monkeypatch.setattr(service, "ANALYSER", "bachata-dynamic/next")
    assert not analyse_key(store, KEY)[2]


@pytest.mark.parametrize("rubbish", [b"", b"{}", b"\xff\xfe"])
def test_a_spoiled_cache_is_made_again(store, song, rubbish):
    store.put_bytes(KEY, song)
    analysis, info, _ = analyse_key(store, KEY)
    store.put_bytes(info.key, rubbish)
    assert analyse_key(store, KEY)[::2] == (analysis, False)
    assert analyse_key(store, KEY)[2]


def test_a_correction_is_kept_beside_the_estimate(store, song):
    store.put_bytes(KEY, song)
    heard, info, _ = analyse_key(store, KEY)
    chosen = (heard.count_one + 1) % 8
    corrected, other, _ = analyse_key(store, KEY, count_one=chosen)
    assert corrected.count_one == chosen
    assert other.key != info.key
    assert analyse_key(store, KEY, count_one=chosen)[2]
    assert analyse_key(store, KEY)[0] == heard


def test_a_missing_song_is_named(store):
    with pytest.raises(SongMissing, match=r"songs/none\.mp3"):
        analyse_key(store, "songs/none.mp3")


def test_a_bad_key_is_refused(store):
    with pytest.raises(InvalidRequest):
        analyse_key(store, "../etc/passwd")


@pytest.mark.parametrize("kind", [DirectoryStore, Remote])
def test_rubbish_is_named_by_its_own_name(tmp_path, kind):
    store = kind(tmp_path / "store")
    store.put_bytes("songs/rubbish.mp3", b"no music" * 1_000)
    with pytest.raises(AudioUnreadable, match=r"^rubbish\.mp3 cannot be decoded") as caught:
        analyse_key(store, "songs/rubbish.mp3")
    assert str(tmp_path) not in str(caught.value.as_dict())
    assert list(store.list("analysis/")) == []


def test_the_answer_says_what_the_workflow_needs(store, song):
    store.put_bytes(KEY, song)
    said = answer(store, Settings(), AnalyzeRequest(song=KEY))
    analysis, info, _ = analyse_key(store, KEY)
    assert said == {
        "analysis": info.key,
        "uri": store.uri(info.key),
        "sha256": analysis.sha256,
        "size": info.size,
        "duration": analysis.duration,
        "tempo": analysis.tempo,
        "confidence": analysis.confidence,
        "sections": len(analysis.sections),
        "cached": False,
    }

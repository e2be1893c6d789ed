"""The song's track: encoded once, copied with the song's first sample on the video's first frame."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from bachata.assembly import render, songtrack
from bachata.assembly.result import Result
from bachata.assembly.songtrack import SongTrack
from bachata.errors import PreconditionFailed, Unavailable
from bachata.storage import DirectoryStore, ObjectInfo
from tests.assembly import truth
from tests.assembly.conformed import conformed_clip
from tests.assembly.truth import RATE, blueprint, move

SECONDS = 40
Make = Callable[..., Result]


def music() -> truth.Picture:
    """Noise without repetition, soft enough above 4 kHz to survive coding, level over the whole song."""
    noise = np.random.default_rng(8).standard_normal(RATE * SECONDS)
    return (np.convolve(noise, np.hanning(24) / 12, "same") * 0.1).astype(np.float32)


@pytest.fixture(scope="module")
def song() -> truth.Picture:
    return music()


@pytest.fixture
def store(tmp_path: Path, song: truth.Picture) -> DirectoryStore:
    root = tmp_path / "store"
    conformed_clip(root / "clips/a.mp4", 1200, keys=range(15, 1200, 15))
    truth.write_wav(root / "songs/song.wav", song)
    return DirectoryStore(root)


@pytest.fixture
def make(store: DirectoryStore, out: Path, scratch: Path) -> Make:
    def made(seconds: float, **how: Any) -> Result:
        return render(blueprint([move("clips/a.mp4", 0, seconds)], **how), store=store, output=out)

    return made


def tracks(store: DirectoryStore) -> list[ObjectInfo]:
    return [info for info in store.list("cache/audio/") if info.key.endswith(".m4a")]


@pytest.mark.parametrize("container", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("start", [0.0, 0.001, 1.2345, 7.77])
def test_the_sound_starts_on_its_sample_and_never_drifts(
    make: Make, out: Path, song: truth.Picture, start: float, container: str
) -> None:
    make(30, audio_start=start, output_config={"output_format": container})
    heard, meant = truth.samples_of(out), song[round(start * RATE) :]
    lags = [truth.lag(heard, meant, at, 1.0) for at in (0.0, 14.5, 28.5)]
    assert max(map(abs, lags)) <= 0.001
    assert max(lags) - min(lags) <= 0.0002


@pytest.mark.parametrize("start", [0.0, 1.2345])
def test_the_first_and_last_moments_are_there_whole(make: Make, out: Path, song: truth.Picture, start: float) -> None:
    make(6, audio_start=start, output_config={"fade_duration": 0})
    heard, meant = truth.samples_of(out), song[round(start * RATE) :]
    for at in (0, 300, 6 * RATE - 600):
        error = heard[at : at + 300] - meant[at : at + 300]
        assert np.mean(error**2) < 0.02 * np.mean(meant[at : at + 300] ** 2)


def test_the_file_says_exactly_how_long_the_sound_is(make: Make, out: Path) -> None:
    make(5.0333, audio_start=0.777)
    with av.open(str(out)) as container:
        audio = container.streams.audio[0]
        assert (audio.start_time, audio.duration * audio.time_base) == (0, Fraction(151, 30))


def test_a_track_is_encoded_once_and_serves_every_part_of_the_song(make: Make, store: DirectoryStore) -> None:
    make(5)
    (first,) = tracks(store)
    make(7, audio_start=3.3)
    assert tracks(store) == [first]


@pytest.mark.parametrize(
    "other", [{"output_config": {"audio_bitrate": "96k"}}, {"output_config": {"normalize_audio": True}}]
)
def test_another_bitrate_or_gain_is_another_track(make: Make, store: DirectoryStore, other: dict[str, Any]) -> None:
    make(5)
    make(5, **other)
    assert len(tracks(store)) == 2


def test_another_song_under_the_same_key_is_another_track(make: Make, store: DirectoryStore, out: Path) -> None:
    make(5)
    truth.write_wav(store.root / "songs/song.wav", truth.tone(6.0))
    make(5)
    assert len(tracks(store)) == 2
    heard = truth.samples_of(out)[RATE : 2 * RATE]
    assert np.corrcoef(heard, truth.tone(6.0)[RATE : 2 * RATE])[0, 1] > 0.99


def test_a_song_is_hashed_once_for_each_version_of_it(
    make: Make, store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []
    original = songtrack._hash
    monkeypatch.setattr(songtrack, "_hash", lambda path: hashed.append(path) or original(path))
    make(5)
    make(7, output_config={"normalize_audio": True})
    assert len(hashed) == 1
    truth.write_wav(store.root / "songs/song.wav", truth.tone(6.0))
    make(5)
    assert len(hashed) == 2


@pytest.mark.parametrize("said", [b"", b"nonsense", b"\xff\xfe"])
def test_a_remembered_hash_that_is_none_is_not_believed(make: Make, store: DirectoryStore, said: bytes) -> None:
    make(5)
    (remembered,) = [info.key for info in store.list("cache/audio/") if info.key.endswith(".song")]
    store.put_bytes(remembered, said)
    make(5)
    assert len(store.read_bytes(remembered)) == 64
    assert len(tracks(store)) == 1


def test_a_stored_track_gives_the_bytes_of_a_fresh_one(make: Make, out: Path) -> None:
    make(5, audio_start=0.5)
    first = out.read_bytes()
    make(5, audio_start=0.5)
    assert out.read_bytes() == first


def test_the_sound_fades_only_at_the_end(make: Make, out: Path, song: truth.Picture) -> None:
    make(6, audio_start=1.1, output_config={"fade_duration": 0.5})
    heard, meant = truth.samples_of(out), song[round(1.1 * RATE) :]

    def level(at: float) -> float:
        part = slice(round((at - 0.02) * RATE), round((at + 0.02) * RATE))
        return float(np.sqrt(np.mean(heard[part] ** 2) / np.mean(meant[part] ** 2)))

    assert level(5.4) == pytest.approx(1, abs=0.03)
    assert level(5.75) == pytest.approx(0.5, abs=0.05)
    assert level(5.95) == pytest.approx(0.1, abs=0.03)
    joint = round(5.5 * RATE) // 1024 * 1024  # nothing clicks where the copied packets end
    for at in range(joint - 4096, joint + 1024, 256):
        error = heard[at : at + 256] - meant[at : at + 256]
        assert np.mean(error**2) < 0.03 * np.mean(meant[at : at + 256] ** 2) or at > round(5.5 * RATE) - 512


def test_after_the_songs_end_it_is_silent(store: DirectoryStore, make: Make, out: Path) -> None:
    truth.write_wav(store.root / "songs/song.wav", truth.tone(2.0, level=0.3))
    result = make(5)
    heard = truth.samples_of(out)
    assert np.abs(heard[round(2.05 * RATE) :]).max() < 1e-3
    assert np.abs(heard[RATE : round(1.9 * RATE)]).max() > 0.2
    assert len(heard) >= 5 * RATE
    assert result.warnings == ["the song ends 3.00 s before the video, which ends in silence"]


def test_a_video_after_the_songs_end_is_silent(make: Make, out: Path) -> None:
    result = make(3, audio_start=SECONDS + 5)
    assert np.abs(truth.samples_of(out)).max() < 1e-3
    assert result.warnings == ["the song ends 5.00 s before audio_start: the video is silent"]


def test_silence_long_after_the_songs_end_is_no_longer_than_the_video(store: DirectoryStore, make: Make) -> None:
    make(3)
    (track,) = tracks(store)
    part = SongTrack(store.root / track.key, "song", first=100_000 * RATE, samples=3 * RATE, fade=0, bitrate=128_000)
    packets = list(part.packets())
    assert len(packets) <= 3 * RATE // 1024 + 3
    assert packets[0].pts is not None
    assert -2048 < packets[0].pts <= 0
    assert packets[-1].pts is not None
    assert packets[-1].pts + packets[-1].duration == 3 * RATE


def test_loudness_that_the_blueprint_carries_is_not_measured_again(make: Make, store: DirectoryStore) -> None:
    said = {"integrated_lufs": -20.0, "true_peak_dbtp": -8.0}
    assert make(5, audio_loudness=said, output_config={"normalize_audio": True}).loudness_gain_db == 6.0
    assert [i.key for i in store.list("cache/audio/") if i.key.endswith("json")] == []


def test_loudness_is_measured_once_a_song(make: Make, store: DirectoryStore) -> None:
    first = make(5, output_config={"normalize_audio": True})
    again = make(9, audio_start=2, output_config={"normalize_audio": True})
    assert first.loudness_gain_db == again.loudness_gain_db != 0
    assert len([i.key for i in store.list("cache/audio/") if i.key.endswith("json")]) == 1
    assert len(tracks(store)) == 1


class Refusing(DirectoryStore):
    """Stores nothing under `cache/`."""

    error: type[Exception] = Unavailable

    def put_file(self, key: str, path: Path, **how: Any) -> ObjectInfo:
        raise self.error("no")

    def put_bytes(self, key: str, data: bytes, **how: Any) -> ObjectInfo:
        raise self.error("no")


@pytest.mark.parametrize("error", [Unavailable, PreconditionFailed])
def test_a_store_that_keeps_nothing_kills_no_render(store: DirectoryStore, out: Path, error: type[Exception]) -> None:
    refusing = Refusing(store.root)
    refusing.error = error
    document = blueprint([move("clips/a.mp4", 0, 3)])
    assert render(document, store=refusing, output=out).frames == 90
    assert list(store.list("cache/")) == []

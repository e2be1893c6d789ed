"""The sound: where it lies to the sample, how loud it is, what the clips' own sound becomes."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from bachata.assembly.loudness import Loudness, measure
from bachata.assembly.result import Result
from bachata.assembly.sound import RATE, SongSound
from bachata.errors import AudioUnreadable
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.conftest import CLICKS, SECONDS
from tests.assembly.truth import blueprint, move

Made = Callable[..., Result]
LOOP = [move("clips/a.mp4", i * 2.0, 2.0) for i in range(6)]


def level(samples: Any) -> float:
    """RMS."""
    return float(np.sqrt(np.mean(np.square(samples))))


def loudness_of(path: Path) -> Loudness:
    with av.open(str(path)) as container:
        length = round(float(Fraction(container.duration, 1_000_000)) * RATE)
    return measure(SongSound(path, path.name, start=Fraction(0), samples=length).blocks())


@pytest.mark.parametrize("codec", ["aac", "libopus", "flac"])
def test_the_song_lies_on_its_time_from_start_to_end(made: Made, out: Path, codec: str) -> None:
    made(blueprint(LOOP, output_config={"audio_codec": codec}))
    heard, song = truth.samples_of(out), truth.clicks(SECONDS, CLICKS)
    lags = [truth.lag(heard, song, start, 2.0) for start in (0.0, 5.0, 9.5)]
    assert max(abs(lag) for lag in lags) <= 0.001
    assert max(lags) - min(lags) <= 0.0002


def test_the_video_begins_at_audio_start(made: Made, out: Path) -> None:
    made(blueprint(LOOP[:2], audio_start=3.217))
    song = truth.clicks(SECONDS, CLICKS)[round(3.217 * RATE) :]
    assert abs(truth.lag(truth.samples_of(out), song, 0.5, 2.0)) <= 0.001


@pytest.mark.parametrize(("suffix", "codec"), [(".mp3", "libmp3lame"), (".m4a", "aac"), (".ogg", "libopus")])
def test_songs_with_encoder_delay_begin_with_their_first_sample(
    made: Made, out: Path, media: DirectoryStore, suffix: str, codec: str
) -> None:
    song = media.root / f"songs/song{suffix}"
    with av.open(str(song), "w") as container:
        stream = container.add_stream(codec, rate=RATE, layout="stereo")
        for block in truth._blocks(truth.clicks(SECONDS, CLICKS), RATE):
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    made(blueprint(LOOP[:3], audio_path=f"songs/song{suffix}"))
    heard = truth.samples_of(out)
    assert abs(truth.lag(heard, truth.clicks(SECONDS, CLICKS), 0.0, 5.0)) <= 0.002


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (44_100, 2), (96_000, 2), (22_050, 1), (48_000, 6)])
def test_any_sample_rate_and_layout(made: Made, out: Path, media: DirectoryStore, rate: int, channels: int) -> None:
    samples = np.repeat(truth.clicks(SECONDS, CLICKS, rate=rate, level=0.4)[None, :], channels, axis=0)
    truth.write_wav(media.root / "songs/odd.wav", samples, rate)
    made(blueprint(LOOP, audio_path="songs/odd.wav"))
    heard = truth.samples_of(out)
    found = [
        int(np.argmax(np.abs(heard[round((c - 0.05) * RATE) : round((c + 0.05) * RATE)]) > 0.1)) / RATE - 0.05
        for c in CLICKS[1:]
    ]
    assert max(abs(f) for f in found) <= 0.002
    assert found[-1] - found[0] == pytest.approx(0, abs=0.0005)


def test_a_song_shorter_than_the_video_ends_in_silence_and_says_so(
    made: Made, out: Path, media: DirectoryStore
) -> None:
    truth.write_wav(media.root / "songs/short.wav", truth.tone(1.0, level=0.5))
    result = made(blueprint(LOOP[:1], audio_path="songs/short.wav"))
    heard = truth.samples_of(out)
    assert level(heard[RATE // 10 : RATE * 9 // 10]) > 0.3
    assert level(heard[RATE + RATE // 20 : 2 * RATE]) < 1e-3
    assert result.warnings == ["the song ends 1.00 s before the video, which ends in silence"]


def test_a_longer_song_fades_out(made: Made, out: Path, media: DirectoryStore) -> None:
    truth.write_wav(media.root / "songs/tone.wav", truth.tone(5.0, level=0.5))
    made(blueprint(LOOP[:1], audio_path="songs/tone.wav", output_config={"fade_duration": 0.4}))
    heard = truth.samples_of(out)[: 2 * RATE]
    full = level(heard[RATE // 2 : RATE])
    for before_end in (0.3, 0.2, 0.1):
        at = round((2 - before_end) * RATE)
        assert level(heard[at - 480 : at + 480]) == pytest.approx(full * before_end / 0.4, rel=0.08)


def test_a_song_that_ends_with_the_video_is_not_faded(made: Made, out: Path, media: DirectoryStore) -> None:
    truth.write_wav(media.root / "songs/exact.wav", truth.tone(2.0, level=0.5))
    made(blueprint(LOOP[:1], audio_path="songs/exact.wav"))
    heard = truth.samples_of(out)
    assert level(heard[RATE * 19 // 10 : RATE * 39 // 20]) == pytest.approx(
        level(heard[RATE : RATE * 3 // 2]), rel=0.05
    )


@pytest.mark.parametrize("amplitude", [0.01, 0.1, 0.5])
def test_normalising_reaches_the_target(made: Made, out: Path, media: DirectoryStore, amplitude: float) -> None:
    truth.write_wav(media.root / "songs/tone.wav", truth.tone(8.0, level=amplitude))
    result = made(
        blueprint(LOOP[:3], audio_path="songs/tone.wav", output_config={"normalize_audio": True, "fade_duration": 0})
    )
    assert loudness_of(out).integrated_lufs == pytest.approx(-14, abs=0.3)
    sine_lufs = 20 * math.log10(amplitude)  # a 1 kHz sine in both channels: BS.1770's reference tone
    assert result.loudness_gain_db == pytest.approx(-14 - sine_lufs, abs=0.3)


def test_normalising_stops_at_the_true_peak_ceiling(made: Made, out: Path, media: DirectoryStore) -> None:
    sparse = truth.clicks(8.0, [1.0, 3.0, 5.0], level=0.7) + truth.tone(8.0, level=0.005)
    truth.write_wav(media.root / "songs/peaky.wav", sparse)
    result = made(blueprint(LOOP[:3], audio_path="songs/peaky.wav", output_config={"normalize_audio": True}))
    peak = 20 * math.log10(np.max(np.abs(sparse)))
    assert result.loudness_gain_db is not None
    assert result.loudness_gain_db < -1 - peak + 0.05
    assert loudness_of(out).true_peak_dbtp < 0


def test_the_gain_is_static(made: Made, out: Path, media: DirectoryStore) -> None:
    quiet_loud = np.concatenate([truth.tone(3.0, level=0.02), truth.tone(3.0, level=0.2)])
    truth.write_wav(media.root / "songs/two.wav", quiet_loud)
    made(blueprint(LOOP[:3], audio_path="songs/two.wav", output_config={"normalize_audio": True}))
    heard = truth.samples_of(out)
    assert level(heard[4 * RATE : 5 * RATE]) / level(heard[RATE : 2 * RATE]) == pytest.approx(10, rel=0.02)


def test_silence_is_left_alone(made: Made, out: Path, media: DirectoryStore) -> None:
    truth.write_wav(media.root / "songs/silence.wav", np.zeros(2 * RATE))
    result = made(blueprint(LOOP[:1], audio_path="songs/silence.wav", output_config={"normalize_audio": True}))
    assert result.loudness_gain_db == 0


def test_damaged_packets_of_a_song_are_skipped_and_said(made: Made, out: Path, media: DirectoryStore) -> None:
    whole = media.root / "songs/whole.mp3"
    with av.open(str(whole), "w") as container:
        stream = container.add_stream("libmp3lame", rate=RATE, layout="stereo")
        for block in truth._blocks(truth.tone(3.0), RATE):
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 1500] = b"\xff\xfb\x90\x00" * 375
    (media.root / "songs/damaged.mp3").write_bytes(bytes(data))
    result = made(blueprint(LOOP[:1], audio_path="songs/damaged.mp3"))
    assert result.frames == 60


def test_a_song_without_sound_is_refused_by_name(made: Made) -> None:
    with pytest.raises(AudioUnreadable, match=r"'clips/a\.mp4' holds no sound \(found: video"):
        made(blueprint(LOOP[:1], audio_path="clips/a.mp4"))


@pytest.fixture
def own(media: DirectoryStore) -> str:
    """A clip with a click every half second and a keyframe every 25 frames."""
    path = "clips/own.mp4"
    if not (media.root / path).exists():
        truth.numbered_clip(
            media.root / path, 120, sound=truth.clicks(4.0, [0.25 + 0.5 * i for i in range(7)]), options={"g": "25"}
        )
        truth.numbered_clip(media.root / "clips/tone.mp4", 120, sound=truth.tone(4.0, level=0.4))
    return path


OWN: dict[str, Any] = {"add_audio_overlay": False}


def test_clips_keep_their_own_sound_at_their_place(made: Made, out: Path, own: str) -> None:
    moves = [move("clips/a.mp4", 0, 1), move(own, 1, 1.5, trim_start=0.7), move(own, 2.5, 1, trim_start=2.1)]
    made(blueprint(moves, audio_path="songs/none.wav", output_config=OWN))  # the song is not even fetched
    heard = truth.samples_of(out)
    source = truth.clicks(4.0, [0.25 + 0.5 * i for i in range(7)])
    expected = np.zeros(round(3.5 * RATE))
    expected[RATE : RATE * 5 // 2] = source[round(0.7 * RATE) : round(2.2 * RATE)]
    expected[RATE * 5 // 2 : RATE * 7 // 2] = source[round(2.1 * RATE) : round(3.1 * RATE)]
    assert level(heard[: RATE * 19 // 20]) < 1e-3
    assert abs(truth.lag(heard, expected, 1.02, 1.4)) <= 0.002
    assert abs(truth.lag(heard, expected, 2.52, 0.9)) <= 0.002


@pytest.mark.parametrize("volume", [0.0, 0.25, 0.5, 1.0])
def test_volume_is_a_gain_of_the_clip(made: Made, out: Path, own: str, volume: float) -> None:
    moves = [move("clips/tone.mp4", 0, 1), move("clips/tone.mp4", 1, 1, volume_adjustment=volume)]
    made(blueprint(moves, output_config=OWN))
    heard = truth.samples_of(out)
    full = level(heard[RATE // 4 : RATE * 3 // 4])
    assert level(heard[RATE * 5 // 4 : RATE * 7 // 4]) == pytest.approx(full * volume, rel=0.03, abs=1e-3)


@pytest.mark.parametrize("speed", [0.4, 0.9, 1.1, 2.0])
def test_retimed_sound_keeps_its_pitch(made: Made, out: Path, own: str, speed: float) -> None:
    made(blueprint([move("clips/tone.mp4", 0, 1.5, speed=speed)], output_config=OWN))
    heard = truth.samples_of(out)[RATE // 4 : RATE * 5 // 4]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert int(np.argmax(spectrum)) == pytest.approx(1000, abs=8)  # one bin is one hertz
    assert level(heard) > 0.2


def test_retimed_sound_follows_the_picture(made: Made, out: Path, own: str) -> None:
    made(blueprint([move(own, 0, 3.0, speed=1.25)], output_config=OWN))
    heard = np.abs(truth.samples_of(out))
    for click in (0.25 + 0.5 * i for i in range(6)):
        at = click / 1.25
        near = heard[round((at - 0.06) * RATE) : round((at + 0.08) * RATE)]
        assert abs(int(np.argmax(near > 0.1)) / RATE - 0.06) < 0.035  # atempo works in windows of tens of ms


def test_joints_do_not_click(made: Made, out: Path, own: str) -> None:
    made(blueprint([move("clips/tone.mp4", i * 0.1, 0.1, trim_start=0.3 * i) for i in range(10)], output_config=OWN))
    heard = truth.samples_of(out)
    for i in range(1, 10):
        at = round(i * 0.1 * RATE)
        assert np.abs(heard[at - 24 : at + 24]).max() < 0.1


def test_clip_sound_is_normalised_too(made: Made, out: Path, own: str) -> None:
    result = made(blueprint([move("clips/tone.mp4", 0, 3)], output_config={**OWN, "normalize_audio": True}))
    assert loudness_of(out).integrated_lufs == pytest.approx(-14, abs=0.4)
    assert result.loudness_gain_db == pytest.approx(-14 - 20 * math.log10(0.4), abs=0.4)


def test_silent_clips_make_a_silent_track(made: Made, out: Path) -> None:
    made(blueprint(LOOP[:1], output_config={**OWN, "normalize_audio": True}))
    heard = truth.samples_of(out)
    assert len(heard) == pytest.approx(2 * RATE, abs=1024)
    assert level(heard) == 0

"""Anything FFmpeg reads comes out as the same sound; anything else as an error that names the file and the cause."""

from __future__ import annotations

import wave
from fractions import Fraction

import av
import numpy as np
import pytest

from bachata.errors import AudioUnreadable
from bachata.music import decode
from bachata.music.decode import RATE, Sound
from bachata.music.features import Listener
from tests.music.synth import RATE as SYNTH_RATE
from tests.music.synth import drum, write


def clicks(seconds: float = 6.0, every: float = 0.5) -> np.ndarray:
    """A click each `every` seconds, the first at 0.5 s."""
    out = np.zeros(int(seconds * SYNTH_RATE), np.float32)
    click = drum(1_000, 0.01, 0.8) * 0.5
    for at in np.arange(0.5, seconds - 0.2, every):
        start = int(at * SYNTH_RATE)
        out[start : start + click.size] += click
    return out


def read(path) -> tuple[np.ndarray, Sound]:
    sound = Sound(path)
    return np.concatenate(list(sound.blocks())), sound


def onset(samples: np.ndarray, near: float) -> float:
    """Seconds of the first sample above a third of the peak after `near`."""
    start = int(near * RATE)
    return (start + int(np.argmax(np.abs(samples[start:]) > 0.17))) / RATE


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".m4a", ".opus", ".ogg"])
def test_every_format_keeps_time(tmp_path, suffix):
    samples, sound = read(write(tmp_path / f"clicks{suffix}", clicks(), bit_rate=None if suffix == ".wav" else 192_000))
    assert samples.dtype == np.float32
    assert sound.duration == pytest.approx(6.0, abs=0.08)
    for at in (0.5, 3.0, 5.5):
        assert onset(samples, at - 0.1) == pytest.approx(at, abs=0.004)
    assert sound.notes == []


@pytest.mark.parametrize("rate", [8_000, 16_000, 96_000])
def test_any_rate_becomes_ours(tmp_path, rate):
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate)).astype(np.float32)
    samples, _ = read(write(tmp_path / "tone.wav", tone, rate=rate))
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    assert np.argmax(spectrum) * RATE / samples.size == pytest.approx(440, abs=1)


def test_the_channels_are_mixed(tmp_path):
    path = tmp_path / "stereo.wav"
    left = (12_000 * np.sin(2 * np.pi * 440 * np.arange(44_100) / 44_100)).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(44_100)
        out.writeframes(np.stack([left, np.zeros_like(left)], axis=1).tobytes())
    samples, _ = read(path)
    assert np.abs(samples).max() > 0.1


def video(path, *, sound_at: float | None) -> None:
    """One second of black 25 fps pictures from time 0; clicks beginning at `sound_at` seconds."""
    with av.open(str(path), "w") as out:
        pictures = out.add_stream("mpeg4", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        voice = out.add_stream("pcm_s16le", rate=SYNTH_RATE, layout="mono") if sound_at is not None else None
        for i in range(25):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
            picture.pts, picture.time_base = i, Fraction(1, 25)
            out.mux(pictures.encode(picture))
        out.mux(pictures.encode(None))
        if voice is not None and sound_at is not None:
            frame = av.AudioFrame.from_ndarray((clicks() * 32_000).astype(np.int16)[None], "s16", "mono")
            frame.sample_rate, frame.time_base = SYNTH_RATE, Fraction(1, SYNTH_RATE)
            frame.pts = round(sound_at * SYNTH_RATE)
            out.mux(voice.encode(frame))
            out.mux(voice.encode(None))


def test_the_sound_of_a_video_knows_when_it_begins(tmp_path):
    video(tmp_path / "move.mkv", sound_at=0.4)
    _, sound = read(tmp_path / "move.mkv")
    assert sound.start == pytest.approx(0.4, abs=0.002)


def test_a_silent_video_says_what_was_found(tmp_path):
    video(tmp_path / "mute.mkv", sound_at=None)
    with pytest.raises(AudioUnreadable, match=r"mute\.mkv holds no sound \(found: video\)"):
        read(tmp_path / "mute.mkv")


def test_errors_name_the_file_and_the_decoder_but_not_the_path(tmp_path):
    path = tmp_path / "secret place" / "notes.mp3"
    path.parent.mkdir()
    path.write_bytes(b"this is no music at all " * 300)
    with pytest.raises(AudioUnreadable) as caught:
        read(path)
    assert caught.value.message.startswith("notes.mp3 cannot be decoded: Invalid data found")
    assert "secret" not in str(caught.value.as_dict())
    assert caught.value.http_status == 422


@pytest.mark.parametrize("content", [b"", b"RIFF", b"ID3"])
def test_stumps_are_refused(tmp_path, content):
    (tmp_path / "stump.wav").write_bytes(content)
    with pytest.raises(AudioUnreadable, match=r"stump\.wav"):
        read(tmp_path / "stump.wav")


def test_a_given_name_replaces_the_files(tmp_path):
    sound = Sound(tmp_path / "song-copy-123", name="Amor.mp3")
    with pytest.raises(AudioUnreadable, match=r"Amor\.mp3 cannot be decoded: No such file"):
        list(sound.blocks())


@pytest.mark.parametrize("suffix", [".mp3", ".flac"])
def test_a_truncated_file_is_read_as_far_as_it_goes_and_noted(tmp_path, suffix):
    path = write(tmp_path / f"whole{suffix}", clicks(30.0))
    half = tmp_path / f"half{suffix}"
    half.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    samples, sound = read(half)
    assert 8 < sound.duration < 22
    assert onset(samples, 4.9) == pytest.approx(5.0, abs=0.004)
    assert any("ends after" in note or "damaged" in note for note in sound.notes)


def test_damage_in_the_middle_is_skipped_and_noted(tmp_path):
    path = write(tmp_path / "song.mp3", clicks(20.0))
    content = bytearray(path.read_bytes())
    for at in range(len(content) // 3, len(content) // 2, 2_000):
        content[at : at + 300] = b"\x13" * 300
    path.write_bytes(content)
    samples, sound = read(path)
    assert onset(samples, 0.4) == pytest.approx(0.5, abs=0.004)
    assert sound.duration > 15
    assert len(sound.notes) == 1
    assert "damaged" in sound.notes[0]


def test_too_long_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(decode, "MAX_SECONDS", 3)
    with pytest.raises(AudioUnreadable, match=r"long\.wav is longer than"):
        read(write(tmp_path / "long.wav", clicks(6.0)))


def test_loudness_of_a_reference_tone(tmp_path):
    """EBU Tech 3341 case 1: a stereo 1 kHz sine at -23 dBFS measures -23 LUFS."""
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1_000 * np.arange(20 * 48_000) / 48_000)
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(48_000)
        out.writeframes(np.repeat(np.round(tone * 32_767).astype("<i2")[:, None], 2, axis=1).tobytes())
    _, sound = read(path)
    assert sound.loudness.integrated_lufs == pytest.approx(-23.0, abs=0.1)
    assert sound.loudness.true_peak_dbtp == pytest.approx(-23.0, abs=0.2)


def test_true_peak_sees_between_samples(tmp_path):
    """A sine at a quarter of the rate, 45° off: samples reach -9 dB, the wave between them -6 dB."""
    tone = 0.5 * np.sin(np.pi / 2 * np.arange(4 * 44_100) + np.pi / 4)
    tone[:44_100] *= np.linspace(0, 1, 44_100)  # beginning at full swing would itself overshoot
    tone[-44_100:] *= np.linspace(1, 0, 44_100)
    _, sound = read(write(tmp_path / "between.wav", tone.astype(np.float32)))
    assert sound.loudness.true_peak_dbtp == pytest.approx(-6.0, abs=0.2)


def test_silence_has_no_loudness(tmp_path):
    _, sound = read(write(tmp_path / "silence.wav", np.zeros(3 * SYNTH_RATE, np.float32)))
    assert sound.loudness.integrated_lufs is None
    assert sound.loudness.true_peak_dbtp is None


def test_progress_is_a_growing_fraction(tmp_path):
    seen: list[float] = []
    list(Sound(write(tmp_path / "song.wav", clicks())).blocks(seen.append))
    assert seen == sorted(seen)
    assert 0 <= seen[0] < 0.2
    assert seen[-1] > 0.95


def test_features_do_not_depend_on_the_size_of_blocks():
    samples = np.random.default_rng(5).standard_normal(7 * RATE).astype(np.float32) * 0.1
    whole, pieces = Listener(), Listener()
    whole.push(samples)
    for start in range(0, samples.size, 1_777):
        pieces.push(samples[start : start + 1_777])
    a, b = whole.finish(), pieces.finish()
    assert a.duration == b.duration == 7.0
    for name in ("mel", "tones", "attack", "peaks"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=2e-3, atol=1e-5)

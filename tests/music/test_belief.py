"""What is no music is never presented as sure: a clear error, or a low confidence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata.errors import AudioUnreadable
from bachata.music import analyse
from bachata.music.document import Analysis
from tests.music.synth import RATE, Recipe, drum, make, string, write

SECONDS = 30


def noise(seed: int) -> np.ndarray:
    return (0.2 * np.random.default_rng(seed).standard_normal(SECONDS * RATE)).astype(np.float32)


def speech(seed: int) -> np.ndarray:
    """Syllables of uneven length and height with hisses and pauses: no beat a person would tap."""
    rng = np.random.default_rng(seed)
    out = np.zeros(SECONDS * RATE + RATE, np.float32)
    at = 0.3
    while at < SECONDS - 1:
        length = int(rng.uniform(0.08, 0.28) * RATE)
        voiced = string(int(rng.integers(40, 52)), 0.3, 0.85, 0.02)[:length] * np.hanning(length)
        start = int(at * RATE)
        out[start : start + length] += voiced * rng.uniform(0.2, 0.5)
        if rng.random() < 0.5:
            hiss = int(0.06 * RATE)
            out[start - hiss : start] += 0.1 * rng.standard_normal(hiss) * np.hanning(hiss)
        at += length / RATE + rng.exponential(0.06) + (rng.random() < 0.12) * rng.uniform(0.3, 0.9)
    return out[: SECONDS * RATE]


def rain(seed: int) -> np.ndarray:
    """Drum hits at random times."""
    out = np.zeros(SECONDS * RATE, np.float32)
    hit = drum(300, 0.05, 0.5) * 0.3
    for at in np.random.default_rng(seed).uniform(0, SECONDS - 1, 4 * SECONDS):
        out[int(at * RATE) : int(at * RATE) + hit.size] += hit
    return out


def tone(seed: int) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * (300 + 50 * seed) * np.arange(SECONDS * RATE) / RATE)).astype(np.float32)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", [noise, speech, rain, tone])
def test_no_music_no_belief(tmp_path, kind, seed):
    analysis = analyse(write(tmp_path / "sound.wav", kind(seed)))
    assert analysis.evidence.beat <= 0.15
    assert analysis.confidence <= 0.15


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.zeros(20 * RATE, np.float32), "only silence"),
        (1e-4 * np.ones(20 * RATE, np.float32), "only silence"),
        (noise(1)[:RATE], "lasts 1.0 s"),
    ],
)
def test_nothing_to_hear_is_an_error_with_a_remedy(tmp_path, samples, words):
    with pytest.raises(AudioUnreadable, match=rf"song\.wav .*{words}"):
        analyse(write(tmp_path / "song.wav", samples))


@pytest.mark.parametrize("harm", ["clipped", "telephone"])
def test_bad_recordings_are_still_heard(tmp_path, harm):
    samples, truth = make(Recipe(tempo=126, seed=5, form=(("verse", 4), ("chorus", 4))))
    if harm == "clipped":
        path = write(tmp_path / "song.wav", np.clip(samples * 8, -0.9, 0.9))
    else:
        spectrum = np.fft.rfft(samples)
        narrow = np.fft.irfft(spectrum[: int(spectrum.size * 8_000 / RATE)]).astype(np.float32)
        path = write(tmp_path / "song.wav", narrow / np.abs(narrow).max() * 0.8, rate=8_000)
    analysis = analyse(path)
    assert analysis.tempo == pytest.approx(truth.tempo, rel=0.002)
    assert analysis.evidence.beat >= 0.4


def consistent(analysis: Analysis) -> None:
    """Everything the document promises whatever was played."""
    beats = np.asarray(analysis.beats)
    assert np.all(np.diff(beats) > 0)
    assert np.all((beats >= 0) & (beats <= analysis.duration))
    assert set(analysis.downbeats) <= set(analysis.beats)
    assert 0 <= analysis.count_one < 8
    assert beats.size == 0 or analysis.count_one < max(beats.size, 8)
    assert len(analysis.energy) == beats.size
    assert analysis.sections[0].start == 0.0
    assert analysis.sections[-1].end == analysis.duration
    for before, after in zip(analysis.sections[:-1], analysis.sections[1:], strict=True):
        assert before.start < before.end == after.start
    assert len(analysis.waveform.peaks) == int(np.ceil(round(analysis.duration * analysis.waveform.rate, 6)))
    Analysis.model_validate_json(analysis.model_dump_json(by_alias=True))


@settings(max_examples=100, deadline=None)
@given(
    seconds=st.floats(4.1, 14.0),
    gains=st.tuples(*[st.floats(0.0, 1.0)] * 4),
    tempo=st.floats(40.0, 260.0),
    gap=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 0.6)),
    rate=st.sampled_from([8_000, 22_050, 44_100]),
    seed=st.integers(0, 2**16),
)
def test_any_sound_gives_a_consistent_document_or_a_clear_error(
    tmp_path_factory, seconds, gains, tempo, gap, rate, seed
):
    rng = np.random.default_rng(seed)
    size = int(seconds * rate)
    at = np.arange(size) / rate
    beat = (at * tempo / 60) % 1.0
    parts = [
        0.3 * rng.standard_normal(size),
        0.5 * np.sin(2 * np.pi * 110 * at),
        np.exp(-20 * beat) * rng.standard_normal(size),
        np.exp(-8 * ((at * tempo / 120) % 1.0)) * np.sin(2 * np.pi * 70 * at),
    ]
    samples = sum(gain * part for gain, part in zip(gains, parts, strict=True))
    samples[int(gap[0] * size) : int((gap[0] + gap[1]) * size)] = 0.0
    path = tmp_path_factory.mktemp("any") / "sound.wav"
    write(path, np.clip(samples, -1, 1).astype(np.float32), rate=rate)
    try:
        analysis = analyse(path)
    except AudioUnreadable as error:
        assert "silence" in error.message
    else:
        consistent(analysis)

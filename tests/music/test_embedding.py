"""One function for any span of any sound: the same music is near, other music is far, key and volume do not matter."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata.errors import AudioUnreadable, InvalidRequest
from bachata.music import embed
from bachata.music.description import BLOCKS, DIMENSIONS, describe
from bachata.music.embedding import AUDIO_1, Scale, hear_span, numbers, unit
from bachata.music.features import Listener
from tests.music.synth import RATE, Recipe, make, write
from tests.music.test_decode import video

FORM = (("verse", 4), ("chorus", 4))
BANDS = {
    "slow": Recipe(tempo=98.0, seed=71, form=FORM, chords="pop", density="sparse"),
    "plain": Recipe(tempo=124.0, seed=72, form=FORM),
    "fast kit": Recipe(tempo=151.0, seed=73, form=FORM, drums="kit", density="dense", chords="minor"),
    "noisy": Recipe(tempo=132.0, seed=74, form=FORM, noise_db=-12.0, chords="major"),
}


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    directory = tmp_path_factory.mktemp("bands")
    return {name: write(directory / f"{name}.flac", make(recipe)[0]) for name, recipe in BANDS.items()}


def cosine(a, b) -> float:
    return float(np.asarray(a, float) @ np.asarray(b, float))


def test_a_vector_is_128_numbers_of_unit_norm_and_repeatable(songs):
    vector = embed(songs["plain"], 3.0, 9.0)
    assert vector.shape == (128,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-6)
    assert np.array_equal(vector, embed(songs["plain"], 3.0, 9.0))


def test_every_number_of_a_description_varies_over_a_library(songs):
    rows = []
    for path in songs.values():
        heard = hear_span(path, 0.0, None)
        rows += [describe(heard.span(start, start + 6.0)) for start in (0.0, 6.0, 12.0, 18.0)]
    assert np.array(rows).shape == (16, DIMENSIONS)
    assert sum(BLOCKS.values()) == DIMENSIONS
    assert np.all(np.std(rows, axis=0) > 0), "no zeros, no filling"


def test_a_span_of_a_song_is_the_clip_that_was_cut_from_it(songs, tmp_path):
    samples, _ = make(BANDS["plain"])
    clip = write(tmp_path / "clip.m4a", samples[int(8.0 * RATE) : int(15.0 * RATE)])
    assert cosine(embed(songs["plain"], 8.0, 15.0), embed(clip)) >= 0.95


def test_the_same_song_is_nearest_to_itself(songs):
    first = {name: embed(path, 0.5, 8.0) for name, path in songs.items()}
    later = {name: embed(path, 8.0, 15.5) for name, path in songs.items()}
    for name, vector in first.items():
        alike = {other: cosine(vector, later[other]) for other in songs}
        assert max(alike, key=alike.get) == name, alike
        assert alike[name] >= max(v for other, v in alike.items() if other != name) + 0.15, alike


def test_volume_does_not_matter(songs, tmp_path):
    samples, _ = make(BANDS["plain"])
    quiet = write(tmp_path / "quiet.flac", 0.1 * samples)
    assert cosine(embed(songs["plain"], 2.0, 10.0), embed(quiet, 2.0, 10.0)) >= 0.99


def test_key_matters_less_than_the_band(songs, tmp_path):
    samples, _ = make(dataclasses.replace(BANDS["plain"], key=48))
    higher = embed(write(tmp_path / "higher.flac", samples), 0.5, 15.5)
    here = embed(songs["plain"], 0.5, 15.5)
    others = [cosine(here, embed(path, 0.5, 15.5)) for name, path in songs.items() if name != "plain"]
    assert cosine(here, higher) >= max(others) + 0.15


def test_the_sound_of_a_video_has_a_vector_too(tmp_path):
    video(tmp_path / "move.mkv", sound_at=0.0)
    assert np.linalg.norm(embed(tmp_path / "move.mkv")) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (-1.0, 5.0, "is no span"),
        (5.0, 5.5, "is no span"),
        (float("nan"), 5.0, "is no span"),
        (0.0, float("nan"), "is no span"),
        (1.0, 500.0, r"plain\.flac lasts"),
        (400.0, None, r"plain\.flac lasts"),
    ],
)
def test_a_span_that_cannot_be_is_named(songs, start, end, words):
    with pytest.raises(InvalidRequest, match=words):
        embed(songs["plain"], start, end)


def test_silence_has_no_vector(tmp_path):
    samples = np.concatenate([np.zeros(5 * RATE), 0.3 * np.sin(np.arange(3 * RATE) / 20)]).astype(np.float32)
    path = write(tmp_path / "late.wav", samples)
    with pytest.raises(AudioUnreadable, match=r"late\.wav holds only silence from 0 s to 4 s"):
        embed(path, 0.0, 4.0)
    embed(path, 4.0)


def test_the_scale_is_a_librarys_median_and_spread():
    rows = np.random.default_rng(5).normal(3.0, 2.0, (4_000, DIMENSIONS))
    rows[:40] = 1e3  # outliers
    scale = Scale.over(rows)
    np.testing.assert_allclose(scale.centre, 3.0, atol=0.25)
    assert np.all(scale.spread >= 1.8)
    assert AUDIO_1.centre.shape == AUDIO_1.spread.shape == (DIMENSIONS,)
    assert np.all(AUDIO_1.spread > 0)


@settings(max_examples=100, deadline=None)
@given(
    seconds=st.floats(1.0, 5.0),
    gains=st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
    hertz=st.floats(20.0, 10_000.0),
    seed=st.integers(0, 2**16),
)
def test_any_sound_has_a_finite_unit_vector(seconds, gains, hertz, seed):
    size = int(seconds * 22_050)
    at = np.arange(size) / 22_050
    rng = np.random.default_rng(seed)
    parts = (rng.standard_normal(size), np.sin(2 * np.pi * hertz * at), np.exp(-30 * ((at * 2.1) % 1.0)))
    listener = Listener()
    listener.push(sum(gain * part for gain, part in zip(gains, parts, strict=True)).astype(np.float32))
    vector = unit(describe(listener.finish()), AUDIO_1)
    assert np.all(np.isfinite(vector))
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("length", [1.0, 1.005, 1.3, 2.0])
def test_the_shortest_span_has_a_vector_of_numbers(songs, length):
    """A span of exactly one second has no swell from second to second, and used to be no number at all."""
    vector = embed(songs["plain"], 4.0, 4.0 + length)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)
    kept = numbers(hear_span(songs["plain"], 0.0, None), 4.0, 4.0 + length)
    assert cosine(vector, kept) > 0.999


def test_what_is_too_short_or_silent_has_no_numbers(songs, tmp_path):
    heard = hear_span(songs["plain"], 0.0, None)
    assert numbers(heard, 4.0, 4.9) is None
    samples = np.concatenate([make(BANDS["plain"])[0][: 3 * RATE], np.zeros(3 * RATE, np.float32)])
    quiet = hear_span(write(tmp_path / "quiet.wav", samples), 0.0, None)
    assert numbers(quiet, 3.5, 5.5) is None
    assert numbers(quiet, 0.5, 2.5) is not None

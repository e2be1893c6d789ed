"""Which pulse is danced: whatever related pulse a tracker may have found, the band tells the beats."""

from __future__ import annotations

import numpy as np
import pytest

from bachata.music import fitted
from bachata.music.counts import bar_evidence, count, phrase_evidence
from bachata.music.looks import SPANS, novelty
from bachata.music.onsets import onsets
from bachata.music.pulses import STEPS, Pulse, danced, described
from bachata.music.turns import Harmonies, turning
from tests.music.hearing import features_of
from tests.music.measures import f_measure, phase_of
from tests.music.synth import Recipe, make

SONGS = {
    "plain": Recipe(tempo=126.0, seed=21),
    "slow": Recipe(tempo=98.0, seed=22, chords="minor"),
    "dense and swung": Recipe(tempo=117.0, seed=23, density="dense", swing=0.15),
}


@pytest.fixture(scope="module", params=sorted(SONGS))
def song(request):
    samples, truth = make(SONGS[request.param])
    features = features_of(samples)
    return features, onsets(features), Harmonies.of(features), truth


def steps(beats: np.ndarray, step: float, first: float) -> np.ndarray:
    """Every `step`-th of beats, counted in beats from `first`."""
    return np.interp(np.arange(first, beats.size - 1, step), np.arange(beats.size), beats)


def test_beats_that_are_right_stay(song):
    _, heard, harmonies, truth = song
    assert danced(heard, harmonies, truth.beats).is_found


def test_an_off_beat_is_seen_through(song):
    _, heard, harmonies, truth = song
    found = steps(truth.beats, 1.0, 0.5)
    chosen = danced(heard, harmonies, found, same_tempo=True)
    assert (chosen.step, chosen.first) == (STEPS, STEPS // 2)
    assert f_measure(chosen.beats(found), truth.beats, 0.07) > 0.97


def test_two_thirds_of_the_tempo_are_seen_through():
    """At 160 BPM a tracker may tap every beat and a half."""
    samples, truth = make(Recipe(tempo=160.0, seed=24))
    features = features_of(samples)
    heard, harmonies = onsets(features), Harmonies.of(features)
    chosen = danced(heard, harmonies, steps(truth.beats, 1.5, 0.0))
    assert STEPS / chosen.step == pytest.approx(1.5)


def test_a_clip_s_few_beats_decide_nothing(song):
    _, heard, harmonies, truth = song
    assert danced(heard, harmonies, steps(truth.beats, 1.0, 0.5)[:40]).is_found


def test_every_number_is_weighed(song):
    features, heard, harmonies, truth = song
    pulses, numbers = described(heard, harmonies, truth.beats)
    assert pulses[0].is_found
    assert numbers.shape == (len(pulses), fitted.PULSE.size)
    assert np.isfinite(numbers).all()
    assert bar_evidence(features, heard, truth.beats).shape == (4, fitted.BAR.size)
    assert phrase_evidence(features, heard, truth.beats).shape == (4, fitted.PHRASE.size)
    assert (fitted.BAR >= 0).all()
    assert (fitted.PHRASE >= 0).all()


def test_nobody_steps_faster_or_slower_than_is_plausible(song):
    _, heard, harmonies, truth = song
    tempo = 60 / np.median(np.diff(truth.beats))
    for pulse in described(heard, harmonies, truth.beats)[0][1:]:
        assert 80 <= tempo * STEPS / pulse.step <= 180


def test_a_pulse_keeps_to_the_beats_it_was_found_in():
    found = np.array([1.0, 1.5, 2.1, 2.6])
    np.testing.assert_allclose(Pulse(12, 0).beats(found), found)
    np.testing.assert_allclose(Pulse(12, 6).beats(found), [1.25, 1.8, 2.35])
    np.testing.assert_allclose(Pulse(6, 0).beats(found), [1.0, 1.25, 1.5, 1.8, 2.1, 2.35, 2.6])
    np.testing.assert_allclose(Pulse(12, 6, late=-6).beats(found), found[:3])


def test_count_one_is_believed_when_it_is_right(song):
    features, heard, _, truth = song
    counted = count(features, heard, truth.beats)
    assert counted.count_one == phase_of(truth.beats, truth)
    assert counted.bar > 0.5
    assert counted.phrase > 0.5
    assert counted.scores[counted.count_one] == max(counted.scores)


def test_noise_has_no_count_one():
    features = features_of(0.3 * np.random.default_rng(5).standard_normal(40 * 44_100).astype(np.float32))
    counted = count(features, onsets(features), 0.5 + 0.5 * np.arange(70))
    assert min(counted.bar, counted.phrase) < 0.5


def test_novelty_peaks_where_sections_begin(song):
    features, heard, harmonies, truth = song
    new = novelty(features, heard, harmonies, truth.beats).reshape(4, len(SPANS), -1)
    starts = [int(np.abs(truth.beats - start).argmin()) for start, _, _ in truth.sections[1:]]
    together = new[:, SPANS.index(8)].mean(axis=0)
    assert np.mean(together[starts]) > 1.0
    assert abs(np.mean(together[8:-8])) < 0.2


def test_turning_is_nothing_where_nothing_turns():
    tones = np.ones((200, 8))
    at, span = np.array([2.0, 5.0]), np.full(2, 0.5)
    np.testing.assert_allclose(turning(tones, at, span), 0.0, atol=1e-9)
    tones[100:] = 0.0
    tones[100:, 3] = 1.0
    assert turning(tones, np.array([100 / 21.53]), np.array([0.5]))[0] > 0.6

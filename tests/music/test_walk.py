"""Beats carried on from a steady run: through breaks, past a tracker's slips, into parts where nothing is struck."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata.music.attacks import Attacks
from bachata.music.features import FINE_FPS, FPS, TONE_FPS
from bachata.music.grid import steady
from bachata.music.turns import Harmonies
from bachata.music.walk import FAINT, Clues, Walked, walk

NO_HARMONY = Harmonies(np.zeros((4_000, 60)))
NOTHING = np.zeros(0)


def alone(attacks: Attacks) -> Clues:
    """Attacks and nothing else to go by."""
    return Clues(attacks, NO_HARMONY, NOTHING)


def struck(times, seconds: float, *, noise: float = 0.0, seed: int = 0) -> Attacks:
    """Attacks at `times`, heard in both curves."""
    rng = np.random.default_rng(seed)
    rise = noise * rng.random(int(seconds * FINE_FPS))
    onset = noise * rng.random(int(seconds * FPS))
    for time in times:
        rise[int(time * FINE_FPS)] += 3.0
        at = round((time - 0.0045) * FPS)
        if at < onset.size:
            onset[at] += 3.0
    return Attacks(rise, np.convolve(rise, np.ones(9) / 9, mode="same"), onset)


def begun(times) -> Walked:
    return Walked.begun(np.asarray(times, dtype=float), np.ones(len(times)))


def drifting(count: int, period: float, depth: float, phase: float) -> np.ndarray:
    at = np.arange(count)
    return 1.0 + np.cumsum(period * (1 + depth * np.sin(2 * np.pi * at / 120 + phase)))


@settings(max_examples=100, deadline=None)
@given(
    period=st.floats(0.36, 0.64),
    depth=st.floats(0, 0.04),
    phase=st.floats(0, 6),
    first=st.integers(0, 60),
    jitter=st.floats(0, 0.012),
    seed=st.integers(0, 99),
)
def test_from_any_steady_run_the_whole_song_is_found(period, depth, phase, first, jitter, seed):
    true = drifting(96, period, depth, phase)
    rng = np.random.default_rng(seed)
    played = true + rng.normal(0, jitter, true.size)
    taps = np.sort(true + rng.uniform(-0.02, 0.02, true.size))
    clues = Clues(struck(played, true[-1] + 2, noise=0.1, seed=seed), NO_HARMONY, taps)
    whole = walk(begun(played[first : first + 32]), clues, true[0] - 0.01 - 3 * jitter, true[-1] + 0.1)
    near = np.abs(whole.times[:, None] - true[None, :]).min(axis=0)
    assert np.mean(near < 0.05) > 0.95
    assert whole.times.size == pytest.approx(true.size, abs=1)
    assert np.all(np.diff(whole.times) > 0)


def test_a_walk_that_goes_astray_stops():
    attacks = struck([], 60.0)
    shrinking = 10.0 + np.cumsum(0.5 * 0.93 ** np.arange(16))
    whole = walk(begun(shrinking), alone(attacks), 0.0, 60.0)
    assert whole.times.size < 200
    assert np.all(np.diff(whole.times) > 0)


def test_a_break_is_counted_through():
    true = 0.7 + 0.48 * np.arange(100)
    heard = np.delete(true, np.s_[40:52])
    whole = walk(begun(true[4:30]), alone(struck(heard, true[-1] + 1)), 0.6, true[-1] + 0.1)
    np.testing.assert_allclose(whole.times, true, atol=0.012)
    assert whole.struck[:40].all()
    assert not whole.struck[44:48].any()


def test_off_beats_are_not_taken_for_beats_after_a_break():
    true = 0.7 + 0.5 * np.arange(100)
    off = (true + 0.325)[60:]
    heard = np.sort(np.concatenate([np.delete(true, np.s_[48:52]), off]))
    whole = walk(begun(true[4:40]), alone(struck(heard, true[-1] + 1)), 0.6, true[-1] + 0.1)
    np.testing.assert_allclose(whole.times[: true.size], true, atol=0.02)


@pytest.mark.parametrize("late", [0.0, 0.06, 0.11])
@pytest.mark.parametrize("at_end", [False, True])
def test_where_nothing_is_struck_harmony_leads(late, at_end):
    """A tempo that turns round in a beatless intro (or outro) of 16 beats, chords changing every 4."""
    away = np.arange(80)
    length = 0.48 - 0.02 * np.exp(-away / 12)
    true = 2.0 + np.concatenate([[0.0], np.cumsum(length)])[:80]
    if at_end:
        true = 2.0 + true[-1] - true[::-1]
    bare = np.s_[64:] if at_end else np.s_[:16]
    seconds = true[-1] + 3.0
    tones = np.full((int(seconds * TONE_FPS), 60), 0.05)
    frames = np.arange(tones.shape[0]) / TONE_FPS
    chord = np.floor(np.interp(frames, true + late, np.arange(80.0)) / 4).astype(int)
    tones[np.arange(frames.size), (chord * 7) % 60] = 1.0
    harmonies = Harmonies(tones)
    attacks = struck(np.delete(true, bare), seconds)
    whole = walk(begun(true[20:60]), Clues(attacks, harmonies, NOTHING), true[0] - 0.1, true[-1] + 0.1)
    found = np.abs(whole.times[:, None] - true[None, bare]).min(axis=0)
    without = walk(begun(true[20:60]), alone(attacks), true[0] - 0.1, true[-1] + 0.1)
    guessed = np.abs(without.times[:, None] - true[None, bare]).min(axis=0)
    assert found.max() < 0.085  # a frame of tones lasts 46 ms
    assert found.max() < guessed.max() - 0.01
    turns = (whole.weight > FAINT) & ~whole.struck
    assert turns.sum() >= 2


def test_no_turn_where_harmony_stays():
    assert NO_HARMONY.turn(10.0, 0.5) is None
    rng = np.random.default_rng(3)
    assert Harmonies(1.0 + 0.02 * rng.random((400, 60))).turn(9.0, 0.5) is None


def test_a_turn_is_found_between_its_chords():
    tones = np.full((400, 60), 0.1)
    tones[:200, 10] = tones[200:, 17] = 1.0
    turn = Harmonies(tones).turn(200 / TONE_FPS - 0.1, 0.5)
    assert turn == pytest.approx(199.5 / TONE_FPS, abs=0.03)
    assert Harmonies(tones).turn(200 / TONE_FPS - 0.5, 0.5) is None


def test_the_steady_run_ends_where_the_tracker_slips():
    true = 0.5 + 0.48 * np.arange(120)
    raw = np.concatenate([true[:30] - 0.16, np.linspace(true[30] - 0.12, true[33] - 0.04, 4), true[34:]])
    run = steady(np.arange(raw.size), raw)
    assert raw[run][0] >= true[33]
    assert raw[run][-1] == true[-1]


@settings(max_examples=100, deadline=None)
@given(jitter=st.floats(0, 0.015), seed=st.integers(0, 999), depth=st.floats(0, 0.05))
def test_jitter_and_drift_are_no_slips(jitter, seed, depth):
    true = drifting(120, 0.48, depth, seed)
    raw = np.sort(true + np.clip(np.random.default_rng(seed).normal(0, jitter, true.size), -0.03, 0.03))
    assert steady(np.arange(raw.size), raw) == slice(0, raw.size)


@pytest.mark.parametrize("missing", [slice(40, 56), slice(30, 80)])
def test_a_tracker_s_eighths_lead_where_attacks_are_lost(missing):
    """The taps come on the off-beats there: half way between them lie the beats."""
    away = np.arange(100)
    true = 1.0 + np.concatenate([[0.0], np.cumsum(0.48 + 0.012 * np.sin(away / 9))])[:100]
    taps = (true[1:] + true[:-1]) / 2
    heard = struck(np.delete(true, missing), true[-1] + 1)
    whole = walk(begun(true[4:28]), Clues(heard, NO_HARMONY, taps), true[0] - 0.1, true[-1] + 0.1)
    assert np.abs(whole.times[:, None] - true[None, :]).min(axis=0).max() < 0.035
    assert whole.times.size == pytest.approx(true.size, abs=1)

"""The lead voice and the coro: phrases that begin before or after the bar line, vowels, vibrato, melisma."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

from benchmarks.music.thirdband.clock import Clock
from benchmarks.music.thirdband.events import chance, strength
from benchmarks.music.thirdband.form import Eight, Score
from benchmarks.music.thirdband.harmony import chord_at, chord_tone_near, scale_near
from benchmarks.music.thirdband.recipes import Recipe
from benchmarks.music.thirdband.sounds import SR, hertz

RATE = SR // 2
"""Voices are made at half the rate: they hold little above 11 kHz."""
VOWELS = {
    "a": ((730, 90), (1200, 110), (2550, 160), (3500, 250)),
    "e": ((480, 80), (1900, 110), (2550, 160), (3500, 250)),
    "i": ((300, 60), (2250, 110), (3000, 170), (3600, 250)),
    "o": ((490, 80), (900, 100), (2450, 160), (3300, 250)),
    "u": ((330, 60), (800, 90), (2350, 160), (3300, 250)),
}
"""Formants: frequency and bandwidth in Hz (textbook values for Spanish vowels)."""


@dataclass(frozen=True)
class Syllable:
    """One sung note."""

    beat: float
    length: float
    pitch: int
    vowel: str
    consonant: str
    """s, t, m or nothing (melisma)."""
    force: float


RHYTHMS = (
    (0, 0.5, 1, 1.5, 2, 3, 3.5, 4), (0, 0.5, 1, 2, 2.5, 3, 4, 4.5), (0, 0.5, 0.75, 1, 1.5, 2.5, 3, 3.5, 4.5),
    (0, 1, 1.5, 2.5, 3, 3.5, 4, 5), (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5),
)  # fmt: skip
PICKUPS = (-1.5, -1.0, -0.5, -0.5, 0.0, 0.5, 1.0)
"""Where a phrase begins against the count 1 it belongs to."""


def lead(recipe: Recipe, score: Score, rng: np.random.Generator) -> list[list[Syllable]]:
    """Phrases of the lead voice, one to an eight; in choruses it calls in the first bar where a coro answers."""
    songs = {label: int(rng.integers(1 << 30)) for label in ("verse", "chorus", "bridge")}
    phrases: list[list[Syllable]] = []
    for eight in score.eights:
        if "voice" not in eight.layers or eight.start < 0 or chance(rng, 0.06):
            continue
        shape = np.random.default_rng([songs.get(eight.label, 7), eight.place % 2])
        phrases.append(_phrase(recipe, score, eight, shape, rng))
    return phrases


def _phrase(
    recipe: Recipe, score: Score, eight: Eight, shape: np.random.Generator, rng: np.random.Generator
) -> list[Syllable]:
    pickup = float(shape.choice(PICKUPS))
    reach = 3.6 if "coro" in eight.layers and eight.place % 2 else 6.5
    onsets = [r + pickup for r in RHYTHMS[int(shape.integers(len(RHYTHMS)))] if r + pickup < reach - 1]
    pitch = float(shape.integers(60, 68)) + (4 if eight.label == "chorus" else 0)
    out: list[Syllable] = []
    for n, onset in enumerate(onsets):
        beat = eight.start + onset
        if beat < 0:  # nobody sings before the first beat
            continue
        pitch = float(np.clip(pitch + shape.choice((-3, -2, -1, 0, 1, 2, 3)), 57, 76))
        closing = n == len(onsets) - 1
        length = (reach - onset) * rng.uniform(0.6, 1.0) if closing else onsets[n + 1] - onset
        note = (
            chord_tone_near(pitch, chord_at(score.chords, beat))
            if closing or n == 0
            else scale_near(pitch, recipe.tonic, recipe.mode)
        )
        vowel = str(shape.choice(list(VOWELS)))
        force = rng.uniform(0.8, 1.0) * strength(eight)
        pieces = 1
        if closing and length > 1.5 and chance(rng, 0.5):
            pieces = int(rng.integers(3, 6))
        for k in range(pieces):  # melisma: one vowel over several notes, the last one held
            short = 0.25
            span = length - short * (pieces - 1) if k == pieces - 1 else short
            step = (0, 1, 0, -1, 0)[(k + 1) % 5] if pieces > 1 and k < pieces - 1 else 0
            out.append(
                Syllable(
                    beat + k * short,
                    span,
                    scale_near(note, recipe.tonic, recipe.mode, step) if step else note,
                    vowel,
                    "" if k else str(rng.choice(("s", "t", "m", "t"))),
                    force,
                )
            )
    return out


def coro(recipe: Recipe, score: Score, rng: np.random.Generator) -> list[list[Syllable]]:
    """The answer: counts 5 to 8 of every second eight, always the same words."""
    words = int(rng.integers(1 << 30))
    out: list[list[Syllable]] = []
    for eight in score.eights:
        if "coro" not in eight.layers or eight.start < 0 or eight.place % 2 == 0 or eight.stop:
            continue
        shape = np.random.default_rng(words)
        onsets = [4 + o for o in ((0, 0.5, 1, 2), (0.5, 1, 1.5, 2), (0, 1, 1.5, 2.5))[int(shape.integers(3))]]
        phrase = []
        for n, onset in enumerate(onsets):
            beat = eight.start + onset
            length = onsets[n + 1] - onset if n + 1 < len(onsets) else 1.2
            pitch = chord_tone_near(float(shape.integers(62, 70)), chord_at(score.chords, beat))
            phrase.append(Syllable(beat, length, pitch, str(shape.choice(list(VOWELS))), "t", 0.8 * strength(eight)))
        out.append(phrase)
    return [[_third(s, up, recipe) for s in phrase] for phrase in out for up in (0, 2)]


def _third(syllable: Syllable, up: int, recipe: Recipe) -> Syllable:
    pitch = scale_near(syllable.pitch, recipe.tonic, recipe.mode, up)
    return Syllable(syllable.beat, syllable.length, pitch, syllable.vowel, syllable.consonant, syllable.force)


def _table(vowel: str, frequency: float) -> np.ndarray:
    """One cycle of a vowel sung at a frequency."""
    n = np.arange(1, max(2, int(8000 / frequency)))
    f = n * frequency
    level = np.zeros(len(n))
    for rank, (centre, width) in enumerate(VOWELS[vowel]):
        level += (1.0, 0.7, 0.35, 0.2)[rank] / (1 + ((f - centre) / (1.4 * width)) ** 2)
    level = (level + 0.02) / n**0.7
    spectrum = np.zeros(1025, dtype=complex)
    spectrum[n] = level * np.exp(1j * n * n * 0.07)
    table = np.fft.irfft(spectrum)
    return np.asarray(table / np.max(np.abs(table)), dtype=np.float32)


def render(
    phrases: list[list[Syllable]], clock: Clock, count: int, late_ms: float, rng: np.random.Generator
) -> np.ndarray:
    """All phrases at the full rate, `count` samples; singers are late by `late_ms`, more or less."""
    track = np.zeros(count // 2 + RATE * 4, dtype=np.float32)
    for phrase in phrases:
        previous = None
        for syllable in phrase:
            begin = clock.at(syllable.beat) + late_ms / 1000 + rng.normal(0, 0.015)
            seconds = max(clock.at(syllable.beat + syllable.length) - clock.at(syllable.beat), 0.06)
            voice = _note(syllable, seconds, previous if not syllable.consonant else None, rng)
            at = int(begin * RATE) - (int(0.05 * RATE) if syllable.consonant == "s" else 0)
            if at >= 0 and at + len(voice) < len(track):
                track[at : at + len(voice)] += voice
            previous = syllable.pitch
    return np.asarray(signal.resample_poly(track, 2, 1)[:count], dtype=np.float32)


def _note(syllable: Syllable, seconds: float, previous: int | None, rng: np.random.Generator) -> np.ndarray:
    count = int((seconds + 0.05) * RATE)
    t = np.arange(count) / RATE
    scoop = -rng.uniform(0.3, 1.5) if previous is None else float(previous - syllable.pitch)
    depth = 0.45 * np.clip((t - 0.22) / 0.3, 0, 1)
    drift = 0.08 * np.sin(2 * np.pi * 1.3 * t + rng.random() * 6)
    semitones = scoop * np.exp(-t / 0.035) + depth * np.sin(2 * np.pi * rng.uniform(5.0, 6.2) * t) + drift
    frequency = hertz(syllable.pitch)
    phase = np.cumsum(frequency * 2 ** (semitones / 12)) * (2048 / RATE)
    voice = _table(syllable.vowel, frequency)[phase.astype(np.int64) & 2047]
    attack = {"t": 0.018, "s": 0.035, "m": 0.06}.get(syllable.consonant, 0.03)
    rise = np.clip(t / attack, 0, 1)
    fall = np.clip((seconds + 0.05 - t) / 0.09, 0, 1)
    voice = voice * rise * fall * (0.75 + 0.25 * np.exp(-t / 0.25))
    voice += 0.015 * rng.standard_normal(count) * rise * fall
    if syllable.consonant == "s":
        before = int(0.05 * RATE)
        hiss = np.diff(rng.standard_normal(before + 300)) * np.hanning(before + 299)
        voice = np.concatenate([np.zeros(before), voice])
        voice[: len(hiss)] += 0.09 * hiss
    elif syllable.consonant == "t":
        voice[:200] += 0.12 * rng.standard_normal(200) * np.exp(-np.arange(200) / 50)
    return np.asarray(voice * syllable.force, dtype=np.float32)

"""Single sounds as mono float64 arrays at 48 kHz whose first sample is the onset. All noise is seeded."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

Sound = NDArray[np.float64]

RATE = 48_000
"""Samples per second of everything in `samples`."""

# Formants (Hz, bandwidth Hz, gain) of sung vowels, rounded from the usual tables for a tenor.
_VOWELS = {
    "a": ((650, 90, 1.0), (1080, 110, 0.5), (2650, 180, 0.18)),
    "e": ((400, 80, 1.0), (1700, 120, 0.28), (2600, 160, 0.16)),
    "o": ((400, 80, 1.0), (800, 100, 0.45), (2600, 180, 0.08)),
    "u": ((350, 70, 1.0), (620, 90, 0.35), (2500, 180, 0.05)),
}


def hertz(midi: float) -> float:
    """Frequency of a MIDI pitch (69 = 440 Hz)."""
    return float(440.0 * 2.0 ** ((midi - 69.0) / 12.0))


def _noise(n: int, seed: int) -> Sound:
    return np.random.default_rng(seed).standard_normal(n)


def _band(x: Sound, low: float, high: float) -> Sound:
    return np.asarray(sosfilt(butter(2, (low, high), "bandpass", fs=RATE, output="sos"), x))


def _decay(n: int, seconds: float) -> Sound:
    return np.exp(-np.arange(n) / (RATE * seconds))


@cache
def pluck(midi: float, seconds: float = 1.3, bright: float = 0.6, sustain: float = 0.996) -> Sound:
    """A plucked string: Karplus and Strong 1983, run one period at a time, then tuned by resampling.

    `bright` 0..1 sets how sharp the plectrum is, `sustain` the loss per period.
    """
    exact = RATE / hertz(midi)
    period = int(exact) + 1
    periods = int(seconds * RATE / period) + 2
    burst = _noise(period, int(midi * 16) + 11)
    for _ in range(int(6 - 5 * bright)):
        burst = 0.5 * (burst + np.roll(burst, 1))
    # Plucking at a seventh of the string cancels its seventh harmonic: less metal, more wood.
    burst -= 0.7 * np.roll(burst, period // 7)
    burst -= burst.mean()
    out = np.empty((periods, period))
    row = burst
    keep = 0.5 + 0.32 * bright
    for i in range(periods):
        out[i] = row
        row = sustain * (keep * row + (1.0 - keep) * np.roll(row, 1))
    string = out.ravel()
    # Averaging delays each turn by (1 - keep) of a sample: tune for period + that.
    n = int(seconds * RATE)
    where = np.arange(n) * ((period + (1.0 - keep)) / exact)
    tone = np.interp(where, np.arange(string.size), string, right=0.0)
    tone *= np.minimum(1.0, (n - np.arange(n)) / (0.06 * RATE))
    tone[:24] *= np.linspace(0.0, 1.0, 24)
    return tone / np.abs(tone).max()


@cache
def bass_note(midi: float, seconds: float) -> Sound:
    """A round fingered electric bass: few harmonics, each dying faster than the one below, and a soft thumb."""
    n = int(seconds * RATE)
    t = np.arange(n) / RATE
    base = hertz(midi)
    tone = np.zeros(n)
    for k, level in enumerate((1.0, 0.55, 0.28, 0.12, 0.06), start=1):
        tone += level * np.sin(2 * np.pi * base * k * t) * np.exp(-t * (1.1 + 1.5 * k))
    tone += 0.15 * _band(_noise(n, 5), 300, 1200) * _decay(n, 0.012)
    tone *= np.minimum(1.0, np.arange(n) / (0.004 * RATE)) * np.minimum(1.0, (n - np.arange(n)) / (0.05 * RATE))
    return tone / np.abs(tone).max()


@cache
def guira(seconds: float, accent: float, take: int) -> Sound:
    """A scrape of the metal güira: ridges passing under the scraper, the stroke speeding up as it goes."""
    n = int((seconds + 0.03) * RATE)
    t = np.arange(n) / RATE
    ridges = 0.55 + 0.45 * np.sin(2 * np.pi * (150.0 + 60.0 * accent) * (t + 0.8 * t * t))
    hiss = _band(_noise(n, 100 + take), 4200, 11_500) + 0.25 * _band(_noise(n, 200 + take), 2300, 3400)
    swell = np.minimum(1.0, np.arange(n) / (0.0015 * RATE)) * np.exp(-t / (0.35 * seconds))
    tone = hiss * ridges * swell
    tone[-480:] *= np.linspace(1.0, 0.0, 480)
    return tone / np.abs(tone).max()


@cache
def bongo(drum: str, take: int) -> Sound:
    """`hembra` (low, open), `macho` (high, open) or `finger` (high, closed, for the martillo's small strokes)."""
    base, ring, slap = {"hembra": (196.0, 0.16, 0.35), "macho": (392.0, 0.075, 0.5), "finger": (520.0, 0.028, 0.6)}[
        drum
    ]
    n = int(0.45 * RATE)
    t = np.arange(n) / RATE
    sweep = base * (t + 0.05 * 0.018 * (1 - np.exp(-t / 0.018)))
    skin = np.sin(2 * np.pi * sweep) + 0.35 * np.sin(2 * np.pi * 1.59 * sweep) * _decay(n, ring / 2)
    tone = skin * _decay(n, ring) + slap * _band(_noise(n, 300 + take), 900, 5200) * _decay(n, 0.006)
    tone[:12] *= np.linspace(0.0, 1.0, 12)
    return tone / np.abs(tone).max()


@cache
def sung(midi: float, seconds: float, vowel: str) -> Sound:
    """A sung vowel: harmonics of a gentle glottal slope under three formants, vibrato arriving late in the note."""
    n = int(seconds * RATE)
    t = np.arange(n) / RATE
    base = hertz(midi)
    vibrato = 0.0045 * np.clip((t - 0.18) / 0.25, 0.0, 1.0) * np.sin(2 * np.pi * 5.3 * t)
    scoop = -0.018 * np.exp(-t / 0.035)
    phase = 2 * np.pi * np.cumsum(base * (1.0 + vibrato + scoop)) / RATE
    # Harmonics from one sine and cosine by rotation: e^{ikφ} = (e^{iφ})^k.
    turn = np.exp(1j * phase)
    ring, tone = turn.copy(), np.zeros(n)
    for k in range(1, min(24, int(5200 / base)) + 1):
        f = base * k
        level = sum(g / (1.0 + ((f - c) / w) ** 2) for c, w, g in _VOWELS[vowel]) + 0.02
        tone += level * k**-0.55 * ring.imag
        ring *= turn
    breath = 0.012 * _band(_noise(n, 900), 2500, 7000)
    envelope = np.minimum(1.0, t / 0.05) * np.minimum(1.0, (seconds - t) / 0.12).clip(0.0)
    return (tone / np.abs(tone).max() + breath) * envelope

"""Instruments as short recordings: modes that ring, noise that scrapes. Every one comes in several takes.

A `Sound` knows where it is perceived to begin (`lead`): a scrape or a clap is placed so that this moment, not its first
sample, falls where the player meant it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

SR = 44100


@dataclass(frozen=True)
class Sound:
    """Samples, and how many of them go before the perceived onset."""

    samples: np.ndarray
    lead: int = 0


def hertz(midi: float) -> float:
    """Frequency of a MIDI pitch, A4 = 440 Hz."""
    return float(440.0 * 2.0 ** ((midi - 69) / 12))


def ring(frequency: float, decay_s: float, count: int) -> np.ndarray:
    """One mode struck at its first sample: a sine that decays to 1/e in `decay_s`."""
    radius = np.exp(-1.0 / (decay_s * SR))
    turn = 2 * np.pi * frequency / SR
    impulse = np.zeros(count)
    impulse[0] = 1.0
    return np.asarray(signal.lfilter([0.0, np.sin(turn)], [1.0, -2 * radius * np.cos(turn), radius**2], impulse))


def rings(partials: list[tuple[float, float, float]], seconds: float) -> np.ndarray:
    """Several modes (frequency, amplitude, decay) struck together; none above 16 kHz."""
    count = int(seconds * SR)
    out = np.zeros(count)
    for frequency, amplitude, decay in partials:
        if frequency < 16000:
            out += amplitude * ring(frequency, decay, count)
    return out


def band_noise(rng: np.random.Generator, count: int, low: float, high: float) -> np.ndarray:
    """White noise between two frequencies, unit peak."""
    sos = signal.butter(2, [low, min(high, SR * 0.48)], "bandpass", fs=SR, output="sos")
    noise = np.asarray(signal.sosfilt(sos, rng.standard_normal(count)))
    return noise / max(float(np.max(np.abs(noise))), 1e-9)


def _envelope(count: int, attack: int, decay_s: float) -> np.ndarray:
    t = np.arange(count)
    rise = np.sin(np.clip(t / max(attack, 1), 0, 1) * np.pi / 2) ** 2
    return rise * np.exp(-np.clip(t - attack, 0, None) / (decay_s * SR))


def _peak(samples: np.ndarray) -> np.ndarray:
    return (samples / max(float(np.max(np.abs(samples))), 1e-9)).astype(np.float32)


def scrape(rng: np.random.Generator, seconds: float, bright: float) -> Sound:
    """The güira: a fork drawn over metal bumps, so noise with a slow start, grained by the bumps it passes."""
    attack = int(rng.uniform(0.005, 0.009) * SR)
    count = int((seconds + 0.06) * SR)
    noise = band_noise(rng, count, 2800 * bright, 13000)
    bumps = 1 + 0.45 * np.sin(2 * np.pi * rng.uniform(210, 330) * np.arange(count) / SR + rng.random() * 6)
    body = noise * bumps * _envelope(count, attack, seconds * 0.45)
    return Sound(_peak(body), attack // 2)


def drum(rng: np.random.Generator, pitch: float, decay: float, slap: float, bend: float = 0.06) -> Sound:
    """A skin: inharmonic modes, the lowest bending down, and the noise of the hand."""
    count = int(min(6 * decay, 0.9) * SR)
    t = np.arange(count) / SR
    pitch *= 1 + rng.uniform(-0.012, 0.012)
    phase = 2 * np.pi * pitch * (t + bend * 0.02 * (1 - np.exp(-t / 0.02)))
    body = np.sin(phase) * np.exp(-t / decay)
    over = [
        (pitch * r, a * rng.uniform(0.7, 1.2), decay * d)
        for r, a, d in ((1.59, 0.45, 0.6), (2.14, 0.3, 0.45), (2.65, 0.15, 0.3))
    ]
    body += rings(over, count / SR)[:count]
    hand = band_noise(rng, count, 1200, 6500) * np.exp(-t / 0.006) * slap
    body[:24] *= np.linspace(0, 1, 24)
    return Sound(_peak(body + hand))


def bell(rng: np.random.Generator, mouth: bool) -> Sound:
    """Campana: mouth low and long, neck high and dry."""
    base = 545.0 if mouth else 830.0
    decay = 0.14 if mouth else 0.05
    partials = [
        (base * r * rng.uniform(0.998, 1.002), a, decay * d)
        for r, a, d in ((1, 1, 1), (1.52, 0.8, 0.8), (2.35, 0.5, 0.5), (3.2, 0.4, 0.4), (4.9, 0.3, 0.25))
    ]
    return Sound(_peak(rings(partials, 0.5)))


def clap(rng: np.random.Generator, hands: int) -> Sound:
    """Hands that nearly meet at once; the beat is where most of them do."""
    count = int(0.22 * SR)
    out = np.zeros(count)
    middle = int(0.012 * SR)
    for offset in np.sort(rng.normal(0, 0.005, hands)):
        at = max(0, middle + int(offset * SR))
        burst = band_noise(rng, count - at, 850, 3800) * np.exp(-np.arange(count - at) / (0.012 * SR))
        out[at:] += burst * rng.uniform(0.5, 1)
    return Sound(_peak(out), middle)


def kick(rng: np.random.Generator) -> Sound:
    """Drum machine: a sine that falls."""
    t = np.arange(int(0.3 * SR)) / SR
    low, click = 47 + rng.uniform(-1, 1), band_noise(rng, len(t), 1500, 5000) * np.exp(-t / 0.002)
    phase = 2 * np.pi * (low * t + 75 * 0.03 * (1 - np.exp(-t / 0.03)))
    return Sound(_peak(np.sin(phase) * np.exp(-t / 0.11) + 0.25 * click))


def snare(rng: np.random.Generator) -> Sound:
    """Drum machine: two modes and a wire."""
    t = np.arange(int(0.25 * SR)) / SR
    wire = band_noise(rng, len(t), 1400, 9000) * np.exp(-t / 0.07)
    return Sound(_peak(rings([(186, 0.7, 0.06), (331, 0.4, 0.04)], 0.25) + 0.8 * wire))


def metal(rng: np.random.Generator, decay: float) -> Sound:
    """Hi-hat or crash."""
    count = int(min(5 * decay, 3.0) * SR)
    return Sound(_peak(band_noise(rng, count, 5200, 15000) * _envelope(count, 40, decay)))


def string(rng: np.random.Generator, midi: int, bright: float, decay: float, pluck: float) -> Sound:
    """A plucked string: partials by where it is plucked, higher ones dying first, and the pick."""
    f = hertz(midi)
    stiff = 0.00012
    partials = []
    for n in range(1, 15):
        level = abs(np.sin(np.pi * n * pluck)) / n ** (2.0 - bright)
        life = decay * (220 / (f + 120)) ** 0.4 / (1 + 0.22 * n * (1.6 - bright))
        partials.append((f * n * np.sqrt(1 + stiff * n * n), level * rng.uniform(0.85, 1.1), life))
    seconds = min(3.2 * decay, 2.4)
    body = rings(partials, seconds)
    body[:40] *= np.linspace(0, 1, 40)
    pick = band_noise(rng, len(body), 1800, 7000) * np.exp(-np.arange(len(body)) / (0.004 * SR))
    return Sound(_peak(body / max(float(np.max(np.abs(body))), 1e-9) + (0.05 + 0.12 * bright) * pick))


def chop(rng: np.random.Generator, midi: int) -> Sound:
    """Strings struck under a damping hand."""
    count = int(0.12 * SR)
    body = rings([(hertz(midi) * n, 1 / n, 0.022) for n in range(1, 6)], 0.12)
    hand = band_noise(rng, count, 700, 5000) * np.exp(-np.arange(count) / (0.012 * SR))
    return Sound(_peak(_peak(body) + 0.5 * hand))


def bass_string(rng: np.random.Generator, midi: int) -> Sound:
    """Electric bass: warm, the finger heard a little."""
    f = hertz(midi)
    partials = [(f * n, 1 / n**1.5 * rng.uniform(0.85, 1.1), 1.1 / (0.6 + 0.4 * n)) for n in range(1, 9)]
    body = rings(partials, 2.6)
    body[:220] *= np.linspace(0, 1, 220) ** 0.7
    finger = band_noise(rng, len(body), 500, 2500) * np.exp(-np.arange(len(body)) / (0.006 * SR))
    return Sound(_peak(_peak(body) + 0.08 * finger))


def piano(rng: np.random.Generator, midi: int) -> Sound:
    """Hammered strings, slightly out of tune with one another."""
    f = hertz(midi)
    partials = [
        (f * n * np.sqrt(1 + 0.0003 * n * n) * d, 1 / n**1.25, 0.9 / (0.7 + 0.3 * n))
        for n in range(1, 11)
        for d in (0.9994, 1.0006)
    ]
    body = rings(partials, 2.0)
    body[:60] *= np.linspace(0, 1, 60)
    return Sound(
        _peak(body + 0.04 * np.max(np.abs(body)) * rng.standard_normal(len(body)) * np.exp(-np.arange(len(body)) / 200))
    )


def table_tone(midi: int, seconds: float, harmonics: int, slope: float, detune: tuple[float, ...]) -> np.ndarray:
    """A steady tone of harmonics falling as 1/n**slope, in several slightly detuned copies."""
    count = int(seconds * SR)
    f = hertz(midi)
    turn = np.arange(2048) * 2 * np.pi / 2048
    table = sum(np.sin(n * turn + n) / n**slope for n in range(1, harmonics + 1) if n * f < 9000)
    table = np.asarray(table, dtype=np.float32)
    t = np.arange(count)
    out = np.zeros(count, dtype=np.float32)
    for n, cents in enumerate(detune):
        phase = (t * (f * 2 ** (cents / 1200) * 2048 / SR) + 700 * n).astype(np.int64) & 2047
        out += table[phase]
    return out / max(float(np.max(np.abs(out))), 1e-9)

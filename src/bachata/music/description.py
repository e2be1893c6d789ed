"""128 numbers that say what a few seconds of sound are like, whoever plays them, in whatever key and however loud.

| block | numbers | what |
|---|---|---|
| timbre | 52 | cepstrum of the mel spectrum in dB: 20 means, 20 deviations, 12 deviations of its change |
| harmony | 18 | sizes of the Fourier terms of the pitch classes: a transposition leaves them alone (Harte 2006) |
| rhythm | 40 | self-similarity of the onsets (whole, bass, güira) at lags of 0.15 to 2.4 s, log-spaced |
| drive | 18 | hits a second and their contrast by band, dynamics, brightness |

Nothing here knows of beats: a span too short for a tempo still has a description.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.features import FPS, Features
from bachata.music.onsets import BANDS, Onsets, decibels, mel_centres, onsets

Array = NDArray[np.float64]

DIMENSIONS: Final = 128
BLOCKS: Final = {"timbre": 52, "harmony": 18, "rhythm": 40, "drive": 18}
"""Name and length of each block, in the order in which they stand."""

_CEPSTRA: Final = 20
_CHANGES: Final = 12
_LAGS: Final = (("strength", 20), ("low", 10), ("scrape", 10))  # how many lags of which onsets
_LAG_SECONDS: Final = (0.15, 2.4)  # a sixteenth at 100 BPM to a bar at 100 BPM
_BASS_TONES: Final = 24
_HIT: Final = 1.5  # deviations an onset rises to count as a hit
_GUIRA_HZ: Final = 5_000.0


def describe(features: Features) -> Array:
    """Shape (128,), unscaled: decibels, ratios and rates stand side by side. At least one second is needed."""
    heard = onsets(features)
    level = decibels(features.mel)
    return np.concatenate([_timbre(level), _harmony(features), _rhythm(heard), _drive(features, heard, level)])


def _timbre(level: Array) -> Array:
    from scipy.fft import dct

    cepstra = dct(level, type=2, axis=1, norm="ortho")[:, :_CEPSTRA]
    changes = np.diff(cepstra[:, :_CHANGES], axis=0)
    return np.concatenate([cepstra.mean(axis=0), cepstra.std(axis=0), changes.std(axis=0)])


def _harmony(features: Features) -> Array:
    tones = features.tones.astype(float)
    chords, bass = _classes(tones[:, _BASS_TONES:]), _classes(tones[:, :_BASS_TONES])
    moment = np.abs(np.fft.rfft(chords, axis=1))[:, 1:].mean(axis=0)
    song = np.abs(np.fft.rfft(chords.mean(axis=0)))[1:]
    low = np.abs(np.fft.rfft(bass.mean(axis=0)))[1:]
    return np.concatenate([moment, song, low])


def _classes(tones: Array) -> Array:
    """Pitch classes (frames, 12) of consecutive semitones, summing to 1 where anything sounds."""
    folded = np.stack([tones[:, k::12].sum(axis=1) for k in range(12)], axis=1)
    return np.asarray(folded / np.maximum(folded.sum(axis=1, keepdims=True), 1e-12))


def _rhythm(heard: Onsets) -> Array:
    envelopes = {"strength": heard.strength, **dict(zip(BANDS, heard.bands, strict=True))}
    return np.concatenate([_similarity(envelopes[name], count) for name, count in _LAGS])


def _similarity(envelope: Array, count: int) -> Array:
    """Autocorrelation at `count` log-spaced lags, -1..1; zero at lags the sound is too short for."""
    centred = envelope - envelope.mean()
    size = centred.size
    padded = 1 << (2 * size - 1).bit_length()
    products = np.fft.irfft(np.abs(np.fft.rfft(centred, padded)) ** 2)[:size]
    if products[0] <= 1e-12:
        return np.zeros(count)
    at = np.arange(size)
    correlation = products / products[0] * size / np.maximum(size - at, 1)
    lags = FPS * np.geomspace(*_LAG_SECONDS, count)
    return np.where(lags < 0.7 * size, np.clip(np.interp(lags, at, correlation), -1.0, 1.0), 0.0)


def _drive(features: Features, heard: Onsets, level: Array) -> Array:
    envelopes = [heard.strength, *heard.bands]
    seconds = heard.strength.size / FPS
    hits = [_peaks(envelope) / seconds for envelope in envelopes]
    contrast = [float(np.log1p(np.percentile(e, 95) / max(float(e.mean()), 1e-6))) for e in envelopes]
    loudness = level.mean(axis=1)
    low, middle, high = np.percentile(loudness, (10, 50, 90))
    second = max(1, round(FPS))
    slow = np.add.reduceat(loudness, np.arange(0, loudness.size, second)) / second
    swell = slow[:-1].std() if slow.size > 1 else 0.0  # of whole seconds; one alone does not swell
    power = features.mel.astype(float).mean(axis=0) + 1e-12
    share = power / power.sum()
    centres = np.log2(mel_centres())
    centre = float(share @ centres)
    shape = [
        centre,
        float(np.sqrt(share @ (centres - centre) ** 2)),
        float(np.exp(np.log(power).mean()) / power.mean()),  # flatness: 1 for noise, 0 for a tone
        float(np.log10(share[mel_centres() > _GUIRA_HZ].sum())),
    ]
    return np.array([*hits, *contrast, middle - low, high - middle, loudness.std(), swell, *shape])


def _peaks(envelope: Array) -> int:
    middle = envelope[1:-1]
    return int(np.count_nonzero((middle > _HIT) & (middle >= envelope[:-2]) & (middle > envelope[2:])))

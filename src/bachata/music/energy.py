"""How much is going on, count by count: loudness, strokes and the güira's drive, against the song itself."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.beatwise import per_beat
from bachata.music.features import FPS, Features
from bachata.music.onsets import mel_centres

Array = NDArray[np.float64]

_GUIRA_HZ: Final = 5_000.0  # reference section 4: the güira's strokes are what is heard above this
_QUIET_LOUD: Final = (5.0, 95.0)  # percentiles of the song that become 0 and 1
_LEAST_RANGE_DB: Final = 6.0  # a song flatter than this does not get its ripples blown up to 0..1
_SMOOTH: Final = 4  # a bar: one count's hits say little about the energy a dancer feels


def energy_curve(features: Features, beats: Array) -> Array:
    """Energy 0..1 of each count, shape (beats,), over a bar around it.

    A quarter loudness, half strokes of the whole band, a quarter strokes above 5 kHz, each in dB against the song. The
    güira alone misleads where a recording cuts it off, or where it rests and the others do not.
    """
    if beats.size == 0:
        return np.zeros(0)
    power = features.mel.astype(float)
    strokes = np.maximum(0.0, np.diff(power, axis=0, prepend=power[:1]))
    parts = ((power, 0.25), (strokes, 0.5), (strokes[:, mel_centres() > _GUIRA_HZ], 0.25))
    curves = [share * _spread(_calm(_decibels(per_beat(rows, FPS, beats, features.duration)))) for rows, share in parts]
    return np.asarray(np.sum(curves, axis=0))


def _decibels(bands: Array) -> Array:
    power = bands.sum(axis=1)
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-9 * max(float(power.max()), 1e-12))))


def _spread(values: Array) -> Array:
    low, high = np.percentile(values, _QUIET_LOUD)
    middle, width = (low + high) / 2, max(float(high - low), _LEAST_RANGE_DB)
    return np.asarray(np.clip((values - middle) / width + 0.5, 0.0, 1.0))


def _calm(values: Array) -> Array:
    padded = np.pad(values, (_SMOOTH // 2, _SMOOTH - 1 - _SMOOTH // 2), mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, _SMOOTH).mean(axis=1))

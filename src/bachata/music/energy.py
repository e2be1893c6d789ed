"""How much is going on, count by count: loudness and the density of onsets, against the song itself."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.beatwise import per_beat
from bachata.music.features import FPS, Features
from bachata.music.onsets import Onsets, mel_centres

Array = NDArray[np.float64]

_LOUDNESS_SHARE: Final = 0.65
_QUIET_LOUD: Final = (5.0, 95.0)  # percentiles of the song that become 0 and 1
_LEAST_RANGE_DB: Final = 6.0  # a song flatter than this does not get its ripples blown up to 0..1


def energy_curve(features: Features, heard: Onsets, beats: Array) -> Array:
    """Energy 0..1 of each count, shape (beats,): two thirds loudness in dB, one third onset density."""
    if beats.size == 0:
        return np.zeros(0)
    power = per_beat(features.mel * _ear(), FPS, beats, features.duration).sum(axis=1)
    loudness = 10.0 * np.log10(np.maximum(power, 1e-9 * max(float(power.max()), 1e-12)))
    busy = per_beat((heard.bands[2] + heard.bands[3] + heard.strength)[:, None], FPS, beats, features.duration)[:, 0]
    return np.clip(
        _LOUDNESS_SHARE * _spread(loudness, _LEAST_RANGE_DB) + (1 - _LOUDNESS_SHARE) * _spread(_calm(busy), 0.5),
        0.0,
        1.0,
    )


def _spread(values: Array, least: float) -> Array:
    low, high = np.percentile(values, _QUIET_LOUD)
    middle, width = (low + high) / 2, max(high - low, least)
    return np.asarray(np.clip((values - middle) / width + 0.5, 0.0, 1.0))


def _calm(values: Array) -> Array:
    """Mean over a bar: one count's hits say little about the energy a dancer feels."""
    padded = np.pad(values, (2, 1), mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 4).mean(axis=1)


def _ear() -> NDArray[np.float32]:
    """A-weighting of the mel bands, as power factors: bass is felt less than it measures."""
    f2 = mel_centres() ** 2
    gain = 12_194.0**2 * f2**2 / ((f2 + 20.6**2) * (f2 + 12_194.0**2) * np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2)))
    return np.asarray((1.2589 * gain) ** 2, dtype=np.float32)

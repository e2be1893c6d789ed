"""Where sounds begin: onset envelopes from the mel spectrum, whole and by band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bachata.music.features import FPS, MELS, Features
from bachata.music.mel import mel_frequencies

Array = NDArray[np.float64]

_FLOOR_DB = 70.0  # below the song's loudest band: noise, not music
BANDS = ("low", "mid", "high", "scrape")


@dataclass(frozen=True)
class Onsets:
    """Rising energy per frame at `FPS`, each scaled to unit standard deviation, never negative.

    strength: median-like aggregate over all bands (frames,); bands: (4, frames) for `BANDS`: low (bass), mid (bongo),
    high, and scrape (5–10 kHz, the güira).
    """

    strength: Array
    bands: Array


def onsets(features: Features) -> Onsets:
    """Half-wave rectified spectral flux of the log-mel spectrum (Bello et al. 2005), aggregated over bands."""
    level = decibels(features.mel)
    flux = np.maximum(0.0, np.diff(level, axis=0, prepend=level[:1]))
    edges = np.searchsorted(mel_centres(), (30.0, 160.0, 420.0, 2_000.0, 5_000.0, 10_000.0))
    low, mid, high, scrape = (
        flux[:, a:b].mean(axis=1)
        for a, b in ((edges[0], edges[1]), (edges[1], edges[2]), (edges[3] - 12, edges[3]), (edges[4], edges[5]))
    )
    whole = 0.5 * flux.mean(axis=1) + 0.5 * np.median(flux, axis=1)
    return Onsets(strength=_unit(whole), bands=np.stack([_unit(b) for b in (low, mid, high, scrape)]))


def decibels(power: NDArray[np.float32]) -> Array:
    """Decibels above a floor 70 dB under the loudest value; zero at and below the floor."""
    top = max(float(power.max(initial=0.0)), 1e-12)
    return np.asarray(10.0 * np.log10(np.maximum(power, top * 10 ** (-_FLOOR_DB / 10)) / top) + _FLOOR_DB, dtype=float)


def mel_centres() -> Array:
    """Centre frequency of each mel band in Hz."""
    return mel_frequencies(MELS + 2, 30.0, 11_025.0)[1:-1]


def _unit(envelope: Array) -> Array:
    """Local mean removed (one second around), rectified, scaled to unit deviation."""
    size = int(FPS) | 1
    padded = np.pad(envelope, size // 2, mode="edge")
    total = np.cumsum(np.concatenate([[0.0], padded]))
    local = (total[size:] - total[:-size]) / size
    lifted = np.maximum(0.0, envelope - local)
    deviation = float(lifted.std())
    return lifted / deviation if deviation > 1e-9 else np.zeros_like(lifted)

"""How far the beats can be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.beatwise import peak_near
from bachata.music.features import FPS
from bachata.music.onsets import Onsets

if TYPE_CHECKING:
    from bachata.music.grid import Grid

Array = NDArray[np.float64]

_STEPS: Final = 16  # points a beat is looked at
_LAGS: Final = (1, 2, 4, 8)  # beats, a bar, an eight
_FEW: Final = 16  # beats
_LOST: Final = 0.08  # share of beats expected to be off at which nothing is left of the confidence
_STRUCK: Final = 0.5  # deviations an onset rises at a beat that is played


def pulse(heard: Onsets, beats: Array) -> float:
    """How alike one beat is to the next, the next bar and the next eight: mean correlation, -1..1.

    Measured along the beats, so that drift does not blur it. Beats laid over speech or noise score below 0.04, music
    above 0.2 (measured on generated songs, 41 real clips, generated speech and noise).
    """
    if beats.size < 3 * _LAGS[-1] // 2:
        return 0.0
    at = np.interp(np.arange((beats.size - 1) * _STEPS) / _STEPS, np.arange(beats.size), beats)
    frames = np.arange(heard.strength.size) / FPS
    seen = np.log1p(np.stack([np.interp(at, frames, band) for band in (heard.strength, *heard.bands)]))
    seen -= seen.mean(axis=1, keepdims=True)
    total = []
    for lag in _LAGS:
        shift = lag * _STEPS
        if shift >= seen.shape[1] // 2:
            continue
        a, b = seen[:, shift:], seen[:, :-shift]
        total.append((a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1) + 1e-12))
    return float(np.median(np.mean(total, axis=0))) if total else 0.0


def alike(pulse_: float) -> float:
    """A pulse as a share: 0 where speech and noise lie, 1 for plainly repeating music."""
    return float(np.clip((pulse_ - 0.08) / 0.30, 0.0, 1.0))


def section_confidence(heard: Onsets, beats: Array, first: int, last: int) -> float:
    """0..1 for the beats first..last (exclusive): how well they repeat themselves, and the share of them struck.

    Fewer than four bars are judged with what surrounds them.
    """
    short = max(0, _FEW - (last - first))
    within = beats[max(0, first - (short + 1) // 2) : last + (short + 1) // 2]
    if within.size == 0:
        return 0.0
    struck = peak_near(heard.strength, FPS, within) > _STRUCK
    return round(alike(pulse(heard, within)) * min(1.0, float(struck.mean()) / 0.75), 4)


def beat_confidence(pulse_: float, grid: Grid) -> float:
    """0..1: the pulse, less when attacks are missing at the beats or scatter around them, and when many beats were
    placed by nothing that was heard."""
    tidy = float(np.clip((0.035 - grid.spread) / 0.020, 0.0, 1.0))
    placed = max(0.0, 1.0 - grid.lost / _LOST)
    return round(alike(pulse_) * tidy * min(1.0, grid.support / 0.75) * placed, 4)

"""The tempo curve: how long a beat is, second by second.

A comb over the autocorrelation of the onset envelope: a period is likely when one, two, three, four and eight of it
all find the envelope similar to itself. Viterbi through the windows follows drift and refuses jumps.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.features import FPS

Array = NDArray[np.float64]

SLOWEST, FASTEST = 60.0, 200.0
GRID: Final[Array] = SLOWEST * (FASTEST / SLOWEST) ** (np.arange(241) / 240.0)
"""Candidate tempos in BPM, half a percent apart."""

_TEETH: Final = ((1, 1.0), (2, 1.0), (3, 0.5), (4, 1.0), (8, 0.5))
_WINDOW_SECONDS: Final = 12.0
_STEP_SECONDS: Final = 2.0
PRIOR_BPM: Final = 125.0  # reference section 4: contemporary bachata 115–140, older slower
PRIOR_OCTAVES: Final = 0.45


def prior(bpm: Array) -> Array:
    """Log-normal likelihood of a tempo being felt as the beat, 1 at 125 BPM."""
    return np.asarray(np.exp(-0.5 * (np.log2(bpm / PRIOR_BPM) / PRIOR_OCTAVES) ** 2))


def comb_scores(strength: Array) -> tuple[Array, Array]:
    """(centres in frames, scores (windows, tempos)) without the prior; scores lie about in -1..1."""
    size = min(strength.size, round(_WINDOW_SECONDS * FPS))
    step = round(_STEP_SECONDS * FPS)
    starts = np.arange(0, max(1, strength.size - size + 1), step)
    padded = 1 << (2 * size - 1).bit_length()
    scores = np.zeros((starts.size, GRID.size))
    lags = 60.0 * FPS / GRID
    for row, start in enumerate(starts):
        piece = strength[start : start + size] - strength[start : start + size].mean()
        spectrum = np.fft.rfft(piece, padded)
        correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:size]
        if correlation[0] <= 0:
            continue
        correlation = correlation / correlation[0] * (size / np.maximum(size - np.arange(size), size * 0.2))
        total = np.zeros(GRID.size)
        for tooth, weight in _TEETH:
            reach = lags * tooth
            usable = reach < size * 0.8
            scores[row] += np.where(usable, weight * np.interp(reach, np.arange(size), correlation), 0.0)
            total = total + weight * usable
        scores[row] /= total
    return np.asarray(starts + size / 2.0, dtype=float), scores


def tempo_curve(strength: Array, *, around: float | None = None) -> Array:
    """BPM per frame along the likeliest path; `around` keeps it within 12 % of a given tempo."""
    centres, scores = comb_scores(strength)
    liking = scores + 0.25 * np.log(np.maximum(prior(GRID), 1e-3))
    if around is not None:
        liking = np.where(np.abs(np.log(GRID / around)) < 0.12, scores, -10.0)
    jump = (
        6.0 * np.abs(np.log(GRID[:, None] / GRID[None, :])) / 0.05
    )  # 5 % in a step costs as much as six clear windows
    best = liking[0].copy()
    back = np.zeros(liking.shape, int)
    for row in range(1, liking.shape[0]):
        options = best[:, None] - jump
        back[row] = options.argmax(axis=0)
        best = options.max(axis=0) + liking[row]
    path = np.zeros(liking.shape[0], int)
    path[-1] = int(best.argmax())
    for row in range(liking.shape[0] - 1, 0, -1):
        path[row - 1] = back[row, path[row]]
    return np.asarray(np.exp(np.interp(np.arange(strength.size), centres, np.log(GRID[path]))))

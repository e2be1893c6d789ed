"""From tapped beats to a beat grid: drift followed, gaps bridged, both ends reached, milliseconds true.

Raw beats sit on 11.6 ms frames and carry the tracker's slips. Each grid beat is first moved to the attack heard near
it, then all are smoothed by penalised least squares (Whittaker 1923, Eilers 2003): a straight line where the tempo is
steady, a slow curve where it drifts, and the tempo before and after carried on through silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.features import FINE_FPS, Features

Array = NDArray[np.float64]

LATENCY: Final = 0.0005
"""Seconds by which the attack curve's steepest rise trails the onset; measured with clicks, see tests."""

_REACH: Final = 0.045  # seconds either side of a beat in which its attack is looked for
_MIDDLE: Final = 0.020  # seconds either side of the steepest rise that make up one attack
_STIFFNESS: Final = (1e9, 1e6, 1e5, 1e4, 2e3)
"""Penalties tried, stiffest first; 1e4 follows changes slower than about 60 beats, 2e3 than 40."""


@dataclass(frozen=True)
class Grid:
    """Beat times in seconds, one per count without a hole; `spread` is the robust deviation of heard attacks, seconds;
    `support` the share of beats at which an attack was heard; `tempo` BPM over the whole song."""

    beats: Array
    spread: float
    support: float
    tempo: float


def regress(raw: Array, features: Features) -> Grid:
    """The grid behind `raw` beats (seconds, at least 4), over the audible part of the song."""
    index = number(raw)
    smooth, _ = _fit(index, raw, np.ones(raw.size))
    # Twice: the second look starts from the places the first one found.
    rise = attack_rise(features)
    for _ in range(2):
        every = np.arange(smooth.size)
        heard, weight = _attacks(smooth, rise)
        smooth, spread = _fit(every, heard, weight)
    _, weight = _attacks(smooth, rise)
    beats = extend(smooth - LATENCY, *audible(features))
    slope = float(np.polyfit(every, smooth, 1)[0])
    return Grid(beats, spread, float((weight > 0.1).mean()), 60.0 / slope)


def number(raw: Array) -> NDArray[np.int_]:
    """Which beat of the grid each raw beat is: missing beats leave gaps in the numbering."""
    steps = np.diff(raw)
    half = 8
    padded = np.pad(steps, half, mode="reflect" if steps.size > half else "edge")
    local = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)
    return np.concatenate([[0], np.cumsum(np.maximum(1, np.round(steps / local)).astype(int))])


def attack_rise(features: Features) -> Array:
    """How fast broadband energy grows, at FINE_FPS, never negative: growth in 6 ms against the mean energy around.

    Energy itself, not its logarithm: when several players strike one beat a few milliseconds apart, a logarithm hears
    only the first and puts the beat 3 to 8 ms early; energy finds their middle.
    """
    energy = np.convolve(features.attack.astype(float), np.ones(4) / 4, mode="same")
    size = int(0.6 * FINE_FPS)
    around = np.convolve(energy, np.ones(size) / size, mode="same")[: energy.size]
    around = np.maximum(around, 0.05 * np.percentile(around, 95) + 1e-12)
    rise = np.zeros_like(energy)
    rise[2:-2] = (energy[4:] - energy[:-4]) / around[2:-2]
    return np.maximum(0.0, 0.5 * rise)


def _attacks(beats: Array, rise: Array) -> tuple[Array, Array]:
    """Where the attack near each beat has its middle (seconds), and its weight 0..1; 0 where none was heard."""
    reach, half = round(_REACH * FINE_FPS), round(_MIDDLE * FINE_FPS)
    offsets = np.arange(-reach, reach + 1)
    at = np.round(beats * FINE_FPS).astype(int)[:, None] + offsets
    inside = (at >= 0) & (at < rise.size)
    window = np.where(inside, rise[np.clip(at, 0, rise.size - 1)], 0.0)
    best = (window * np.exp(-0.5 * (offsets / (0.6 * reach)) ** 2)).argmax(axis=1)
    close = np.where(np.abs(offsets[None, :] - offsets[best][:, None]) <= half, window, 0.0)
    time = (close * (at + 0.5)).sum(axis=1) / np.maximum(close.sum(axis=1), 1e-9) / FINE_FPS
    weight = np.clip(window[np.arange(beats.size), best] / 3.0, 0.0, 1.0)
    heard = weight > 0.1
    return np.where(heard, time, beats), np.where(heard, weight, 0.0)


def _fit(index: NDArray[np.int_], times: Array, weight: Array) -> tuple[Array, float]:
    """(grid of every index, robust residual in seconds): the stiffest curve that explains the beats as well as any."""
    tried = []
    for stiffness in _STIFFNESS:
        smooth, residual = _robust(index, times, weight, stiffness)
        tried.append((smooth, residual))
    least = min(residual for _, residual in tried)
    for smooth, residual in tried:
        if residual <= 1.08 * least + 0.0005:
            return smooth, residual
    return tried[-1]


def _robust(index: NDArray[np.int_], times: Array, weight: Array, stiffness: float) -> tuple[Array, float]:
    """Iteratively reweighted (Tukey's biweight) Whittaker smoothing."""
    trust = weight.copy()
    smooth = whittaker(index, times, trust, stiffness)
    scale = 0.0
    for _ in range(6):
        residual = times - smooth[index]
        known = weight > 0
        scale = 1.4826 * float(np.median(np.abs(residual[known]))) if known.any() else 0.0
        u = residual / (4.0 * max(scale, 0.002))
        trust = weight * np.where(np.abs(u) < 1, (1 - u**2) ** 2, 0.0)
        if np.count_nonzero(trust) < 3:
            break
        smooth = whittaker(index, times, trust, stiffness)
    return smooth, scale


def whittaker(index: NDArray[np.int_], times: Array, weight: Array, stiffness: float) -> Array:
    """Least squares through `times` at integer `index`, penalising second differences of the whole grid."""
    from scipy.linalg import solveh_banded

    size = int(index[-1]) + 1
    base = float(times[0])
    right = np.bincount(index, weight * (times - base), minlength=size)
    # Upper bands of W + stiffness * D'D, D the second difference: 1 -2 1.
    bands = np.zeros((3, size))
    bands[2] = np.bincount(index, weight, minlength=size)
    for shift, square in enumerate((1.0, 4.0, 1.0)):
        bands[2, shift : size - 2 + shift] += stiffness * square
    bands[1, 1:-1] -= 2.0 * stiffness
    bands[1, 2:] -= 2.0 * stiffness
    bands[0, 2:] += stiffness
    return np.asarray(base + solveh_banded(bands, right))


def audible(features: Features) -> tuple[float, float]:
    """First and last second at which the song is heard: within 45 dB of its loud parts."""
    energy = features.attack.astype(float)
    size = max(1, int(0.05 * FINE_FPS))
    level = np.convolve(energy, np.ones(size) / size, mode="same")
    loud = np.flatnonzero(level > 10 ** (-4.5) * float(np.percentile(level, 95)))
    return (0.0, features.duration) if loud.size == 0 else (loud[0] / FINE_FPS, (loud[-1] + 1) / FINE_FPS)


def extend(beats: Array, first: float, last: float) -> Array:
    """The grid carried on to both ends of [first, last] with the beat length of the nearest 16 beats."""
    reach = min(16, beats.size - 1)
    lead, tail = (beats[reach] - beats[0]) / reach, (beats[-1] - beats[-1 - reach]) / reach
    slack = 0.03  # an attack rises for a moment after its beat
    before = beats[0] - lead * np.arange(max(0, int((beats[0] - first + slack) / lead)), 0, -1)
    after = beats[-1] + tail * np.arange(1, max(0, int((last - beats[-1]) / tail)) + 1)
    joined = np.concatenate([before, beats, after])
    return joined[(joined >= max(0.0, first - slack)) & (joined <= last)]

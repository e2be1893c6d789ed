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

from bachata.music.beatwise import peak_near
from bachata.music.features import FINE_FPS, FPS, Features
from bachata.music.onsets import Onsets

Array = NDArray[np.float64]

LATENCY: Final = 0.0026
"""Seconds by which the attack curve's steepest rise trails the onset; measured with clicks, see tests."""

_QUIET: Final = 0.1  # energy, against the loud parts, below which an attack counts for less
_REACH: Final = 0.045  # seconds either side of a beat in which its attack is looked for
_MIDDLE: Final = 0.020  # seconds either side of the steepest rise that make up one attack
_AUDIBLE_DB: Final = 30.0
_NEIGHBOURS: Final = 9  # beats that decide together whether the music has a beat here
_CARRIED: Final = 0.4  # of the song's usual onset at a beat
_FEW: Final = 4  # attacks that cannot hold a grid
_CLIP_BEATS: Final = 48  # fewer beats than this do not show a drift
_CUTOFFS: Final = (np.inf, 250.0, 150.0, 90.0, 60.0, 40.0, 30.0)
"""Periods in beats, stiffest (a straight line) first: a tempo wavering more slowly than this is followed, faster is
taken for jitter."""


@dataclass(frozen=True)
class Grid:
    """Beat times in seconds, one per count without a hole; `spread` is the robust deviation of heard attacks, seconds;
    `support` the share of beats at which an attack was heard; `tempo` BPM over the whole song."""

    beats: Array
    spread: float
    support: float
    tempo: float


def regress(raw: Array, features: Features, heard: Onsets) -> Grid:
    """The grid behind `raw` beats (seconds, at least 4), over the audible part of the song."""
    rise = attack_rise(features)
    carried = _carried(raw, heard)
    kept = raw[carried]
    index = number(raw)[carried]
    index -= index[0]
    smooth, spread = _fit(index, kept, np.ones(kept.size))
    every = np.arange(smooth.size)
    # Twice: the second look starts from the places the first one found.
    for _ in range(2):
        attacks, weight = _attacks(smooth, rise)
        if np.count_nonzero(weight) < _FEW:
            break
        smooth, spread = _fit(every, attacks, weight)
    _, weight = _attacks(smooth, rise)
    beats = extend(smooth - LATENCY, *audible(features))
    slope = float(np.polyfit(np.arange(beats.size), beats, 1)[0])
    return Grid(beats, spread, float((weight > 0.1).mean()), 60.0 / slope)


def _carried(raw: Array, heard: Onsets) -> NDArray[np.bool_]:
    """Which raw beats the music carries: in a beatless intro the tracker taps on regardless, and taps wrong."""
    strength = peak_near(heard.strength, FPS, raw)
    half = _NEIGHBOURS // 2
    padded = np.pad(strength, half, mode="edge")
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)
    carried = around > _CARRIED * np.median(strength)
    return carried if np.count_nonzero(carried) >= 4 else np.ones(raw.size, bool)


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
    size = int(0.6 * FINE_FPS)
    rise = np.zeros(features.attack.shape[0])
    for column in features.attack.T.astype(float):
        energy = np.convolve(column, np.ones(4) / 4, mode="same")
        around = np.convolve(energy, np.ones(size) / size, mode="same")[: energy.size]
        around = np.maximum(around, _QUIET * np.percentile(around, 95) + 1e-12)
        rise[2:-2] += np.maximum(0.0, 0.5 * (energy[4:] - energy[:-4]) / around[2:-2])
    return rise


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
    """(grid of every index, robust residual in seconds): the curve with the best Akaike criterion."""
    best: tuple[float, Array, float] | None = None
    for cutoff in _CUTOFFS if index[-1] > _CLIP_BEATS else _CUTOFFS[:1]:
        smooth, residual = _robust(index, times, weight, cutoff)
        freedom = 3.0 + 2.0 * smooth.size / cutoff
        cost = float(weight.sum()) * np.log(residual**2 + 1e-7) + 2.0 * freedom
        if best is None or cost < best[0]:
            best = (cost, smooth, residual)
    assert best is not None
    return best[1], best[2]


def _robust(index: NDArray[np.int_], times: Array, weight: Array, cutoff: float) -> tuple[Array, float]:
    """Iteratively reweighted (Tukey's biweight) Whittaker smoothing."""
    trust, scale = weight, 0.0
    smooth = whittaker(index, times, trust, cutoff)
    known = weight > 0
    for _ in range(5):
        residual = times - smooth[index]
        scale = 1.4826 * float(np.median(np.abs(residual[known]))) if known.any() else 0.0
        u = residual / (4.0 * max(scale, 0.002))
        trust = weight * np.where(np.abs(u) < 1, (1 - u**2) ** 2, 0.0)
        if np.count_nonzero(trust) < _FEW:
            break
        smooth = whittaker(index, times, trust, cutoff)
    return smooth, scale


def whittaker(index: NDArray[np.int_], times: Array, weight: Array, cutoff: float) -> Array:
    """Least squares through `times` at integer `index`, penalising third differences: a steady tempo, and one that
    changes steadily, are free; wavering faster than `cutoff` beats is smoothed away. Shape (last index + 1,)."""
    from scipy.linalg import solveh_banded

    size = int(index[-1]) + 1
    # Departures from a straight line are small numbers: the stiff system keeps its precision.
    line = np.polyval(np.polyfit(index, times, 1, w=np.sqrt(weight)), np.arange(size))
    if not np.isfinite(cutoff):
        return np.asarray(line)
    scale = weight.size / max(float(weight.sum()), 1e-9)
    stiffness = (1.0 / (2.0 * np.sin(np.pi / cutoff))) ** 6
    right = np.bincount(index, scale * weight * (times - line[index]), minlength=size)
    # Upper bands of W + stiffness * D'D, D the third difference: -1 3 -3 1.
    bands = np.zeros((4, size))
    bands[3] = np.bincount(index, scale * weight, minlength=size) + 1e-6
    difference = np.array([-1.0, 3.0, -3.0, 1.0])
    for lag in range(4):
        for k in range(4 - lag):
            bands[3 - lag, k + lag : size - 3 + k + lag] += stiffness * difference[k] * difference[k + lag]
    return np.asarray(line + solveh_banded(bands, right))


def audible(features: Features) -> tuple[float, float]:
    """First and last second at which the song is heard: within `_AUDIBLE_DB` of its loud parts."""
    energy = features.attack[:, 0].astype(float)
    size = max(1, int(0.05 * FINE_FPS))
    level = np.convolve(energy, np.ones(size) / size, mode="same")
    loud = np.flatnonzero(level > 10 ** (-_AUDIBLE_DB / 10) * float(np.percentile(level, 95)))
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

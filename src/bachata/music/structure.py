"""Where the band changes what it plays: one row per bar, and the partition of the bars that explains them best.

Sections are cut with it, and count 1 is told from count 5 with it: sections begin on multiples of eight counts, so the
phase whose partition explains more is the likelier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.beatwise import span_means
from bachata.music.features import FPS, Features
from bachata.music.onsets import Onsets, decibels

Array = NDArray[np.float64]

BAR: Final = 4
_STEPS: Final = 4  # sixteenths of a beat at which each band's hits are compared
_BREAK_DB: Final = 9.0  # this much under the song's median a bar is a break, not a section
_CLIP: Final = 4.0  # ripples by which one column of one bar may differ at most
PENALTY: Final = 2.5
"""Price of a boundary, in units of the columns' total ripple: higher means fewer, longer sections."""


@dataclass(frozen=True)
class Bars:
    """`rows` (bars, columns), each column scaled to its ripple from bar to bar; `weight` (bars,) 0 for a break."""

    rows: Array
    weight: Array


def bars(features: Features, heard: Onsets, beats: Array, phase: int) -> Bars:
    """Timbre and rhythm of each whole bar that starts at beats[phase], beats[phase + 4], ..."""
    edges = beats[phase::BAR]
    level = decibels(features.mel)
    timbre = span_means(level, FPS, edges[:-1], edges[1:])
    coarse = timbre.reshape(timbre.shape[0], -1, 4).mean(axis=2)
    rows = np.concatenate([coarse, _rhythm(heard, beats, phase, edges.size - 1)], axis=1)
    loudness = timbre.mean(axis=1)
    weight = (loudness > np.median(loudness) - _BREAK_DB).astype(float)
    return Bars(_scaled(rows, weight), weight)


def _rhythm(heard: Onsets, beats: Array, phase: int, count: int) -> Array:
    """Hits of each band on the beat, its half and its quarters, averaged over the bar; shape (bars, bands * steps)."""
    starts, lengths = beats[:-1], np.diff(beats)
    columns = []
    for step in range(_STEPS):
        frames = np.round((starts + lengths * step / _STEPS) * FPS).astype(int)
        near = np.clip(frames[:, None] + np.arange(-2, 3), 0, heard.bands.shape[1] - 1)
        hits = heard.bands[:, near].max(axis=2)[:, phase : phase + BAR * count]
        columns.append(hits.reshape(hits.shape[0], count, BAR).mean(axis=2).T)
    return np.concatenate(columns, axis=1)


def _scaled(rows: Array, weight: Array) -> Array:
    """Columns centred and divided by their ripple, the robust deviation between bars two apart."""
    known = rows[weight > 0]
    if known.shape[0] < 4:
        return np.zeros_like(rows)
    centred = rows - np.median(known, axis=0)
    step = np.abs(known[2:] - known[:-2])
    ripple = 1.4826 / np.sqrt(2) * np.median(step, axis=0)
    ripple = np.maximum(ripple, 0.25 * known.std(axis=0) + 1e-6)
    return np.asarray(np.clip(centred / ripple, -3 * _CLIP, 3 * _CLIP))


def partition(
    bars_: Bars, allowed: NDArray[np.bool_], *, shortest: int, penalty: float = PENALTY
) -> tuple[list[int], float]:
    """(cuts from 0 to the number of bars, cost): least squares within parts plus a price for each boundary.

    Optimal partitioning (Jackson et al. 2005) with boundaries only where `allowed`, parts at least `shortest` bars
    except the first and last.
    """
    rows, weight = bars_.rows, bars_.weight
    size = rows.shape[0]
    total = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows * weight[:, None], axis=0)])
    square = np.concatenate([[0.0], np.cumsum((rows**2).sum(axis=1) * weight)])
    mass = np.concatenate([[0.0], np.cumsum(weight)])
    price = penalty * rows.shape[1]

    ends = [*np.flatnonzero(allowed[1:size]) + 1, size]
    best = {0: -price}
    back = {0: 0}
    for end in ends:
        begin = np.array([b for b in best if b == 0 or end == size or end - b >= shortest])
        within = square[end] - square[begin]
        within -= ((total[end] - total[begin]) ** 2).sum(axis=1) / np.maximum(mass[end] - mass[begin], 1e-9)
        cost = np.array([best[int(b)] for b in begin]) + within + price
        pick = int(cost.argmin())
        best[end], back[end] = float(cost[pick]), int(begin[pick])
    cuts = [size]
    while cuts[-1] > 0:
        cuts.append(back[cuts[-1]])
    return cuts[::-1], best[size]


def parity_costs(bars_: Bars) -> tuple[float, float]:
    """Cost of the best partition with boundaries on even bars, and on odd bars."""
    at = np.arange(bars_.rows.shape[0])
    return tuple(partition(bars_, at % 2 == parity, shortest=4)[1] for parity in (0, 1))  # type: ignore[return-value]

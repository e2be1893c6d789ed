"""From tapped beats to a beat grid: drift followed, gaps bridged, both ends reached, milliseconds true.

Raw beats sit on 11.6 ms frames and carry the tracker's slips. Their longest steady run is carried on through the song
(`walk`), each beat on the attack heard near it; then all are smoothed by penalised least squares (Whittaker 1923,
Eilers 2003): a straight line where the tempo is steady, a slow curve where it drifts, and through silence the tempo
before and after.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.attacks import Attacks
from bachata.music.beats import Tracked
from bachata.music.beatwise import peak_near
from bachata.music.confidence import pulse
from bachata.music.features import FINE_FPS, FPS, Features
from bachata.music.onsets import Onsets
from bachata.music.turns import Harmonies
from bachata.music.walk import Clues, Walked, walk

Array = NDArray[np.float64]

LATENCY: Final = 0.0026
"""Seconds by which the attack curve's steepest rise trails the onset; measured with clicks, see tests."""

_AUDIBLE_DB: Final = 30.0
_NEIGHBOURS: Final = 9  # beats that decide together whether the music has a beat here
_CARRIED: Final = 0.4  # of the song's usual onset at a beat
_STRUCK: Final = 0.15  # of it, below which a single beat tells nothing
_SIDE: Final = 10  # beats compared on either side of a possible slip
_SLIP: Final = 0.15  # of a beat: more than any player's jitter makes of it
_GAP: Final = 6  # beats without music that set those before apart from those after
_SLACK: Final = 0.03  # seconds: an attack rises for a moment after its beat
_CANDOUR: Final = 2.0  # times the deviation predictions and turns claim is what they have; measured on generated songs
_HIT: Final = 0.070  # seconds; the field's window for a beat that was found
_FEW: Final = 4  # attacks that cannot hold a grid
_CLIP_BEATS: Final = 48  # fewer beats than this do not show a drift
_CUTOFFS: Final = (np.inf, 250.0, 150.0, 90.0, 60.0, 40.0, 30.0)
"""Periods in beats, stiffest (a straight line) first: a tempo wavering more slowly than this is followed, faster is
taken for jitter."""


@dataclass(frozen=True)
class Grid:
    """Beat times in seconds, one per count without a hole; `spread` is the robust deviation of heard attacks, seconds;
    `support` the share of beats at which an attack was heard; `lost` the share expected to be off by more than 70 ms,
    for nothing told where they lie; `tempo` BPM over the whole song."""

    beats: Array
    spread: float
    support: float
    lost: float
    tempo: float


NO_GRID: Final = Grid(np.zeros(0), 0.0, 0.0, 0.0, 0.0)
"""Of what has no beats."""


def regress(tracked: Tracked, features: Features, heard: Onsets) -> Grid:
    """The grid behind raw beats, at least 4, over the audible part of the song.

    Begun once from the steadiest run of raw beats and once from all of them: what repeats itself better is kept.
    """
    attacks = Attacks.of(features, heard)
    clues = Clues(attacks, Harmonies.of(features), tracked.finer[_struck(tracked.finer, heard)])
    first, last = audible(features)

    def carried_on(index: NDArray[np.int_], times: Array) -> Grid:
        smooth, _ = _fit(index, times, np.ones(times.size))
        begun = Walked.begun(*attacks.near(smooth))
        return _grid(walk(begun, clues, first - _SLACK, last), attacks, first, last)

    index, times = _in_music(tracked.beats, heard)
    run = steady(index, times)
    grid = carried_on(index[run] - index[run][0], times[run])
    if times[run].size == times.size:
        return grid
    other = carried_on(index - index[0], times)
    return other if pulse(heard, other.beats) > pulse(heard, grid.beats) else grid


def _grid(walked: Walked, attacks: Attacks, first: float, last: float) -> Grid:
    from scipy.special import erfc

    every = np.arange(walked.times.size)
    smooth, spread = _fit(every, walked.times, walked.weight, walked.struck)
    # Once more from the places found; where nothing is struck there, what the walk knew stands.
    found, weight = attacks.near(smooth)
    again = walked.struck & (weight > 0)
    times, weight = np.where(again, found, walked.times), np.where(again, weight, walked.weight)
    smooth, spread = _fit(every, times, weight, walked.struck)
    _, weight = attacks.near(smooth)
    beats = smooth - LATENCY
    audible_ = (beats >= max(0.0, first - _SLACK)) & (beats <= last)
    beats = beats[audible_]
    if beats.size < 2:
        return NO_GRID
    slope = float(np.polyfit(np.arange(beats.size), beats, 1)[0])
    lost = float(erfc(_HIT / (np.sqrt(2) * _CANDOUR * walked.doubt[audible_])).mean())
    return Grid(beats, spread, float((weight > 0.1).mean()), lost, 60.0 / slope)


def _in_music(raw: Array, heard: Onsets) -> tuple[NDArray[np.int_], Array]:
    """(numbers, seconds) of the raw beats that the music carries."""
    carried = _carried(raw, heard)
    index, times = number(raw)[carried], raw[carried]
    kept = _in_company(index)
    return index[kept], times[kept]


def steady(index: NDArray[np.int_], times: Array) -> slice:
    """The longest run of numbered beats (seconds) in which none slips."""
    off = np.abs([_slip(index, times, i) for i in range(times.size)])
    peaks = [i for i in np.flatnonzero(off > _SLIP) if off[i] == off[max(0, i - _SIDE // 2) : i + _SIDE // 2 + 1].max()]
    runs = list(pairwise([0, *(int(i) for i in peaks), times.size]))
    first, last = max(runs, key=lambda run: run[1] - run[0])
    # A slip takes several beats: those beside it are on their way already.
    first, last = first + _SIDE * (first > 0), last - _SIDE * (last < times.size)
    return slice(first, last) if last - first >= _SIDE else slice(0, times.size)


def _in_company(index: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Which beats stand among others: a few alone, far from the rest, say nothing of how many lie between."""
    group = np.concatenate([[0], np.cumsum(np.diff(index) > _GAP)])
    kept = np.bincount(group)[group] >= _SIDE
    return kept if kept.any() else np.ones(index.size, bool)


def _slip(index: NDArray[np.int_], times: Array, i: int) -> float:
    """By how much of a beat the beats from i on lie off those before it: least squares for a parabola with one step."""
    first, last = max(0, i - _SIDE), min(times.size, i + _SIDE)
    if min(i - first, last - i) < _FEW:
        return 0.0
    at = index[first:last] - index[i]
    model = np.stack([np.ones(at.size), at, at**2, (at >= 0)], axis=1).astype(float)
    (_, beat, _, step), *_ = np.linalg.lstsq(model, times[first:last], rcond=None)
    return float(step / beat)


def _carried(raw: Array, heard: Onsets) -> NDArray[np.bool_]:
    """Which raw beats the music carries: where nothing is struck the tracker taps on regardless, and taps wrong."""
    strength = peak_near(heard.strength, FPS, raw)
    half = _NEIGHBOURS // 2
    padded = np.pad(strength, half, mode="edge")
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)
    carried = (around > _CARRIED * np.median(strength)) & _struck(raw, heard)
    return carried if np.count_nonzero(carried) >= 4 else np.ones(raw.size, bool)


def _struck(raw: Array, heard: Onsets) -> NDArray[np.bool_]:
    """At which raw beats something is struck, however softly."""
    strength = peak_near(heard.strength, FPS, raw)
    return np.asarray(strength > _STRUCK * np.median(strength))


def number(raw: Array) -> NDArray[np.int_]:
    """Which beat of the grid each raw beat is: missing beats leave gaps in the numbering."""
    steps = np.diff(raw)
    half = 8
    padded = np.pad(steps, half, mode="reflect" if steps.size > half else "edge")
    local = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)
    return np.concatenate([[0], np.cumsum(np.maximum(1, np.round(steps / local)).astype(int))])


def _fit(
    index: NDArray[np.int_], times: Array, weight: Array, struck: NDArray[np.bool_] | None = None
) -> tuple[Array, float]:
    """(grid of every index, robust residual in seconds): the curve with the best Akaike criterion.

    Beats not `struck` (all are, by default) are known by other means: none of them is an outlier.
    """
    struck = np.ones(times.size, bool) if struck is None else struck
    best: tuple[float, Array, float] | None = None
    for cutoff in _CUTOFFS if index[-1] > _CLIP_BEATS else _CUTOFFS[:1]:
        smooth, residual = _robust(index, times, weight, cutoff, struck)
        freedom = 3.0 + 2.0 * smooth.size / cutoff
        cost = float(weight[struck].sum()) * np.log(residual**2 + 1e-7) + 2.0 * freedom
        if best is None or cost < best[0]:
            best = (cost, smooth, residual)
    assert best is not None
    return best[1], best[2]


def _robust(
    index: NDArray[np.int_], times: Array, weight: Array, cutoff: float, struck: NDArray[np.bool_]
) -> tuple[Array, float]:
    """Iteratively reweighted (Tukey's biweight) Whittaker smoothing."""
    trust, scale = weight, 0.0
    smooth = whittaker(index, times, trust, cutoff)
    known = struck & (weight > 0)
    for _ in range(5):
        residual = times - smooth[index]
        scale = 1.4826 * float(np.median(np.abs(residual[known]))) if known.any() else 0.0
        u = residual / (4.0 * max(scale, 0.002))
        trust = weight * np.where(struck, np.where(np.abs(u) < 1, (1 - u**2) ** 2, 0.0), 1.0)
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

"""The parts of the song, cut on eight-counts: where the band's playing changes, and what each part is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.beatwise import span_means
from bachata.music.counts import COUNTS
from bachata.music.document import Label, Section
from bachata.music.features import FPS, Features
from bachata.music.onsets import Onsets, decibels

Array = NDArray[np.float64]

_SHORTEST: Final = 2  # eight-counts; a one-phrase section is a fill
_PENALTY: Final = 0.35
"""What one more boundary must explain, in units of the spread between neighbouring eight-counts times log(n)."""


@dataclass(frozen=True)
class _Part:
    first: int  # block index
    last: int  # one past
    energy: float
    look: Array


def find_sections(features: Features, heard: Onsets, beats: Array, count_one: int, energy: Array) -> list[Section]:
    """Sections that tile [0, duration], each starting on a count 1 except the first. At least one."""
    duration = features.duration
    starts = beats[count_one::COUNTS]
    if starts.size < 2 * _SHORTEST:
        mean = float(energy.mean()) if energy.size else 0.0
        return [Section(start=0.0, end=duration, label="verse", energy=round(mean, 4), confidence=0.0)]
    edges = np.append(starts, min(duration, starts[-1] + (starts[-1] - starts[-2])))
    # A last eight-count that is hardly begun belongs to the one before it.
    if duration - starts[-1] < 0.5 * (starts[-1] - starts[-2]):
        edges = np.append(starts[:-1], duration)
    look = _blocks(features, heard, edges)
    cuts = _segment(look)
    parts = [
        _Part(a, b, _mean_energy(energy, beats, edges[a], edges[b]), look[a:b].mean(axis=0))
        for a, b in zip(cuts[:-1], cuts[1:], strict=True)
    ]
    labels = _name(parts)
    times = [0.0, *(float(edges[part.first]) for part in parts[1:]), duration]
    return [
        Section(
            start=round(times[i], 4),
            end=round(times[i + 1], 4),
            label=labels[i],
            energy=round(part.energy, 4),
            confidence=round(_distinct(parts, i, look), 4),
        )
        for i, part in enumerate(parts)
    ]


def _blocks(features: Features, heard: Onsets, edges: Array) -> Array:
    """One row per eight-count: timbre and the rhythm of each band in half counts; columns scaled by their ripple."""
    timbre = span_means(decibels(features.mel), FPS, edges[:-1], edges[1:]) / 6.0
    coarse = timbre.reshape(timbre.shape[0], -1, 3).mean(axis=2)
    halves = np.linspace(0.0, 1.0, 4 * COUNTS + 1)
    columns = []
    for step in range(4):
        # Quarter steps of a count, averaged over the eight: eighths and sixteenths of the güira show here.
        at = edges[:-1, None] + (edges[1:] - edges[:-1])[:, None] * halves[step::4][None, :COUNTS]
        frames = np.clip(np.round(at * FPS).astype(int), 0, heard.bands.shape[1] - 3)
        hits = np.maximum(np.maximum(heard.bands[:, frames - 1], heard.bands[:, frames]), heard.bands[:, frames + 1])
        columns.append(hits.mean(axis=2).T)
    rows = np.concatenate([coarse, *columns], axis=1)
    return np.asarray(rows - rows.mean(axis=0))


def _segment(look: Array) -> list[int]:
    """Optimal partition (Jackson et al. 2005): least squares within parts plus a penalty for each boundary."""
    size = look.shape[0]
    steps = np.diff(look, axis=0)
    ripple = 0.5 * float(np.median((steps**2).sum(axis=1))) + 1e-9
    penalty = _PENALTY * ripple * np.log(size) * 4.0
    total = np.concatenate([np.zeros((1, look.shape[1])), np.cumsum(look, axis=0)])
    square = np.concatenate([[0.0], np.cumsum((look**2).sum(axis=1))])

    best = np.full(size + 1, np.inf)
    best[0] = -penalty
    back = np.zeros(size + 1, int)
    for end in range(_SHORTEST, size + 1):
        begin = np.arange(0, end - _SHORTEST + 1)
        length = end - begin
        within = square[end] - square[begin] - ((total[end] - total[begin]) ** 2).sum(axis=1) / length
        cost = best[begin] + within + penalty
        back[end] = int(cost.argmin())
        best[end] = cost[back[end]]
    cuts = [size]
    while cuts[-1] > 0:
        cuts.append(int(back[cuts[-1]]))
    return cuts[::-1]


def _mean_energy(energy: Array, beats: Array, start: float, end: float) -> float:
    inside = (beats >= start - 1e-6) & (beats < end - 1e-6)
    return float(energy[inside].mean()) if inside.any() else 0.0


def _name(parts: list[_Part]) -> list[Label]:
    """Labels by place, energy and return: the loud part that comes back is the chorus."""
    labels: list[Label] = ["verse"] * len(parts)
    if len(parts) == 1:
        return labels
    lengths = np.array([p.last - p.first for p in parts])
    energies = np.array([p.energy for p in parts])
    middle = float(np.average(energies, weights=lengths))
    inner = list(range(len(parts)))
    if len(parts) >= 3:
        if energies[0] < middle or lengths[0] <= lengths.sum() / 8:
            labels[0] = "intro"
            inner.remove(0)
        if energies[-1] < middle or lengths[-1] <= lengths.sum() / 8:
            labels[-1] = "outro"
            inner.remove(len(parts) - 1)
    families = _families(parts, inner)
    strength = {f: float(np.average(energies[m], weights=lengths[m])) for f, m in families.items()}
    returning = [f for f, members in families.items() if len(members) > 1]
    loud = [f for f in returning if strength[f] >= middle] or returning or list(families)
    chorus = max(loud, key=lambda f: strength[f]) if len(families) > 1 else None
    for family, members in families.items():
        for i in members:
            labels[i] = "chorus" if family == chorus else _other(family, members, i, chorus, strength, len(parts))
    return labels


def _other(family: int, members: list[int], i: int, chorus: int | None, strength: dict[int, float], size: int) -> Label:
    once_and_late = len(members) == 1 and i >= size / 3
    unlike_verse = chorus is not None and (strength[family] >= strength[chorus] or i > size / 2)
    return "bridge" if once_and_late and unlike_verse else "verse"


def _families(parts: list[_Part], inner: list[int]) -> dict[int, list[int]]:
    """Parts that sound alike, by single linkage below half the typical distance."""
    families: dict[int, list[int]] = {}
    if not inner:
        return families
    looks = np.stack([parts[i].look for i in inner])
    distance = np.linalg.norm(looks[:, None] - looks[None, :], axis=2)
    apart = distance[np.triu_indices(len(inner), 1)]
    limit = 0.5 * float(apart.max()) if apart.size else 0.0
    for row, i in enumerate(inner):
        home = next((f for f, m in families.items() if min(distance[row, inner.index(j)] for j in m) <= limit), i)
        families.setdefault(home, []).append(i)
    return families


def _distinct(parts: list[_Part], i: int, look: Array) -> float:
    """0..1: how far this part is from its neighbours against the ripple inside it."""
    own = look[parts[i].first : parts[i].last]
    inside = float(np.sqrt(((own - parts[i].look) ** 2).sum(axis=1).mean())) + 1e-9
    near = [float(np.linalg.norm(parts[j].look - parts[i].look)) for j in (i - 1, i + 1) if 0 <= j < len(parts)]
    return float(1.0 - np.exp(-min(near) / (2.0 * inside))) if near else 0.0

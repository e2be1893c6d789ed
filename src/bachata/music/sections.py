"""The parts of the song, cut on eight-counts: where the band's playing changes, and what each part is called."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.confidence import section_confidence
from bachata.music.document import Label, Section
from bachata.music.features import Features
from bachata.music.grooves import groove
from bachata.music.onsets import Onsets
from bachata.music.structure import BAR, Bars, bars, partition

Array = NDArray[np.float64]

_SHORTEST: Final = 4  # bars: a section of one eight-count is a fill
_ALIKE: Final = 0.55  # share of the largest distance between parts below which two count as the same music


@dataclass(frozen=True)
class Part:
    """Bars first..last (exclusive) of the song, their mean energy and what they sound like."""

    first: int
    last: int
    energy: float
    look: Array

    @property
    def length(self) -> int:
        """In bars."""
        return self.last - self.first


def find_sections(features: Features, heard: Onsets, beats: Array, count_one: int, energy: Array) -> list[Section]:
    """Sections that tile [0, duration], each starting on a count 1 except the first. At least one."""
    duration = round(features.duration, 4)
    edges = beats[count_one % BAR :: BAR]
    if edges.size <= 2 * _SHORTEST:
        return [_section(heard, beats, 0.0, duration, label="verse", energy=_mean(energy), distinct=0.0)]
    rows = bars(features, heard, beats, count_one % BAR)
    on_one = np.arange(rows.rows.shape[0]) % 2 == count_one // BAR
    cuts, _ = partition(rows, on_one, shortest=_SHORTEST)
    parts = [_part(rows, a, b, energy[_beats_between(beats, edges, a, b)]) for a, b in pairwise(cuts)]
    starts = [0.0, *(float(edges[part.first]) for part in parts[1:])]
    ends = [*starts[1:], duration]
    return [
        _section(heard, beats, start, end, label=label, energy=part.energy, distinct=_distinct(parts, i))
        for i, (start, end, label, part) in enumerate(zip(starts, ends, name(parts), parts, strict=True))
    ]


def _section(
    heard: Onsets, beats: Array, start: float, end: float, *, label: Label, energy: float, distinct: float
) -> Section:
    first, last = (int(i) for i in np.searchsorted(beats, (start - 1e-6, end - 1e-6)))
    sure = section_confidence(heard, beats, first, last)
    played, how_sure = groove(heard, beats[first:last])
    return Section(
        start=round(start, 4),
        end=round(end, 4),
        label=label,
        energy=round(energy, 4),
        confidence=round(distinct, 4),
        beat_confidence=sure,
        groove=played,
        groove_confidence=round(how_sure * sure, 4),
    )


def _beats_between(beats: Array, edges: Array, first: int, last: int) -> NDArray[np.bool_]:
    """Beats of bars first..last; the outermost bars take what lies beyond them."""
    after = beats >= edges[first] - 1e-6 if first > 0 else np.ones(beats.size, bool)
    return after & (beats < edges[last] - 1e-6) if last < edges.size - 1 else after


def _part(rows: Bars, first: int, last: int, energy: Array) -> Part:
    weight = rows.weight[first:last] + 1e-9
    return Part(first, last, _mean(energy), np.average(rows.rows[first:last], axis=0, weights=weight))


def _mean(energy: Array) -> float:
    return round(float(energy.mean()), 4) if energy.size else 0.0


def name(parts: list[Part]) -> list[Label]:
    """Labels by place, energy and return: the loud music that comes back is the chorus, a late guest the bridge."""
    labels: list[Label] = ["verse"] * len(parts)
    if len(parts) < 3:
        return labels
    inner = list(range(len(parts)))
    middle = float(np.average([p.energy for p in parts], weights=[p.length for p in parts]))
    outer: tuple[tuple[int, Label], ...] = ((0, "intro"), (len(parts) - 1, "outro"))
    for i, label in outer:
        if parts[i].energy < middle or parts[i].length <= sum(p.length for p in parts) / 8:
            labels[i] = label
            inner.remove(i)
    families = _families(parts, inner)
    if len(families) < 2:
        return labels
    strength = [
        float(np.average([parts[i].energy for i in family], weights=[parts[i].length for i in family]))
        for family in families
    ]
    returning = [k for k, family in enumerate(families) if len(family) > 1]
    # Without any return the loudest part is the chorus.
    chorus = max(returning or range(len(families)), key=lambda k: strength[k])
    for k, family in enumerate(families):
        late_guest = (
            len(family) == 1 and family[0] > inner[0] and (strength[k] > strength[chorus] or k == len(families) - 1)
        )
        for i in family:
            labels[i] = "chorus" if k == chorus else "bridge" if late_guest else "verse"
    return labels


def _families(parts: list[Part], inner: list[int]) -> list[list[int]]:
    """Parts that sound alike, in order of first appearance."""
    looks = {i: parts[i].look for i in inner}
    apart = [float(np.linalg.norm(looks[i] - looks[j])) for i in inner for j in inner if i < j]
    limit = _ALIKE * max(apart, default=0.0)
    families: list[list[int]] = []
    for i in inner:
        near = [f for f in families if min(float(np.linalg.norm(looks[i] - looks[j])) for j in f) <= limit]
        if near:
            near[0].append(i)
        else:
            families.append([i])
    return families


def _distinct(parts: list[Part], i: int) -> float:
    """0..1: how far, in ripples per column, this part is from its nearer neighbour."""
    gaps = [parts[j].look - parts[i].look for j in (i - 1, i + 1) if 0 <= j < len(parts)]
    nearest = min((float(np.sqrt(np.mean(gap**2))) for gap in gaps), default=0.0)
    return float(1.0 - np.exp(-nearest / 1.5))

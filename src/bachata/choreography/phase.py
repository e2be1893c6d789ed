"""How well the clips' own counts fall on the song's inside a blueprint: scorecard M3."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bachata.blueprint import Blueprint
from bachata.choreography.windows import timing
from bachata.moves.catalogue import Move
from bachata.music.document import Analysis


@dataclass(frozen=True)
class PhaseError:
    """Clip counts against song counts. `mean` in seconds (positive: the clip is late), `resultant` 0 to 1.

    The circle is one count: a clip count midway between two song counts is half a turn off. `counts`: how many counts
    of clips were shown where the song has beats.
    """

    mean: float
    resultant: float
    counts: int


def phase_error(blueprint: Blueprint, analysis: Analysis, moves: Sequence[Move]) -> PhaseError:
    """Circular mean and resultant over every clip count shown; moves not among `moves` are left out."""
    known = {m.clip_id: m for m in moves}
    beats = np.array(analysis.beats)
    shown = [np.zeros(0)]
    for piece in blueprint.moves:
        if piece.clip_id not in known:
            continue
        clip = timing(known[piece.clip_id])
        source = np.array(clip.counts) / float(clip.rate) - piece.trim_start
        inside = source[(source >= -1e-4) & (source < piece.duration * piece.speed - 1e-4)]
        shown.append(blueprint.audio_start + piece.start_time + inside / piece.speed)
    times = np.concatenate(shown)
    times = times[(times >= beats[0]) & (times < beats[-1])] if len(beats) > 1 else times[:0]
    if not len(times):
        return PhaseError(0.0, 0.0, 0)
    before = np.searchsorted(beats, times, side="right") - 1
    period = beats[before + 1] - beats[before]
    mean = np.exp(2j * math.pi * (times - beats[before]) / period).mean()
    seconds = float(np.angle(mean)) / (2 * math.pi) * float(period.mean())
    return PhaseError(round(seconds, 6), round(float(abs(mean)), 6), len(times))

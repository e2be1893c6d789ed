"""How well the clips' own counts fall on the song's inside a blueprint: scorecard M3."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bachata.blueprint import Blueprint
from bachata.choreography.windows import timing
from bachata.moves.catalogue import Move
from bachata.music.document import Analysis

Floats = npt.NDArray[np.float64]


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
    beats = np.array(analysis.beats)
    pieces = turns(blueprint, beats, moves)
    found = mean_turn(pieces, beats)
    return PhaseError(*found, sum(map(len, pieces))) if found else PhaseError(0.0, 0.0, 0)


def turns(blueprint: Blueprint, beats: Floats, moves: Sequence[Move]) -> list[Floats]:
    """For each piece, where its clip's counts fall between the song's `beats` (seconds): 0 on one, 0.5 midway."""
    known = {m.clip_id: m for m in moves}
    retimed = blueprint.output_config.retime != "off"
    found = []
    for piece in blueprint.moves:
        times = np.zeros(0)
        if piece.clip_id in known and len(beats) > 1:
            clip = timing(known[piece.clip_id])
            speed = piece.speed if retimed else 1.0
            source = np.array(clip.counts) / float(clip.rate) - piece.trim_start
            inside = source[(source >= -1e-4) & (source < piece.duration * speed - 1e-4)]
            times = blueprint.audio_start + piece.start_time + inside / speed
            times = times[(times >= beats[0]) & (times < beats[-1])]
        found.append(_turn(times, beats))
    return found


def mean_turn(pieces: Sequence[Floats], beats: Floats) -> tuple[float, float] | None:
    """Circular mean in seconds (of a mean beat) and resultant of all turns; None if there are none."""
    together = np.concatenate([np.zeros(0), *pieces])
    if not len(together):
        return None
    mean = np.exp(2j * math.pi * together).mean()
    seconds = float(np.angle(mean)) / (2 * math.pi) * float(np.diff(beats).mean())
    return round(seconds, 6), round(float(abs(mean)), 6)


def _turn(times: Floats, beats: Floats) -> Floats:
    if not len(times):
        return times
    before = np.clip(np.searchsorted(beats, times, side="right") - 1, 0, len(beats) - 2)
    return np.asarray((times - beats[before]) / (beats[before + 1] - beats[before]))

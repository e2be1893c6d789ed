"""How well the clips' own counts fall on the song's inside a plan: scorecard M3, from integers of the plan."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bachata.choreography.cut import Cut
from bachata.choreography.grid import Grid
from bachata.choreography.windows import timing


@dataclass(frozen=True)
class PhaseError:
    """Clip counts against song counts. `mean` in seconds (positive: the clip is late), `resultant` 0 to 1.

    The circle is one count: a clip count midway between two song counts is half a turn off.
    """

    mean: float
    resultant: float
    counts: int


def phase_error(cuts: Sequence[Cut], song: Grid) -> PhaseError:
    """Circular mean and resultant over every clip count shown."""
    times = np.array(song.times)
    turns: list[float] = []
    periods: list[float] = []
    for cut in cuts:
        clip = timing(cut.move)
        end = cut.source_end(song.rate)
        for frame in clip.counts:
            if not cut.source <= frame < end:
                continue
            at = cut.slot.start / float(song.rate) + (frame - cut.source) / float(clip.rate) / cut.speed
            after = min(max(int(np.searchsorted(times, at, side="right")), 1), len(times) - 1)
            period = float(times[after] - times[after - 1])
            turns.append((at - float(times[after - 1])) / period)
            periods.append(period)
    if not turns:
        return PhaseError(0.0, 0.0, 0)
    mean = np.exp(2j * math.pi * np.array(turns)).mean()
    seconds = float(np.angle(mean)) / (2 * math.pi) * float(np.mean(periods))
    return PhaseError(round(seconds, 6), round(float(abs(mean)), 6), len(turns))

"""Beats of the music in a clip become beats of its dancers, where these step beside them.

A library's clip gives its pictures to a video, not its sound. Where somebody laid another sound under the pictures, the
beats heard in it are not those that are danced, and a move cut on them lands between the counts of every song.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from bachata.moves.beats import ClipBeats, FrameGrid, on_frames
from bachata.moves.body.eights import COUNTS
from bachata.moves.body.flow import flow_of
from bachata.moves.body.pictures import glance
from bachata.moves.body.steps import VERSION, steps_of
from bachata.moves.keyframes import counts_of

SURE: Final = 0.05
"""How likely a rhythm may be luck for beats to be moved to it (of noise, up to twice as often: `Steps.p`). Moved by
mistake is only who shows no rhythm at all."""
ON_THE_BEAT: Final = 0.2
"""Beats by which steps may be off: more than the drawn dancers, who step on every beat, are ever found off (0.12)."""
_EARLIEST: Final = -0.35
"""Steps further before a beat are taken for those after the one before. Half a beat off, nobody can tell which beat was
danced: then it is the same for all clips, so that moves of one take are counted alike. No real clip lies
between -0.26 and -0.37."""


def in_step(path: Path, grid: FrameGrid, beats: ClipBeats, *, stop: threading.Event | None = None) -> ClipBeats:
    """`beats` where the dancers in the clip at `path` step; as they are if these step on them, or cannot be seen to, or
    if no eight counts were left between them.

    Raises MediaUnreadable, InvalidSettings when OpenCV is not installed, Stopped once `stop` is set.
    """
    steps = steps_of(flow_of(glance(path, grid.rate, grid.frames, stop=stop)), beats.frames)
    if steps is None or steps.p > SURE or abs(steps.late) <= ON_THE_BEAT:
        return beats
    late = steps.late if steps.late > _EARLIEST else steps.late + 1
    frames = np.array(beats.frames, dtype=np.float64)
    seconds = (frames + late * np.gradient(frames)) / float(grid.rate)
    try:
        moved = on_frames([float(s) for s in seconds], beats.count_one, grid, beats.confidence, beats.source)
    except ValueError:  # so short a clip that no count 1 is left
        return beats
    if _eights(beats, grid) and not _eights(moved, grid):
        return beats
    return replace(moved, moved=round(late, 2))


def _eights(beats: ClipBeats, grid: FrameGrid) -> int:
    """Whole eights from a count 1 on that the clip holds, those that end with it included."""
    counts = counts_of(beats.frames, grid.frames, rate=grid.rate, tempo=beats.tempo)
    first = counts.head + beats.count_one
    return (len(counts.frames) - 1 - first) // COUNTS


def found_by(analyser: str) -> str:
    """The version of beats that `analyser` hears and `in_step` moves."""
    return f"{analyser} {VERSION}"

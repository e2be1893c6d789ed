"""A clip's beats as frames of its mezzanine: converted once, from seconds, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from bachata.moves.annotations import Annotation
from bachata.timeline import frame_at

BeatsSource = Literal["annotated", "measured"]


class HeardBeats(Protocol):
    """What a beat tracker hears in a clip.

    Beats in seconds from the clip's first picture (those of sound before it are negative), the index of a count 1
    among them, how sure it is (0 to 1).
    """

    @property
    def tempo(self) -> float: ...  # noqa: D102
    @property
    def beats(self) -> Sequence[float]: ...  # noqa: D102
    @property
    def count_one(self) -> int: ...  # noqa: D102
    @property
    def confidence(self) -> float: ...  # noqa: D102


class BeatFinder(Protocol):
    """Finds the beats of the music in a clip; the music room's, passed in by whoever starts an ingest."""

    def __call__(self, path: Path, /) -> HeardBeats: ...  # noqa: D102


@dataclass(frozen=True)
class ClipBeats:
    """Frames of the clip's beats, the index of its first count 1 among them, tempo in BPM, confidence 0 to 1.

    `moved`: beats by which they come after those that were heard.
    """

    frames: tuple[int, ...]
    count_one: int
    tempo: float
    confidence: float
    source: BeatsSource
    moved: float = 0.0


@dataclass(frozen=True)
class FrameGrid:
    """Frames 0 to `frames` - 1 at `rate` a second: what beats are put on."""

    rate: Fraction
    frames: int


def beats_of(path: Path, grid: FrameGrid, annotation: Annotation, find: BeatFinder, *, sound: bool) -> ClipBeats:
    """The clip's beats: as annotated, else as heard in its own music, if there is `sound`.

    Raises ValueError saying what is wrong with them; errors of `find` pass through.
    """
    if annotation.beats is not None and annotation.count_one is not None:
        return on_frames(annotation.beats, annotation.count_one, grid, 1.0, "annotated")
    if not sound:
        raise ValueError("has no sound to find beats in: give its 'beats' (seconds) and 'count_one'")
    heard = find(path)
    return on_frames(heard.beats, heard.count_one, grid, float(heard.confidence), "measured")


def tempo_of(frames: Sequence[int], rate: float) -> float:
    """Beats a minute by least squares over all beats: one bad beat moves it little, rounding to frames less."""
    slope = float(np.polyfit(np.arange(len(frames)), np.asarray(frames, dtype=np.float64) / rate, 1)[0])
    return round(60.0 / slope, 3)


def on_frames(
    seconds: Sequence[float], count_one: int, grid: FrameGrid, confidence: float, source: BeatsSource
) -> ClipBeats:
    """Beats at `seconds`, those inside the clip. Raises ValueError saying what is wrong with them."""
    frames = [frame_at(s, grid.rate) for s in seconds]
    inside = [i for i, f in enumerate(frames) if 0 <= f < grid.frames]
    if len(inside) < 2:
        raise ValueError("has fewer than two beats inside it: give its 'beats' (seconds) and 'count_one'")
    kept = frames[inside[0] : inside[-1] + 1]
    if any(b <= a for a, b in pairwise(kept)):
        raise ValueError("has two beats on one frame: its beats are wrong")
    # A count 1 before the first picture recurs every eight beats.
    first = (count_one - inside[0]) if count_one >= inside[0] else (count_one - inside[0]) % 8
    if first >= len(kept):
        raise ValueError("has no count 1 inside it")
    return ClipBeats(tuple(kept), first, tempo_of(kept, float(grid.rate)), confidence, source)

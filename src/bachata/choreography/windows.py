"""Which stretch of which clip can fill a place of the song, how fast it must run, and how well its counts then fit.

A window starts on a count 1 of the clip (a lead-in's ends on one), where a conformed clip has a keyframe. A whole
number of the clip's frames fills the place exactly, which sets its constant `speed`: the frames between the clip's
counts when the place ends on a count, so the first counts coincide and the last ones do too. What is left in between is
the `residual`, the root mean square distance of the clip's counts from the song's, in seconds of the video.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from bachata.choreography.energies import Motion
from bachata.choreography.grid import COUNTS, Grid
from bachata.choreography.slots import Slot
from bachata.moves.catalogue import Move
from bachata.moves.keyframes import counts_of

_STEADY = 4  # counts below which a speed comes from the tempo of the whole clip: a frame weighs too much in fewer
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Timing:
    """A clip's counts in its own frames, continued to both ends of the clip where it has no beat of its own.

    `ones`: indices into `counts` of its counts 1, from the first marked one on. `head`: counts before its first beat.
    """

    counts: tuple[int, ...]
    ones: tuple[int, ...]
    head: int
    rate: Fraction
    frames: int
    period: float


def timing(move: Move) -> Timing:
    """The counts of a move. The frame after its last one may be a count: a clip can end exactly on a count 1."""
    counts = counts_of(move.beats, move.frames, rate=move.rate, tempo=move.tempo)
    ones = range(counts.head + move.count_one, len(counts.frames), COUNTS)
    return Timing(counts.frames, tuple(ones), counts.head, move.rate, move.frames, counts.period)


def _whole(length: Floats, unit: Floats, slot: Slot) -> Floats:
    """`length` source frames as a whole number. In a place of few counts, where a frame weighs much, it is rounded
    towards the `unit` of the clip's own speed: a speed that was allowed must not leave its bounds by rounding."""
    nearest = np.round(length)
    if slot.counts >= _STEADY:
        return nearest
    calmer = np.where(length > unit, np.floor(length + 1e-6), np.ceil(length - 1e-6))
    # Between two whole numbers, both further off: the unit itself is not whole.
    return np.where(np.abs(calmer - unit) <= np.abs(nearest - unit), calmer, nearest)


@dataclass(frozen=True)
class Fits:
    """Every window that can fill one place: parallel arrays over (move, window), ordered by both.

    `source` and `source_end`: frames of the clip, [source, source_end); `number` counts a clip's windows from 0;
    `energy`: of what is shown, 0 to 1; `spare`: seconds of the video for which the clip could go on after it.
    """

    move: npt.NDArray[np.int64]
    window: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]
    last: npt.NDArray[np.bool_]
    source: npt.NDArray[np.int64]
    source_end: npt.NDArray[np.int64]
    speed: Floats
    residual: Floats
    energy: Floats
    spare: Floats

    def __len__(self) -> int:
        return len(self.move)

    def only(self, mask: npt.NDArray[np.bool_]) -> Fits:
        """The windows where `mask` is true."""
        return Fits(**{name: array[mask] for name, array in vars(self).items()})


class Windows:
    """All windows of a list of moves: the counts of all clips end to end, and tables of windows by their length."""

    def __init__(self, moves: Sequence[Move]) -> None:
        clips = [timing(move) for move in moves]
        self._length = np.array([len(c.counts) for c in clips], dtype=np.int64)
        self._at = np.cumsum(self._length) - self._length
        self._counts = np.array([count for c in clips for count in c.counts], dtype=np.float64)
        self._head = np.array([c.head for c in clips], dtype=np.int64)
        self._rate = np.array([float(c.rate) for c in clips])
        self._period = np.array([c.period / float(c.rate) for c in clips])
        self._frames = np.array([c.frames for c in clips], dtype=np.int64)
        self._one = np.array([one for c in clips for one in c.ones], dtype=np.int64)
        self._move = np.repeat(np.arange(len(clips)), np.array([len(c.ones) for c in clips], dtype=np.int64))
        self._motion = Motion(moves)
        self._tables: dict[tuple[int, bool], dict[str, npt.NDArray[Any]]] = {}

    def fits(self, slot: Slot, grid: Grid) -> Fits:
        """The windows that lie wholly inside their clips when they fill `slot`, at whatever speed that takes."""
        backwards = slot.role == "lead-in"
        table = self._table(slot.counts, backwards)
        song = np.array(grid.times[slot.count : slot.count + slot.counts + 1])
        # The picture changes on frames, so a place's counts are measured between its first and last whole frame.
        marks = (grid.frames[slot.count], grid.frames[slot.count + slot.counts])
        if slot.counts >= _STEADY:
            speed = table["span"] / (float(marks[1] - marks[0]) / float(grid.rate))
        else:
            speed = table["period"] / (grid.times[slot.count + 1] - grid.times[slot.count])
        unit = slot.frames / float(grid.rate) * table["rate"]  # source frames at the clip's own speed
        shown = np.maximum(1, _whole(unit * speed, unit, slot))
        speed = shown / unit
        if backwards:
            end = table["anchor"]
            start = end - shown
            offset = (table["counts"] - table["counts"][:, -1:]) / speed[:, None] - (song - song[-1])
        else:
            start = table["anchor"]
            end = start + shown
            offset = table["counts"] / speed[:, None] - (song - song[0])
        residual = np.sqrt(np.mean(offset**2, axis=1)) if slot.counts else np.zeros(len(speed))
        inside = (start >= 0) & (end <= table["frames"])
        fits = Fits(
            move=table["move"],
            window=table["window"],
            number=table["number"],
            last=table["last"],
            source=start.astype(np.int64),
            source_end=end.astype(np.int64),
            speed=speed,
            residual=residual,
            energy=table["energy"],
            spare=(table["frames"] - end) / (table["rate"] * speed),
        )
        return fits.only(inside)

    def _table(self, counts: int, backwards: bool) -> dict[str, npt.NDArray[Any]]:
        key = (counts, backwards)
        if key not in self._tables:
            self._tables[key] = self._build(counts, backwards)
        return self._tables[key]

    def _build(self, counts: int, backwards: bool) -> dict[str, npt.NDArray[Any]]:
        first = self._one - counts if backwards else self._one
        whole = (first >= 0) & (first + counts < self._length[self._move])
        move, one, first = self._move[whole], self._one[whole], first[whole]
        marks = self._counts[(self._at[move] + first)[:, None] + np.arange(counts + 1)]
        seconds = marks / self._rate[move][:, None]
        beat = first - self._head[move]
        rows = np.arange(len(move))
        begins = np.diff(move, prepend=-1) != 0
        return {
            "move": move,
            "window": one,
            "number": rows - np.maximum.accumulate(np.where(begins, rows, 0)),
            "last": np.diff(move, append=-1) != 0,
            "anchor": marks[:, -1] if backwards else marks[:, 0],
            "counts": seconds - seconds[:, :1],
            "span": seconds[:, -1] - seconds[:, 0],
            "period": self._period[move],
            "rate": self._rate[move],
            "frames": self._frames[move],
            "energy": self._motion.between(move, beat, beat + counts),
        }

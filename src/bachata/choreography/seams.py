"""How far the eye has to leap where one clip gives way to the next: scorecard M8, for many pairs at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bachata.moves.catalogue import Move
from bachata.moves.poses import PLACE, SHARES, THIN, pose_distance

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

UNKNOWN = 0.4
"""Cost of a seam with a pose that was never measured: what two clips drawn at random leave, so that such clips are
neither sought nor shunned."""
FLOWS = 0.2
"""A distance up to which the eye takes the second clip for what follows in the first."""


def has_poses(move: Move) -> bool:
    """Whether a pose was measured at each of its beats; fewer cannot be told apart from none."""
    return 0 < len(move.beats) == len(move.poses)


def seam(before: Move, end: int, after: Move, start: int) -> float | None:
    """Distance from where `before` stands at frame `end` to where `after` stands at frame `start`, 0 to 1; None if
    either was not measured."""
    poses = [m.pose_at(f) if has_poses(m) else None for m, f in ((before, end), (after, start))]
    return None if poses[0] is None or poses[1] is None else pose_distance(poses[0], poses[1])


class Seams:
    """The poses of a list of moves as arrays: the same distances as `pose_distance`, pair by pair of two lists."""

    def __init__(self, moves: Sequence[Move]) -> None:
        known = [m for m in moves if has_poses(m)]
        self.measured = bool(known)
        self._known = np.array([has_poses(m) for m in moves], dtype=bool)
        lengths = np.array([len(m.beats) if has_poses(m) else 0 for m in moves], dtype=np.int64)
        self._at = np.cumsum(lengths) - lengths
        self._lengths = lengths
        # One ascending row of all beats, each move's lifted above those of the one before: one search serves all.
        self._lift = 1 + max((m.frames for m in moves), default=0) * 2
        beats = [np.array(m.beats, dtype=np.int64) + i * self._lift for i, m in enumerate(moves) if has_poses(m)]
        self._beats = np.concatenate(beats) if beats else np.zeros(0, dtype=np.int64)
        poses = [pose for m in known for pose in m.poses]
        self._place = np.array([(p.x, p.y) for p in poses], dtype=np.float64).reshape(-1, 2)
        sizes = np.array([(p.height, p.width) for p in poses], dtype=np.float64).reshape(-1, 2)
        self._size = np.log2(np.maximum(sizes, THIN))
        self._shape = np.array([p.shape for p in poses], dtype=np.float32).reshape(
            len(poses), len(poses[0].shape) if poses else 0
        )

    def between(self, exits: tuple[Integers, Integers], entries: tuple[Integers, Integers]) -> Floats:
        """Distances 0 to 1 from each of `exits` to each of `entries`, both (moves, frames): shape (exits, entries)."""
        one, other = self._row(*exits), self._row(*entries)
        leap = np.hypot(*(self._place[one][:, None, axis] - self._place[other][None, :, axis] for axis in (0, 1)))
        total = SHARES["place"] * np.minimum(1.0, leap / PLACE)
        for axis, name in enumerate(("height", "width")):
            times = np.abs(self._size[one][:, None, axis] - self._size[other][None, :, axis])
            total += SHARES[name] * np.minimum(1.0, times)
        total += SHARES["shape"] * self._shapes(one, other)
        missing = ~self._known[exits[0]][:, None] | ~self._known[entries[0]][None, :]
        return np.asarray(np.where(missing, UNKNOWN, total))

    def _shapes(self, one: Integers, other: Integers) -> Floats:
        # Column by column: the whole difference at once would be 24 times as large as its sum.
        apart = np.zeros((len(one), len(other)), dtype=np.float32)
        for a, b in zip(self._shape[one].T, self._shape[other].T, strict=True):
            apart += np.abs(a[:, None] - b[None, :])
        filled = self._shape.sum(axis=1)
        both = filled[one][:, None] + filled[other][None, :]
        return np.asarray(apart / np.maximum(both, 1.0), dtype=np.float64)

    def _row(self, move: Integers, frame: Integers) -> Integers:
        """Where the pose nearest to a frame stands in the arrays; any, for a move without."""
        first, last = self._at[move], self._at[move] + np.maximum(self._lengths[move], 1) - 1
        sought = frame + move * self._lift
        after = np.clip(np.searchsorted(self._beats, sought), first, last)
        before = np.maximum(after - 1, first)
        top = len(self._beats) - 1
        nearer = np.abs(self._beats[np.minimum(before, top)] - sought) <= np.abs(
            self._beats[np.minimum(after, top)] - sought
        )
        return np.asarray(np.minimum(np.where(nearer, before, after), top), dtype=np.int64)

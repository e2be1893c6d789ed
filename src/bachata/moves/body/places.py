"""Which part of which person moves, and where to: the flow gathered by the couple's own measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.course import Course
from bachata.moves.body.flow import COLUMNS, ROWS, Flow
from bachata.moves.catalogue import Pose

PERSONS: Final = 2
LEVELS: Final = 4
DIRECTIONS: Final = 8
SIGNALS: Final = 3 + DIRECTIONS
"""Speed, velocity towards the partner, velocity downwards; speed by direction, from "towards the partner" on over
"downwards"."""

_BEYOND: Final = 0.1
"""Of the couple's height, by which motion may lie outside their outline and still be theirs: a thrown arm."""

_X: Final = (np.arange(COLUMNS) + 0.5 - COLUMNS / 2) / ROWS
_Y: Final = (np.arange(ROWS) + 0.5 - ROWS / 2) / ROWS


class Boxes:
    """Where the couple is at any frame: their poses at the beats, and between them in between."""

    def __init__(self, beats: Sequence[int], poses: Sequence[Pose]) -> None:
        self._beats = np.asarray(beats, dtype=np.float64)
        self._boxes = np.array([(p.x, p.y, p.width, p.height) for p in poses])

    def at(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 4): centre x and y, width and height, in picture heights from the middle of the picture."""
        return np.column_stack([np.interp(frames, self._beats, column) for column in self._boxes.T])


def places_of(flow: Flow, boxes: Boxes, edges: NDArray[np.float64]) -> Course:
    """The flow between the first and the last of `edges` (frames) by person, row and signal, flattened to
    (n - 1, PERSONS * LEVELS * SIGNALS).

    Each is a sum over the cells, for a square as high as the couple, in heights of theirs a second.
    """
    first = max(0, int(np.searchsorted(flow.frames, edges[0], side="right")) - 1)
    last = max(first, int(np.searchsorted(flow.frames, edges[-1], side="left")))
    frames = flow.frames[first : last + 1]
    velocity = flow.velocity[first:last]
    rows = [
        _gathered(field, *box) for field, box in zip(velocity, boxes.at((frames[:-1] + frames[1:]) / 2), strict=True)
    ]
    return Course(frames, np.array(rows).reshape(len(rows), PERSONS * LEVELS * SIGNALS))


def _gathered(field: NDArray[np.float32], x: float, y: float, width: float, height: float) -> NDArray[np.float64]:
    """(PERSONS, LEVELS, SIGNALS) of one field of velocities."""
    across, down = (_X - x) / height, (_Y - y) / height + 0.5
    mine = np.flatnonzero(np.abs(across) <= width / height / 2 + _BEYOND)
    rows = np.flatnonzero((down >= -_BEYOND) & (down <= 1 + _BEYOND))
    inside = field[np.ix_(rows, mine)].astype(np.float64)
    right = across[mine] > 0
    level = np.clip((down[rows] * LEVELS).astype(int), 0, LEVELS - 1)
    place = (right[None, :] * LEVELS + level[:, None]).ravel()
    inwards = np.where(right[None, :], -inside[..., 0], inside[..., 0]).ravel()
    downwards = inside[..., 1].ravel()
    speed = np.hypot(inwards, downwards)
    turn = np.rint(np.arctan2(downwards, inwards) / (2 * np.pi / DIRECTIONS)).astype(int) % DIRECTIONS
    places = PERSONS * LEVELS
    plain = [np.bincount(place, weights=signal, minlength=places) for signal in (speed, inwards, downwards)]
    directed = np.bincount(place * DIRECTIONS + turn, weights=speed, minlength=places * DIRECTIONS)
    gathered = np.concatenate([np.stack(plain, axis=1), directed.reshape(places, DIRECTIONS)], axis=1)
    square = (height * ROWS) ** 2 * height
    return gathered.reshape(PERSONS, LEVELS, SIGNALS) / square

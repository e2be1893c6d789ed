"""Where the dancers are: what differs from the background of the scene, or moves.

The background is the median picture of a scene, so dancers who keep to one place are partly in it; what moved around
the moment makes up for that. When the camera moves there is no background, and motion alone tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.flow import COLUMNS, ROWS, Flow, opencv
from bachata.moves.body.pictures import Pictures
from bachata.moves.catalogue import Pose

Weights = NDArray[np.float32]
"""(ROWS, COLUMNS), 0 to 1: how surely a cell shows a dancer."""

SHAPE_COLUMNS: Final = 4
SHAPE_ROWS: Final = 6

_BACKGROUND_PICTURES: Final = 31
"""Pictures a background is the median of: enough that whoever passes is gone."""
_DIFFERENT: Final = (20.0, 50.0)
"""Gray levels off the background at which a cell begins to count, and counts whole."""
_MOVING: Final = (0.15, 0.5)
"""The same for motion, picture heights a second."""
_AROUND: Final = 3
"""Pictures before and after a moment whose motion is taken for it: 0.2 s, less than half a beat. With a background
`_BESIDE` are enough, and the outline trails less behind."""
_BESIDE: Final = 2
_EVERYWHERE: Final = 0.5
"""Share of the picture that may differ from its background; more, and it is no background."""
_WANDERED: Final = 0.03
"""Picture heights a camera may stray from its middle in a scene that has a background."""
_SPECKS: Final = 0.12
"""A patch of less than this share of the largest one is none of the dancers."""
_HOLES: Final = (9, 5)
"""Cells of a body, down and across, that may show nothing: a plain shirt before a wall of its shade, a leg at rest."""
_THREADS: Final = (2, 2)
"""Cells that anything of a body is larger than."""
_LEAST: Final = 0.003
"""Share of the picture that makes dancers."""
_BOX: Final = 0.02
"""Share of the outline left out at each side of its box: a stray cell shall not stretch it."""


@dataclass(frozen=True)
class _Scene:
    """Pictures from `first` up to `last` and, unless the camera moves, their background."""

    first: int
    last: int
    background: NDArray[np.float32] | None


def poses_at(pictures: Pictures, flow: Flow, frames: Sequence[int]) -> tuple[Pose, ...]:
    """The pose of the dancers at each of these frames; none at all when they are never seen.

    Where they are not seen for a moment they are where they were.
    """
    if len(pictures.gray) == 0 or not frames:
        return ()
    cells = _cells(pictures.gray)
    scenes = _scenes(cells, flow)
    speed = flow.speed
    nearest = np.abs(pictures.frames[None, :] - np.asarray(frames)[:, None]).argmin(axis=1)
    seen = [pose_of(_dancers(cells, speed, _scene_at(scenes, int(i)), int(i))) for i in nearest]
    return filled(seen)


def pose_of(weights: Weights) -> Pose | None:
    """The pose an outline makes; None when it is too small to be anybody."""
    kept = _without_specks(weights)
    if float(kept.mean()) < _LEAST:
        return None
    left, right = _span(kept.sum(axis=0))
    top, bottom = _span(kept.sum(axis=1))
    box = kept[top:bottom, left:right]
    shares = opencv().resize(box, (SHAPE_COLUMNS, SHAPE_ROWS), interpolation=opencv().INTER_AREA)
    return Pose(
        x=round(((left + right) / 2 - COLUMNS / 2) / ROWS, 4),
        y=round(((top + bottom) / 2 - ROWS / 2) / ROWS, 4),
        width=round((right - left) / ROWS, 4),
        height=round((bottom - top) / ROWS, 4),
        shape=[int(s) for s in np.rint(np.clip(shares, 0, 1) * 100).ravel()],
    )


def _cells(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Pictures on the grid of the flow."""
    count = len(gray)
    return np.asarray(gray.reshape(count, ROWS, 2, COLUMNS, 2).mean(axis=(2, 4)), dtype=np.float32)


def _scenes(cells: NDArray[np.float32], flow: Flow) -> list[_Scene]:
    edges = [0, *(int(c) + 1 for c in np.flatnonzero(flow.cuts)), len(cells)]
    return [_Scene(a, b, _background(cells[a:b], flow.camera[a : b - 1])) for a, b in pairwise(edges)]


def _background(cells: NDArray[np.float32], camera: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """The scene without who dances in it; None if the camera does not keep still enough to have one."""
    path = np.cumsum(camera, axis=0)
    if len(path) and float(np.abs(path - np.median(path, axis=0)).max()) > _WANDERED:
        return None
    some = np.unique(np.linspace(0, len(cells) - 1, _BACKGROUND_PICTURES).astype(int))
    background = np.median(cells[some], axis=0).astype(np.float32)
    differing = (np.abs(cells[some] - background) > _DIFFERENT[0]).mean(axis=(1, 2))
    return background if float(np.median(differing)) < _EVERYWHERE else None


def _scene_at(scenes: list[_Scene], picture: int) -> _Scene:
    return next(s for s in scenes if s.first <= picture < s.last)


def _dancers(cells: NDArray[np.float32], speed: NDArray[np.float32], scene: _Scene, picture: int) -> Weights:
    reach = _AROUND if scene.background is None else _BESIDE
    around = speed[max(scene.first, picture - reach) : min(scene.last - 1, picture + reach)]
    moving = around.max(axis=0) if len(around) else np.zeros((ROWS, COLUMNS), dtype=np.float32)
    weights = _ramp(moving, _MOVING)
    if scene.background is not None:
        weights = np.maximum(weights, _ramp(np.abs(cells[picture] - scene.background), _DIFFERENT))
    return _whole(weights)


def _whole(weights: Weights) -> Weights:
    """Holes of bodies closed, what is thinner than a limb taken off."""
    cv2 = opencv()
    closed = cv2.morphologyEx(weights, cv2.MORPH_CLOSE, np.ones(_HOLES, np.uint8))
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones(_THREADS, np.uint8)), dtype=np.float32)


def _ramp(values: NDArray[np.float32], between: tuple[float, float]) -> Weights:
    low, high = between
    return np.asarray(np.clip((values - low) / (high - low), 0, 1), dtype=np.float32)


def _without_specks(weights: Weights) -> Weights:
    """The large patches alone."""
    cv2 = opencv()
    count, labels = cv2.connectedComponents((weights > 0.35).astype(np.uint8), connectivity=8)
    if count < 2:
        return np.zeros_like(weights)
    mass = np.bincount(labels.ravel(), weights=weights.ravel(), minlength=count)
    mass[0] = 0.0
    large = mass >= _SPECKS * mass.max()
    large[0] = False
    return np.where(large[labels], weights, np.float32(0))


def _span(sums: NDArray[np.float32]) -> tuple[int, int]:
    """From where to where it lies along an axis, all but a little of it at each end."""
    reached = np.cumsum(sums) / sums.sum()
    first = int(np.searchsorted(reached, _BOX, side="right"))
    last = int(np.searchsorted(reached, 1 - _BOX, side="left")) + 1
    return first, max(last, first + 1)


def filled(seen: Sequence[Pose | None]) -> tuple[Pose, ...]:
    """Gaps filled with the pose nearest in time; empty when there is none."""
    known = [i for i, pose in enumerate(seen) if pose is not None]
    if not known:
        return ()
    nearest = (min(known, key=lambda k: abs(k - i)) for i in range(len(seen)))
    return tuple(pose for k in nearest if (pose := seen[k]) is not None)

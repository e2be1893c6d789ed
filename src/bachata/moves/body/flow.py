"""How the pictures move: dense optical flow (DIS: Kroeger et al., ECCV 2016) less what the camera does.

Why not the codec's motion vectors, which are there already: docs/adr/0019-bodies-by-optical-flow.md.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bachata.errors import InvalidSettings
from bachata.moves.body.pictures import HEIGHT, WIDTH, Pictures

ROWS: Final = HEIGHT // 2
COLUMNS: Final = WIDTH // 2
"""Cells of the grid flow is kept on, 2 by 2 pixels each."""

STILL: Final = 0.03
"""Picture heights a second that count as none: what is left of compression noise and of the camera."""
_CHANGED: Final = 4.0
"""Gray levels by which a place must change, the camera's motion aside, for anything to move there: flow is smooth, and
would carry motion far into a plain wall."""
_SAME_SCENE: Final = 0.5
"""Correlation of two pictures below which there is a cut between them."""
_UNSEEN: Final = 0.1
"""Pixels a camera may move the picture by and not be seen to."""
_FLAT: Final = 2.0
"""Standard deviation of gray levels below which there is nothing to see in a picture."""


@dataclass(frozen=True)
class Flow:
    """How things move from each of n pictures to the next.

    `velocity`: (n - 1, ROWS, COLUMNS, 2), float32, to the right and down, in picture heights a second, the camera's own
    motion taken off. `camera`: (n - 1, 2), by how much that moved the picture, in picture heights. `cuts`: (n - 1,),
    whether another scene begins with the later picture; nothing moves across a cut. `frames`: (n,), the number of each
    picture in its clip.
    """

    velocity: NDArray[np.float32]
    camera: NDArray[np.float32]
    cuts: NDArray[np.bool_]
    frames: NDArray[np.int64]

    @property
    def speed(self) -> NDArray[np.float32]:
        """(n - 1, ROWS, COLUMNS), picture heights a second."""
        return np.asarray(np.hypot(self.velocity[..., 0], self.velocity[..., 1]), dtype=np.float32)


def flow_of(pictures: Pictures) -> Flow:
    """The flow between successive pictures; of one picture or none, there is none."""
    count = max(0, len(pictures.gray) - 1)
    velocity = np.zeros((count, ROWS, COLUMNS, 2), dtype=np.float32)
    camera = np.zeros((count, 2), dtype=np.float32)
    cuts = np.zeros(count, dtype=bool)
    seen = _Seen(opencv())
    for i in range(count):
        before, after = pictures.gray[i], pictures.gray[i + 1]
        cuts[i] = not _same_scene(before, after)
        if cuts[i] or before.std() < _FLAT:
            continue
        moved = seen(before, after)
        pan = np.median(moved, axis=(0, 1))
        seconds = np.float32((pictures.frames[i + 1] - pictures.frames[i]) / pictures.rate)
        own = _beyond_noise((moved - pan) / np.float32(HEIGHT) / seconds)
        velocity[i] = np.where(seen.changed(before, after, pan)[..., None], own, np.float32(0))
        camera[i] = pan / np.float32(HEIGHT)
    return Flow(velocity, camera, cuts, pictures.frames)


@functools.cache
def opencv() -> ModuleType:
    """OpenCV, imported when first needed: it takes 60 MB. Raises InvalidSettings when it is not installed."""
    try:
        import cv2
    except ImportError as error:
        raise InvalidSettings(
            "Looking at clips needs OpenCV: install bachata-buddy[library]", details=type(error).__name__
        ) from None
    # Clips are looked at side by side. And its flow is cut into as many stripes as there are threads: with one, the
    # same pictures give the same numbers on any machine.
    cv2.setNumThreads(1)
    return cv2


class _Seen:
    """What OpenCV sees of two pictures."""

    def __init__(self, cv2: ModuleType) -> None:
        self._cv2 = cv2
        # Quick, but down to half the pictures' size, which is the grid's: of a drawn dancer whose speed is known, the
        # presets as they are see three quarters, and his motion far above his head.
        self._dis: Any = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._dis.setFinestScale(1)

    def __call__(self, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Displacement from one to the other: (ROWS, COLUMNS, 2), pixels."""
        dense = self._dis.calc(before, after, None)
        return np.asarray(self._cv2.resize(dense, (COLUMNS, ROWS), interpolation=self._cv2.INTER_AREA))

    def changed(
        self, before: NDArray[np.uint8], after: NDArray[np.uint8], pan: NDArray[np.float32]
    ) -> NDArray[np.bool_]:
        """Where something changes but for a camera that moves the picture by `pan` pixels: (ROWS, COLUMNS)."""
        cv2 = self._cv2
        if float(np.abs(pan).max()) > _UNSEEN:
            shift = np.array([[1, 0, pan[0]], [0, 1, pan[1]]], dtype=np.float64)
            before = cv2.warpAffine(before, shift, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        difference = cv2.resize(cv2.absdiff(before, after), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.dilate(difference, np.ones((3, 3), np.uint8)) >= _CHANGED)


def _same_scene(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> bool:
    flat = (a.std() < _FLAT, b.std() < _FLAT)
    if any(flat):
        return all(flat)
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) >= _SAME_SCENE


def _beyond_noise(velocity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shortened by STILL, so that what hardly moves does not move at all."""
    speed = np.hypot(velocity[..., 0], velocity[..., 1])
    kept = np.maximum(0.0, 1.0 - STILL / np.maximum(speed, STILL))
    return np.asarray(velocity * kept[..., None], dtype=np.float32)

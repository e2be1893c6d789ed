"""Keypoints of people whose boxes are known: models of the RTMPose layout (SimCC: Li et al., ECCV 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.flow import opencv
from bachata.moves.body.people.model import PoseModel
from bachata.moves.body.people.person import KEYPOINTS, Person
from bachata.moves.catalogue import Pose

_ROOM: Final = 1.25
"""How much larger than the person the crop is (mmpose's own)."""
_MEAN: Final = np.array((123.675, 116.28, 103.53), dtype=np.float32)
_DEVIATION: Final = np.array((58.395, 57.12, 57.375), dtype=np.float32)
"""Of ImageNet's pictures, as the models were trained with."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, picture heights from the middle of the picture."""


def halves(pose: Pose) -> tuple[Box, Box]:
    """The boxes of the two dancers of an outline: its left and its right half."""
    left, right = pose.x - pose.width / 2, pose.x + pose.width / 2
    top, bottom = pose.y - pose.height / 2, pose.y + pose.height / 2
    return (left, top, pose.x, bottom), (pose.x, top, right, bottom)


def people_in(model: PoseModel, picture: NDArray[np.uint8], boxes: Sequence[Box]) -> list[Person]:
    """The person in each of these boxes of an RGB picture (height, width, 3)."""
    if not boxes:
        return []
    height, width = picture.shape[:2]
    corners = [_crop(box, model.size) for box in boxes]
    pixels = [(x * height + width / 2, y * height + height / 2, size * height) for x, y, size in corners]
    crops = np.stack([_cut(picture, place, model.size) for place in pixels])
    across, down = model.run(crops)
    found = []
    for (x, y, tall), columns, rows in zip(pixels, across[:, :KEYPOINTS], down[:, :KEYPOINTS], strict=True):
        pixel = tall / model.size[0]
        at = np.stack(
            [
                x + columns.argmax(axis=1) * (model.size[1] / columns.shape[1]) * pixel,
                y + rows.argmax(axis=1) * (model.size[0] / rows.shape[1]) * pixel,
            ],
            axis=1,
        )
        sure = np.clip(np.minimum(columns.max(axis=1), rows.max(axis=1)), 0, 1).astype(np.float64)
        found.append(Person((at - (width / 2, height / 2)) / height, sure, float(sure.mean())))
    return found


def _crop(box: Box, size: tuple[int, int]) -> tuple[float, float, float]:
    """Left, top and height of the crop for a box: a little larger, of the model's shape."""
    left, top, right, bottom = box
    shape = size[1] / size[0]
    tall = max(bottom - top, (right - left) / shape, 1e-3) * _ROOM
    return (left + right) / 2 - tall * shape / 2, (top + bottom) / 2 - tall / 2, tall


def _cut(picture: NDArray[np.uint8], place: tuple[float, float, float], size: tuple[int, int]) -> NDArray[np.float32]:
    left, top, tall = place
    cv2, scale = opencv(), size[0] / tall
    matrix = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
    cut = cv2.warpAffine(picture, matrix, (size[1], size[0]), flags=cv2.INTER_LINEAR)
    return np.asarray(((cut.astype(np.float32) - _MEAN) / _DEVIATION).transpose(2, 0, 1))

"""People in one look: models of the YOLOv8-pose layout."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.flow import opencv
from bachata.moves.body.people.model import PoseModel
from bachata.moves.body.people.person import KEYPOINTS, Person, overlap

MOST: Final = 25
"""People looked at in a picture, the surest first."""

_PERSON: Final = 0.25
_SAME: Final = 0.65
"""Score from which on it is a person, and overlap from which on two are the same one: the defaults of Ultralytics' own
pose export, 0.25 and 0.7, the latter lower because dancers are what is wanted, not crowds."""
_PAD: Final = 114


def people_in(model: PoseModel, picture: NDArray[np.uint8]) -> list[Person]:
    """The people in an RGB picture (height, width, 3), surest first, MOST at most."""
    boxed, scale, left, top = _letterboxed(picture, model.size)
    (out,) = model.run(boxed.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255))
    rows = out[0].T
    rows = rows[rows[:, 4] >= _PERSON]
    height, width = picture.shape[:2]
    found: list[Person] = []
    boxes: list[tuple[float, float, float, float]] = []
    for row in rows[np.argsort(-rows[:, 4], kind="stable")]:
        x, y, w, h = (float(v) for v in row[:4])
        box = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        if any(overlap(box, other) >= _SAME for other in boxes):
            continue
        points = row[5:].reshape(KEYPOINTS, 3).astype(np.float64)
        pixels = (points[:, :2] - (left, top)) / scale
        found.append(Person((pixels - (width / 2, height / 2)) / height, points[:, 2], float(row[4])))
        boxes.append(box)
        if len(found) == MOST:
            break
    return found


def _letterboxed(picture: NDArray[np.uint8], size: tuple[int, int]) -> tuple[NDArray[np.uint8], float, int, int]:
    """The picture as large as fits, in the middle of a gray one: that, the scale, and where it begins."""
    height, width = picture.shape[:2]
    scale = min(size[0] / height, size[1] / width)
    rows, columns = round(height * scale), round(width * scale)
    top, left = (size[0] - rows) // 2, (size[1] - columns) // 2
    boxed = np.full((*size, 3), _PAD, dtype=np.uint8)
    boxed[top : top + rows, left : left + columns] = opencv().resize(picture, (columns, rows))
    return boxed, scale, left, top

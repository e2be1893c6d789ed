"""Little films whose truth is known: a textured room, textured dancers at places that are functions of time."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT = 320, 180
RATE = Fraction(30)

Draw = Callable[[int], np.ndarray]
"""A frame's number to its gray levels, (HEIGHT, WIDTH) uint8."""


def texture(seed: int, height: int, width: int, low: int, high: int, grain: int = 6) -> np.ndarray:
    """Soft blotches of `grain` pixels, gray levels from low to high."""
    coarse = np.random.default_rng(seed).integers(low, high, (height // grain + 2, width // grain + 2))
    rows, columns = np.arange(height) / grain, np.arange(width) / grain
    r, c = rows.astype(int), columns.astype(int)
    fr, fc = (rows - r)[:, None], (columns - c)[None, :]
    above = coarse[r][:, c] * (1 - fc) + coarse[r][:, c + 1] * fc
    below = coarse[r + 1][:, c] * (1 - fc) + coarse[r + 1][:, c + 1] * fc
    return (above * (1 - fr) + below * fr).astype(np.uint8)


ROOM = texture(1, HEIGHT + 120, WIDTH + 120, 100, 180, 14)
DANCER = texture(2, HEIGHT, WIDTH, 0, 90, 10)


def room(pan: tuple[int, int] = (0, 0)) -> np.ndarray:
    """The empty room, from a camera that has moved by `pan` pixels."""
    x, y = 60 + pan[0], 60 + pan[1]
    return ROOM[y : y + HEIGHT, x : x + WIDTH].copy()


def put(picture: np.ndarray, x: float, y: float, width: int, height: int) -> np.ndarray:
    """A dancer of that size, centred at x, y (pixels), painted into the picture, which is returned."""
    left, top = round(x - width / 2), round(y - height / 2)
    where = picture[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)]
    where[:] = DANCER[: where.shape[0], : where.shape[1]]
    return picture


def write(path: Path, draw: Draw, frames: int, rate: Fraction = RATE) -> Path:
    """The film of `frames` pictures, nearly without loss."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"crf": "8", "preset": "ultrafast", "bf": "0"}
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(np.repeat(draw(number)[..., None], 3, axis=2), format="rgb24")
            picture.pts, picture.time_base = number, 1 / rate
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path

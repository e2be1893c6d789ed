"""A clip's pictures, small and gray: all that is needed to see who moves where.

Memory: 14 kB a picture, 13 MB for a minute of clip, and what one decoder holds.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from bachata.errors import Stopped
from bachata.media.clip import pictures_of
from bachata.media.conform import Conformer
from bachata.media.files import opened
from bachata.media.reader import ClipReader

WIDTH: Final = 160
HEIGHT: Final = 90
"""Every profile's pictures are 16:9."""
PER_SECOND: Final = 15
"""Pictures looked at in a second, at most: a beat of bachata is seven of them."""


@dataclass(frozen=True)
class Pictures:
    """`gray`: (n, HEIGHT, WIDTH), uint8. `frames`: (n,), the number of each in its clip. `rate`: frames a second."""

    gray: NDArray[np.uint8]
    frames: NDArray[np.int64]
    rate: Fraction


def look(path: Path, rate: Fraction, *, stop: threading.Event | None = None) -> Pictures:
    """Decode a clip of constant rate.

    Raises MediaUnreadable when it cannot be decoded, Stopped once `stop` is set.
    """
    found = [(number, _small(frame)) for number, frame in _some(path, rate, PER_SECOND, stop)]
    gray = np.array([picture for _, picture in found], dtype=np.uint8).reshape(-1, HEIGHT, WIDTH)
    return Pictures(gray, np.array([number for number, _ in found], dtype=np.int64), rate)


def glance(path: Path, rate: Fraction, frames: int, *, stop: threading.Event | None = None) -> Pictures:
    """A clip of any kind as its mezzanine of `frames` at `rate` will show it, upright and whole.

    Raises MediaUnreadable when it cannot be decoded, Stopped once `stop` is set.
    """
    numbers = np.arange(0, frames, max(1, round(rate / PER_SECOND)), dtype=np.int64)
    conformed = Conformer(WIDTH, HEIGHT)
    pictures = []
    with ClipReader(path, path.name, threads=1) as reader:
        for number in numbers:
            _heed(stop)
            pictures.append(_small(conformed(reader.at(Fraction(int(number)) / rate), reader.sample_aspect)))
    return Pictures(np.array(pictures, dtype=np.uint8).reshape(-1, HEIGHT, WIDTH), numbers, rate)


def coloured(
    path: Path, rate: Fraction, *, per_second: int, height: int, stop: threading.Event | None = None
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """A clip's pictures in colour: the number of each in its clip, and RGB (`height`, width, 3). Raises as `look`."""
    for number, frame in _some(path, rate, per_second, stop):
        small = frame.reformat(round(frame.width * height / frame.height), height, "rgb24")
        yield number, np.asarray(small.to_ndarray(), dtype=np.uint8)


def _some(
    path: Path, rate: Fraction, per_second: int, stop: threading.Event | None
) -> Iterator[tuple[int, VideoFrame]]:
    step = max(1, round(rate / per_second))
    return ((number, frame) for number, frame in _numbered(path, rate, stop) if number % step == 0)


def _numbered(path: Path, rate: Fraction, stop: threading.Event | None) -> Iterator[tuple[int, VideoFrame]]:
    """Frames by their number, counted where the file gives no times."""
    with opened(path, path.name, indexed=True) as container:
        stream = pictures_of(container, path.name)
        stream.codec_context.thread_count = 1  # each thread holds pictures, and clips are looked at side by side
        start = (stream.start_time or 0) * (stream.time_base or Fraction(0))
        for count, frame in enumerate(container.decode(stream)):
            _heed(stop)
            if frame.pts is None or frame.time_base is None:
                yield count, frame
            else:
                yield round((frame.pts * frame.time_base - start) * rate), frame


def _heed(stop: threading.Event | None) -> None:
    if stop is not None and stop.is_set():
        raise Stopped("Stopped while looking at clips; run it again to go on")


def _small(frame: VideoFrame) -> NDArray[np.uint8]:
    small = frame.reformat(WIDTH, HEIGHT, "gray", interpolation=Interpolation.AREA)
    return np.asarray(small.to_ndarray(), dtype=np.uint8)

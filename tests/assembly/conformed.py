"""Numbered clips that conform to the small profile the assembler's tests render in."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame

from bachata.media.container import Writer
from bachata.media.encoder import PieceEncoder, Unit
from bachata.media.profile import Profile, profile_for
from tests.assembly import truth

RATE = Fraction(30)
SMALL = profile_for(truth.SIZE, RATE)

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def frame_of(picture: Pixels) -> VideoFrame:
    """A grey picture as a frame of the profile's format."""
    return VideoFrame.from_ndarray(picture, format="gray").reformat(
        format="yuv420p", src_color_range=2, dst_color_range=1
    )


def conformed_clip(
    path: Path, frames: int, *, first: int = 0, keys: Iterable[int] = (), profile: Profile = SMALL
) -> Path:
    """Pictures numbered from `first`, keyframes at 0 and at `keys`."""
    return write(path, (truth.numbered(first + n, profile.size) for n in range(frames)), keys=keys, profile=profile)


def write(path: Path, pictures: Iterable[Pixels], *, keys: Iterable[int] = (), profile: Profile = SMALL) -> Path:
    """Encode grey pictures to a conformed clip."""
    wanted = set(keys)
    encoder = PieceEncoder(profile)
    units: list[Unit] = []
    for number, picture in enumerate(pictures):
        units += encoder.encode(frame_of(picture), key=number in wanted)
    units += encoder.finish()
    path.parent.mkdir(parents=True, exist_ok=True)
    with Writer(path, profile, samples=len(units)) as writer:
        for number, unit in enumerate(units):
            writer.picture(unit, number * writer.frame, writer.frame)
        writer.finish()
    return path


def decoded(path: Path) -> list[bytes]:
    """The luma and chroma of every picture, as decoded without tolerance for errors."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.options = {"err_detect": "explode"}
        return [frame.to_ndarray().tobytes() for frame in container.decode(stream)]


def times(path: Path) -> list[Fraction]:
    """When every picture is presented, seconds."""
    with av.open(str(path)) as container:
        return sorted(p.pts * p.time_base for p in container.demux(video=0) if p.pts is not None)

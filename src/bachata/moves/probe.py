"""What a clip's file is, measured with FFmpeg's libraries: size, exact rate, number of frames, rotation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.container
import av.video

from bachata.errors import MediaUnreadable
from bachata.timeline import frame_rate

_MISSING_SHARE = 0.02  # a file holding fewer frames than its header promises, by more than this, was cut off


@dataclass(frozen=True)
class ClipFacts:
    """Measured facts of a clip.

    `width`, `height`: pixels as displayed, `rotation` applied. `rate`: frames a second; `frames`: how many there are
    at that rate. `sound`: whether it has an audio stream.
    """

    width: int
    height: int
    rotation: int
    rate: Fraction
    frames: int
    sound: bool


def probe(path: Path) -> ClipFacts:
    """Measure the clip at `path`: every packet is read, one frame decoded.

    Raises MediaUnreadable naming the file, with the decoder's words.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise MediaUnreadable(f"{path.name} holds no video")
            return _facts(path, container)
    except (av.FFmpegError, OSError) as error:
        words = getattr(error, "strerror", None) or type(error).__name__
        raise MediaUnreadable(f"{path.name} cannot be decoded: {words}") from None


def _facts(path: Path, container: av.container.InputContainer) -> ClipFacts:
    stream = container.streams.video[0]
    first = next(iter(container.decode(stream)), None)
    if first is None:
        raise MediaUnreadable(f"{path.name} holds not one picture that can be decoded")
    stream.codec_context.flush_buffers()
    container.seek(0, backward=True, any_frame=False)
    times = sorted(p.pts for p in container.demux(stream) if p.pts is not None and not p.is_discard)
    if not times or (stream.frames and len(times) < stream.frames * (1 - _MISSING_SHARE)):
        raise MediaUnreadable(f"{path.name} is cut off: {len(times)} of {stream.frames} frames can be read")
    rate, frames = _rate(stream, times)
    rotation = int(first.rotation) % 360
    sides = (first.height, first.width) if rotation in {90, 270} else (first.width, first.height)
    return ClipFacts(
        width=sides[0],
        height=sides[1],
        rotation=rotation,
        rate=rate,
        frames=frames,
        sound=bool(container.streams.audio),
    )


def _rate(stream: av.video.VideoStream, times: list[int]) -> tuple[Fraction, int]:
    """The exact rate and the frames at it; a variable rate counts as its average, which assembly conforms to."""
    given = stream.average_rate or stream.guessed_rate
    if given is None or given <= 0:
        raise MediaUnreadable("the clip names no frame rate")
    rate = frame_rate(given)
    base = stream.time_base or 1 / rate
    span = (times[-1] - times[0]) * base * rate + 1  # frames from first to last at that rate
    constant = abs(span - len(times)) < Fraction(1, 2)
    return rate, len(times) if constant else max(1, round(span))

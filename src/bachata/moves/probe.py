"""What a clip's file is, measured with FFmpeg's libraries: size, rate, exact length, rotation, codec."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from bachata.errors import MediaUnreadable
from bachata.media.clip import pictures_of
from bachata.media.files import opened
from bachata.timeline import frame_rate

_MISSING_SHARE = 0.02  # a file holding fewer frames than its header promises, by more than this, was cut off


@dataclass(frozen=True)
class ClipFacts:
    """Measured facts of a clip.

    `width`, `height`: pixels as stored, turned by `rotation`. `rate`: frames a second, on average; `frames`: how many
    pictures there are. `seconds`: from the first picture to the end of the last. `sound`: whether it has any.
    """

    width: int
    height: int
    rotation: int
    rate: Fraction
    frames: int
    seconds: Fraction
    codec: str
    pixel_format: str
    sound: bool


def probe(path: Path) -> ClipFacts:
    """Measure the clip at `path`: every packet is read, one frame decoded.

    Raises MediaUnreadable naming the file, with the decoder's words.
    """
    with opened(path, path.name) as container:
        return _facts(path, container)


def _facts(path: Path, container: InputContainer) -> ClipFacts:
    stream = pictures_of(container, path.name)
    first = next(iter(container.decode(stream)), None)
    if first is None:
        raise MediaUnreadable(f"{path.name!r} holds not one picture that can be decoded. Replace the file.")
    stream.codec_context.flush_buffers()
    container.seek(0, backward=True, any_frame=False)
    packets = [p for p in container.demux(stream) if p.size and not p.is_discard]
    if not packets or len(packets) < stream.frames * (1 - _MISSING_SHARE):
        raise MediaUnreadable(
            f"{path.name!r} is cut off: {len(packets)} of {stream.frames} frames can be read. Replace the file."
        )
    rotation = int(first.rotation) % 360
    sides = (first.height, first.width) if rotation in {90, 270} else (first.width, first.height)
    rate = _rate(path, stream)
    return ClipFacts(
        width=sides[0],
        height=sides[1],
        rotation=rotation,
        rate=rate,
        frames=len(packets),
        seconds=_seconds(packets, stream, rate),
        codec=stream.codec_context.name,
        pixel_format=first.format.name,
        sound=bool(container.streams.audio),
    )


def _rate(path: Path, stream: VideoStream) -> Fraction:
    given = stream.average_rate or stream.guessed_rate
    if given is None or given <= 0:
        raise MediaUnreadable(f"{path.name!r} names no frame rate. Re-encode it.")
    return frame_rate(given)


def _seconds(packets: list[Packet[VideoStream]], stream: VideoStream, rate: Fraction) -> Fraction:
    """From the first picture shown to the end of the last one."""
    shown = sorted((p.pts, p.duration or 0) for p in packets if p.pts is not None)
    if len(shown) < len(packets) or not stream.time_base:  # AVI stores no times of presentation
        return len(packets) / rate
    (first, _), (last, length) = shown[0], shown[-1]
    return (last - first) * stream.time_base + (length * stream.time_base or 1 / rate)

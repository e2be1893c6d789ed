"""What a file holds, read from its index: frames, keyframes, and whether it can be copied from. Nothing is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from bachata.errors import MediaUnreadable
from bachata.media.encoder import header, nal_units
from bachata.media.files import opened
from bachata.media.profile import Profile

_IDR: Final = 5  # H.264 NAL unit type


@dataclass(frozen=True, slots=True)
class ClipIndex:
    """Facts of a file's pictures."""

    frames: int
    keyframes: tuple[int, ...]
    """Numbers of the frames at which decoding may begin, ascending."""
    width: int
    height: int
    rate: Fraction | None
    """Frames a second when every frame lasts equally long, else None."""
    header: bytes
    """Decoder configuration: of H.264 in MP4, the avcC record with SPS and PPS."""
    codec: str
    starts_at_zero: bool


def read_index(stream: VideoStream) -> ClipIndex:
    """The index of an open file's pictures."""
    times: list[int] = []
    keyframes: list[int] = []
    for number, entry in enumerate(stream.index_entries):
        times.append(entry.timestamp)
        if entry.is_keyframe:
            keyframes.append(number)
    context = stream.codec_context
    return ClipIndex(
        frames=len(times),
        keyframes=tuple(keyframes),
        width=stream.width,
        height=stream.height,
        rate=_constant(times, stream),
        header=bytes(context.extradata or b""),
        codec=context.name,
        starts_at_zero=bool(times) and times[0] == 0 and not stream.start_time,
    )


def index_of(path: Path, name: str) -> ClipIndex:
    """The index of the file at `path`, called `name` in errors.

    Raises MediaUnreadable when it cannot be opened or holds no video.
    """
    with opened(path, name, indexed=True) as container:
        return read_index(pictures_of(container, name))


def pictures_of(container: InputContainer, name: str) -> VideoStream:
    """The first video stream that is not a cover picture.

    Raises MediaUnreadable when there is none.
    """
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        held = ", ".join(sorted({s.type for s in container.streams})) or "nothing"
        raise MediaUnreadable(f"{name!r} holds no video stream (found: {held}). Replace the file.")
    return streams[0]


def misfit(index: ClipIndex, profile: Profile) -> str | None:
    """Why packets of this file cannot be copied into a video of `profile`, in words; None when they can."""
    width, height = profile.size
    if index.codec != "h264":
        return f"it is {index.codec}, not H.264"
    if (index.width, index.height) != profile.size:
        return f"it is {index.width}x{index.height}, not {width}x{height}"
    if index.rate != profile.rate:
        given = f"{index.rate} frames a second" if index.rate else "of variable frame rate"
        return f"it is {given}, not {profile.rate}"
    if index.header != header(profile):
        return f"it was encoded with other parameters than {profile.id}"
    if not index.starts_at_zero or not index.keyframes or index.keyframes[0] != 0:
        return "its first frame is no keyframe at time 0"
    return None


def faults(path: Path, name: str, profile: Profile) -> list[str]:
    """Everything that keeps a file from conforming to `profile`; every packet is read, nothing is decoded.

    More than `misfit` this proves that keyframes are IDR pictures and the data is all there.
    Raises MediaUnreadable.
    """
    with opened(path, name) as container:
        stream = pictures_of(container, name)
        index = read_index(stream)
        found = [reason] if (reason := misfit(index, profile)) else []
        if container.streams.audio:
            found.append("it holds sound")
        if index.codec != "h264":
            return found
        packets = [p for p in container.demux(stream) if p.size]
        open_groups = [n for n, p in enumerate(packets) if p.is_keyframe and not is_idr(p)]
        if open_groups:
            found.append(f"keyframes {', '.join(map(str, open_groups[:5]))} are no IDR pictures")
        if len(packets) != index.frames:
            found.append(f"{len(packets)} of {index.frames} frames can be read")
        return found


def is_idr(packet: Packet[VideoStream]) -> bool:
    """Whether a packet is an IDR picture: nothing after it refers to anything before it."""
    return _IDR in _types(bytes(packet))


def is_whole(packet: Packet[VideoStream]) -> bool:
    """Whether a packet of a conformed clip is one slice of exactly its size: damage hardly ever leaves that intact."""
    head = bytes(memoryview(packet)[:5])
    return len(head) == 5 and int.from_bytes(head[:4], "big") == packet.size - 4 and head[4] & 159 in {1, _IDR}


def _types(data: bytes) -> Iterator[int]:
    return (unit[4] & 31 for unit in nal_units(data))


def _constant(times: list[int], stream: VideoStream) -> Fraction | None:
    """The rate when times are evenly spaced and decoding order is display order."""
    if len(times) < 2 or not stream.time_base or stream.codec_context.has_b_frames:
        return Fraction(stream.average_rate) if len(times) == 1 and stream.average_rate else None
    step = times[1] - times[0]
    if step <= 0 or any(time != times[0] + n * step for n, time in enumerate(times)):
        return None
    return 1 / (step * stream.time_base)

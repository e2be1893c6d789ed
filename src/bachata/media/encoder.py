"""Frames to a piece: packets that begin with an IDR picture and need nothing before them.

All pieces of a profile share one SPS and PPS. Used for whole clips at ingest and for single transitions at assembly, so
that both can lie in one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from av.codec import CodecContext
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from bachata.media.conform import BT709, FORMAT, LIMITED
from bachata.media.profile import Profile

_SEI: Final = 6  # H.264 NAL unit type: x264's signature, 700 bytes with its version, at the head of every piece
_LENGTH: Final = 4  # bytes of the size in front of every unit


@dataclass(frozen=True, slots=True)
class Unit:
    """One encoded picture, as MP4 holds it: every NAL unit with its length in front."""

    data: bytes
    keyframe: bool


def configure(context: VideoCodecContext, profile: Profile, *, quick: bool = False) -> None:
    """Set everything that decides the bytes of a profile; `context` is a libx264 encoder that is not open yet."""
    context.width, context.height = profile.size
    context.pix_fmt = FORMAT
    context.time_base, context.framerate = profile.tick, profile.rate
    context.sample_aspect_ratio = 1  # type: ignore[assignment]
    context.color_range = LIMITED
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.options = profile.options(quick=quick)


class PieceEncoder:
    """Encodes one piece, pictures in order. Frames are of the profile's size, yuv420p, BT.709, limited range.

    `quick`: see `Profile.options`.
    """

    def __init__(self, profile: Profile, *, quick: bool = False) -> None:
        context = CodecContext.create("libx264", "w")
        assert isinstance(context, VideoCodecContext)
        configure(context, profile, quick=quick)
        context.open()
        self._context = context
        self._tick = profile.tick
        self._count = 0

    @property
    def header(self) -> bytes:
        """The avcC record with SPS and PPS: the same for every piece of the profile."""
        return bytes(self._context.extradata or b"")

    def encode(self, frame: VideoFrame, *, key: bool = False) -> Iterator[Unit]:
        """Take the next picture; the first is a keyframe anyhow. Yields what has become ready."""
        frame.pts, frame.time_base, frame.duration = self._count, self._tick, 1
        # The source's picture types must not steer the encoder.
        frame.pict_type = PictureType.I if key or not self._count else PictureType.NONE
        self._count += 1
        yield from map(_unit, self._context.encode(frame))

    def finish(self) -> Iterator[Unit]:
        """The last pictures."""
        yield from map(_unit, self._context.encode(None))


def header(profile: Profile) -> bytes:
    """The avcC record of a profile."""
    if profile not in _headers:
        _headers[profile] = PieceEncoder(profile).header
    return _headers[profile]


_headers: dict[Profile, bytes] = {}


def _unit(packet: Packet[VideoStream]) -> Unit:
    return Unit(b"".join(u for u in nal_units(bytes(packet)) if u[_LENGTH] & 31 != _SEI), packet.is_keyframe)


def nal_units(data: bytes) -> Iterator[bytes]:
    """The NAL units of a picture, each with its four bytes of length."""
    at = 0
    while at + _LENGTH < len(data):
        end = at + _LENGTH + int.from_bytes(data[at : at + _LENGTH], "big")
        yield data[at:end]
        at = end

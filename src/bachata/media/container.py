"""Packets into a file. The index lies in front of the media and nothing is written twice.

MP4 and QuickTime keep their index (`moov`) in one box. FFmpeg's ``faststart`` puts it in front by writing the file and
then moving all of it; here room is kept in front, as many bytes as the index can grow to, and the rest of it is a
`free` box. Decoding order is display order (see `profile`), so there are no edit lists for the pictures.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self, cast

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from bachata.media.encoder import Unit, configure
from bachata.media.profile import Profile

Format = Literal["mp4", "mov", "matroska"]

_FINE: Final = 90_000
"""Ticks a second, at least: MPEG's clock, which divides every usual rate."""

_SOUND_RATE: Final = 48_000
_LARGEST_TIMESCALE: Final = 2**31 - 1

_INDEX_BASE: Final = 8192  # boxes that do not grow with the media; the largest seen is 1.6 kB
_PER_SAMPLE: Final = 4 + 8 + 12 + 8 + 4
"""Bytes of a sample at worst: size, duration run, chunk run, chunk offset, keyframe number (ISO/IEC 14496-12)."""


def timescale(rate: Fraction) -> Fraction:
    """A fine time base in which every frame of `rate` begins on a tick: seconds a tick."""
    return Fraction(1, rate.numerator * math.ceil(Fraction(_FINE, rate.numerator)))


def _common(timescale: int) -> int:
    """A unit in which both streams' lengths are whole, so that the file says exactly when they end."""
    exact = math.lcm(timescale, _SOUND_RATE)
    return exact if exact <= _LARGEST_TIMESCALE else timescale


class Writer:
    """A file of one profile's pictures and, if given, sound: `sound` adds its stream to the container.

    Times are absolute, in units of `tick` for pictures. Write packets of both streams in order of time.
    `samples` bounds how many packets will be written. The same packets give the same bytes.
    """

    def __init__(
        self,
        path: Path,
        profile: Profile,
        *,
        samples: int,
        format: Format = "mp4",
        sound: Callable[[OutputContainer], AudioStream] | None = None,
    ) -> None:
        options = {"fflags": "+bitexact"}
        self.tick = timescale(profile.rate)
        self.frame = int(profile.tick / self.tick)
        """Ticks of one frame of the profile's rate."""
        if format != "matroska":
            room = _INDEX_BASE + _PER_SAMPLE * samples
            options |= {
                "moov_size": str(room),
                "video_track_timescale": str(self.tick.denominator),
                "movie_timescale": str(_common(self.tick.denominator)),
            }
        self._container = av.open(str(path), "w", format=format, container_options=options)
        stream = self._container.add_stream("libx264", rate=profile.rate)
        assert isinstance(stream, VideoStream)
        assert isinstance(stream.codec_context, VideoCodecContext)
        configure(stream.codec_context, profile)  # never fed: it gives the file the profile's SPS and PPS
        stream.time_base = self.tick
        self._video = stream
        self._audio = sound(self._container) if sound else None
        self._finished = False

    def picture(self, unit: Unit, at: int, length: int) -> None:
        """Append an encoded picture, shown from tick `at` for `length` ticks."""
        packet = cast("Packet[VideoStream]", Packet(unit.data))
        packet.is_keyframe = unit.keyframe
        self.copy(packet, at, length)

    def copy(self, packet: Packet[VideoStream], at: int, length: int) -> None:
        """Append a packet of a conformed clip, shown from tick `at` for `length` ticks."""
        packet.stream = self._video
        packet.time_base = self.tick
        packet.pts = packet.dts = at
        packet.duration = length
        self._container.mux_one(packet)

    def sound(self, packet: Packet[AudioStream]) -> None:
        """Append a packet of sound, its times as they are."""
        assert self._audio is not None
        packet.stream = self._audio
        self._container.mux_one(packet)

    def finish(self) -> None:
        """Write the index."""
        self._finished = True
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._finished:
            with suppress(OSError, av.FFmpegError):  # an error is on its way already
                self._container.close()

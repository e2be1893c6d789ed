"""The finished file: codecs, quality, tags, and how pictures and sound are woven into one container.

The same pictures and samples give the same bytes: fixed encoder threads, no dates, no version strings of the muxer.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from bachata.assembly.quality import bits
from bachata.assembly.soundtrack import Soundtrack, Weaver
from bachata.blueprint import AUDIO_CODECS, VIDEO_CODECS, OutputConfig
from bachata.errors import InvalidRequest
from bachata.media.conform import BT709, FORMAT, LIMITED
from bachata.media.container import Format
from bachata.media.scheduling import ordinary

THREADS: Final = 4
"""Encoder threads unless told otherwise. Not the machine's cores: x264's output depends on their number."""

_GOP_SECONDS: Final = 2

CONTAINERS: Final[dict[str, Format]] = {"mp4": "mp4", "mov": "mov", "mkv": "matroska"}
"""FFmpeg's name of each output format."""

# FFmpeg's mov muxer lists these as supported (it shares its tables with mp4) and then refuses to write the header.
_NOT_IN_MOV: Final = {"libsvtav1", "libvpx-vp9", "libopus", "flac"}

# Quality when neither crf nor video_bitrate is given, chosen to look alike: x264's 21 at veryfast is the old pipeline's
# "high" and a third of the time of its medium preset; the others' scales are shifted by their makers' advice.
_DEFAULT_CRF: Final = {"libx264": 21, "libx265": 24, "libsvtav1": 32, "libvpx-vp9": 33}
_LARGEST_CRF: Final = {"libx264": 51, "libx265": 51, "libsvtav1": 63, "libvpx-vp9": 63}
_SPEED: Final[dict[str, dict[str, str]]] = {
    "libx264": {"preset": "veryfast"},
    "libx265": {"preset": "veryfast", "x265-params": "log-level=error"},
    "libsvtav1": {"preset": "10"},
    "libvpx-vp9": {"deadline": "good", "cpu-used": "5", "row-mt": "1"},
}


def check_output(config: OutputConfig) -> None:
    """Raise InvalidRequest, before any work, for an output this FFmpeg cannot write; the message names what it can."""
    mov = config.output_format == "mov"
    for field, codec, allowed in (
        ("video_codec", config.video_codec, VIDEO_CODECS),
        ("audio_codec", config.audio_codec, AUDIO_CODECS),
    ):
        usable = [name for name in allowed if _exists(name) and not (mov and name in _NOT_IN_MOV)]
        if codec not in usable:
            raise InvalidRequest(
                f"output_config.{field}: {codec} cannot be written to {config.output_format} here; "
                f"use {', '.join(usable)}"
            )
    largest = _LARGEST_CRF[config.video_codec]
    if config.crf is not None and config.crf > largest:
        raise InvalidRequest(f"output_config.crf: {config.video_codec} takes 0 to {largest}, not {config.crf:g}")


class Output:
    """A file being written. Pictures go in in order; the sound is pulled along so that both lie together in the file.

    Memory is what the encoders hold.
    """

    def __init__(self, path: Path, config: OutputConfig, sound: Soundtrack | None, *, threads: int = THREADS) -> None:
        name = CONTAINERS[config.output_format]
        options = {"fflags": "+bitexact", **({} if name == "matroska" else {"movflags": "+faststart"})}
        self._container: OutputContainer = av.open(str(path), "w", format=name, container_options=options)
        self._tick = 1 / config.rate
        self._frames = 0
        self._finished = False
        self._video = self._add_video(config, threads)
        self._audio = sound.attach(self._container) if sound else None
        self._sound = Weaver(sound.packets() if sound else iter(()), self._mux_sound)

    def write(self, frame: VideoFrame) -> None:
        """Append the next picture."""
        frame.pts, frame.time_base, frame.duration = self._frames, self._tick, 1
        frame.pict_type = 0  # the source's picture types must not steer the encoder
        self._frames += 1
        self._mux(self._video.encode(frame))
        if self._frames == 1:
            ordinary()  # the first picture has opened the encoder

    def finish(self) -> None:
        """Write what the encoders still hold and the index."""
        self._mux(self._video.encode(None))
        self._sound.until(None)
        self._container.close()
        self._finished = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._finished:
            with suppress(OSError, av.FFmpegError):  # an error is on its way already; this file goes with the scratch
                self._container.close()

    def _add_video(self, config: OutputConfig, threads: int) -> VideoStream:
        codec = config.video_codec
        options = {**_SPEED[codec], "threads": str(threads), "flags": "+bitexact"}
        if config.video_bitrate is None:
            options["crf"] = f"{_DEFAULT_CRF[codec] if config.crf is None else config.crf:g}"
        stream = self._container.add_stream(codec, rate=config.rate, options=options)
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        context.width, context.height = config.size
        context.pix_fmt = FORMAT
        context.time_base = self._tick
        context.gop_size = max(1, round(_GOP_SECONDS * config.rate))
        context.sample_aspect_ratio = Fraction(1)
        context.color_range = LIMITED
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.bit_rate = bits(config.video_bitrate) if config.video_bitrate else 0
        return stream

    def _mux_sound(self, packet: Packet[AudioStream]) -> None:
        assert self._audio is not None
        packet.stream = self._audio
        self._container.mux_one(packet)

    def _mux(self, packets: list[Packet[VideoStream]]) -> None:
        for packet in packets:
            if packet.dts is not None and packet.time_base:
                self._sound.until(packet.dts * packet.time_base)
            self._container.mux(packet)


def _exists(codec: str) -> bool:
    try:
        av.Codec(codec, "w")
    except av.codec.codec.UnknownCodecError:
        return False
    return True

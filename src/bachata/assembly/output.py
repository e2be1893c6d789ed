"""The finished file: codecs, quality, tags, and how pictures and sound are woven into one container.

The same pictures and samples give the same bytes: fixed encoder threads, no dates, no version strings of the muxer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from bachata.assembly.sound import RATE
from bachata.blueprint import AUDIO_CODECS, VIDEO_CODECS, OutputConfig
from bachata.errors import InvalidRequest
from bachata.media.conform import BT709, FORMAT, LIMITED

THREADS: Final = 4
"""Encoder threads unless told otherwise. Not the machine's cores: x264's output depends on their number."""

_GOP_SECONDS: Final = 2

_CONTAINERS: Final = {"mp4": "mp4", "mov": "mov", "mkv": "matroska"}

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

    `sound` yields blocks of exactly the video's length; memory is what the encoders hold.
    """

    def __init__(
        self, path: Path, config: OutputConfig, sound: Iterator[AudioFrame] | None, *, threads: int = THREADS
    ) -> None:
        name = _CONTAINERS[config.output_format]
        options = {"fflags": "+bitexact", **({} if name == "matroska" else {"movflags": "+faststart"})}
        self._container: OutputContainer = av.open(str(path), "w", format=name, container_options=options)
        self._tick = 1 / config.rate
        self._frames = 0
        self._finished = False
        self._video = self._add_video(config, threads)
        self._audio = self._add_audio(config) if sound else None
        self._sound = self._encoded(sound) if sound else iter(())
        self._waiting: Packet[AudioStream] | None = None

    def write(self, frame: VideoFrame) -> None:
        """Append the next picture."""
        frame.pts, frame.time_base, frame.duration = self._frames, self._tick, 1
        frame.pict_type = 0  # the source's picture types must not steer the encoder
        self._frames += 1
        self._mux(self._video.encode(frame))

    def finish(self) -> None:
        """Write what the encoders still hold and the index."""
        self._mux(self._video.encode(None))
        self._mux_sound(None)
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

    def _add_audio(self, config: OutputConfig) -> AudioStream:
        stream = self._container.add_stream(
            config.audio_codec, rate=RATE, layout="stereo", options={"flags": "+bitexact"}
        )
        assert isinstance(stream, AudioStream)
        if config.audio_codec != "flac":
            stream.bit_rate = bits(config.audio_bitrate)
        return stream

    def _encoded(self, sound: Iterator[AudioFrame]) -> Iterator[Packet[AudioStream]]:
        assert self._audio is not None
        position = 0
        for block in sound:
            block.pts, block.time_base = position, Fraction(1, RATE)
            position += block.samples
            yield from self._audio.encode(block)
        yield from self._audio.encode(None)

    def _mux(self, packets: list[Packet[VideoStream]]) -> None:
        for packet in packets:
            if packet.dts is not None and packet.time_base:
                self._mux_sound(packet.dts * packet.time_base)
            self._container.mux(packet)

    def _mux_sound(self, until: Fraction | None) -> None:
        """Write sound up to `until` seconds; None: all of it."""
        while True:
            packet = self._waiting or next(self._sound, None)
            self._waiting = None
            if packet is None:
                return
            assert packet.pts is not None and packet.time_base
            if until is not None and packet.pts * packet.time_base > until:
                self._waiting = packet
                return
            self._container.mux(packet)


def bits(rate: str) -> int:
    """Bits a second of a bitrate such as ``2M`` or ``128k``."""
    factor = {"k": 1_000, "m": 1_000_000}.get(rate[-1].lower())
    return round(Fraction(rate[:-1]) * factor) if factor else round(Fraction(rate))


def _exists(codec: str) -> bool:
    try:
        av.Codec(codec, "w")
    except av.codec.codec.UnknownCodecError:
        return False
    return True

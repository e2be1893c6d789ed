"""What the finished file really holds, read from the file: pictures are counted, nothing is decoded."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from bachata.errors import BachataError
from bachata.media.files import opened


@dataclass(frozen=True)
class Facts:
    """Of a video file."""

    frames: int
    seconds: Fraction
    width: int
    height: int
    video_codec: str
    audio_codec: str | None
    size: int
    sha256: str


@dataclass(frozen=True)
class Times:
    """When the `count` pictures of a file begin: numbers of a `tick`, seconds, ascending."""

    tick: Fraction
    count: int
    each: Iterable[int]


def facts(path: Path, *, frames: int, rate: Fraction, sound: bool, times: Times | None = None) -> Facts:
    """Measure a finished video of `frames` frames of `rate` and hold it against what was planned.

    `times`: when its pictures begin, which are stored in the order they are shown; default: one a frame, in any order.
    Raises BachataError when pictures, times or streams are not exactly as planned: such a file is not delivered.
    """
    planned = times or Times(1 / rate, frames, range(frames))
    with opened(path, path.name) as container:
        video = container.streams.video[0]
        audio = container.streams.audio[0] if container.streams.audio else None
        indexed = times is not None and "mp4" in container.format.name
        found, seconds, audible = _from_index(video, audio) if indexed else _from_packets(container)
        tick = video.time_base or Fraction(1, av.time_base)
        measured = Facts(
            frames=len(found),
            seconds=seconds,
            width=video.width,
            height=video.height,
            video_codec=video.codec_context.name,
            audio_codec=audio.codec_context.name if audio else None,
            size=path.stat().st_size,
            sha256=_sha256(path),
        )
    _hold(found, planned, measured, audible, tick, seconds=frames / rate, sound=sound)
    return measured


def _from_index(video: VideoStream, audio: AudioStream | None) -> tuple[array[int], Fraction, Fraction]:
    """Times of all pictures in ticks, seconds of pictures and of sound. MP4 and QuickTime tell it in their index."""
    found = array("q", sorted(entry.timestamp for entry in video.index_entries))
    audible = (audio.duration or 0) * (audio.time_base or Fraction(0)) if audio else Fraction(0)
    return found, (video.duration or 0) * (video.time_base or Fraction(0)), audible


def _from_packets(container: InputContainer) -> tuple[array[int], Fraction, Fraction]:
    video = container.streams.video[0].index
    found = array("q")
    visible = audible = Fraction(0)
    for packet in container.demux():
        if packet.pts is None or packet.time_base is None:
            continue  # the flushing packet at the end
        if packet.stream_index == video:
            found.append(packet.pts)
            visible = max(visible, (packet.pts + (packet.duration or 0)) * packet.time_base)
        elif isinstance(packet.stream, AudioStream):
            audible = max(audible, (packet.pts + (packet.duration or 0)) * packet.time_base)
    return array("q", sorted(found)), visible, audible


def _hold(
    found: array[int],
    planned: Times,
    measured: Facts,
    audible: Fraction,
    tick: Fraction,
    *,
    seconds: Fraction,
    sound: bool,
) -> None:
    faults = []
    scale = planned.tick / tick
    if measured.frames != planned.count:
        faults.append(f"{measured.frames} frames instead of {planned.count}")
    elif any(
        abs((pts - found[0]) * scale.denominator - time * scale.numerator) > scale.denominator
        for pts, time in zip(found, planned.each, strict=True)
    ):
        faults.append("frames off their times")
    if abs(measured.seconds - seconds) > max(2 * tick, Fraction(2, 1000)):  # Matroska counts milliseconds
        faults.append(f"{float(measured.seconds):.3f} s of pictures instead of {float(seconds):.3f}")
    if sound and measured.audio_codec is None:
        faults.append("no sound")
    elif sound and abs(audible - measured.seconds) > Fraction(1, 10):
        faults.append(f"{float(audible):.3f} s of sound for {float(measured.seconds):.3f} s of pictures")
    if faults:
        raise BachataError(f"The finished video is not what was planned ({'; '.join(faults)}); this is a fault of ours")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

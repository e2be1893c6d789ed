"""What the finished file really holds, read from the file: packets are counted, nothing is decoded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

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


def facts(path: Path, *, frames: int, rate: Fraction, sound: bool, times: Sequence[Fraction] | None = None) -> Facts:
    """Measure a finished video of `frames` frames of `rate` and hold it against what was planned.

    `times`: when its pictures begin, seconds; default: one a frame.
    Raises BachataError when pictures, times or streams are not exactly as planned: such a file is not delivered.
    """
    with opened(path, path.name) as container:
        video = container.streams.video[0]
        audio = container.streams.audio[0] if container.streams.audio else None
        tick = video.time_base or Fraction(1, av.time_base)
        found: list[int] = []
        audible = Fraction(0)
        for packet in container.demux():
            if packet.pts is None:
                continue  # the flushing packet at the end
            if packet.stream_index == video.index:
                found.append(packet.pts)
            elif audio and packet.stream_index == audio.index and packet.time_base:
                audible = max(audible, (packet.pts + (packet.duration or 0)) * packet.time_base)
        measured = Facts(
            frames=len(found),
            seconds=frames / rate,
            width=video.width,
            height=video.height,
            video_codec=video.codec_context.name,
            audio_codec=audio.codec_context.name if audio else None,
            size=path.stat().st_size,
            sha256=_sha256(path),
        )
    planned = [index / rate for index in range(frames)] if times is None else times
    _hold(sorted(found), planned, measured, audible, tick, sound=sound)
    return measured


def _hold(
    found: list[int], planned: Sequence[Fraction], measured: Facts, audible: Fraction, tick: Fraction, *, sound: bool
) -> None:
    faults = []
    if measured.frames != len(planned):
        faults.append(f"{measured.frames} frames instead of {len(planned)}")
    elif any(abs(pts - found[0] - time / tick) > 1 for pts, time in zip(found, planned, strict=True)):
        faults.append("frames off their times")
    if sound and measured.audio_codec is None:
        faults.append("no sound")
    elif sound and abs(audible - measured.seconds) > Fraction(1, 10):
        faults.append(f"{float(audible):.3f} s of sound for {float(measured.seconds):.3f} s of pictures")
    if faults:
        raise BachataError(f"The finished video is not what was planned ({'; '.join(faults)}); this is a fault of ours")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

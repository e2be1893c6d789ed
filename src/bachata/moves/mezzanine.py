"""A clip of any kind to a mezzanine of a profile: constant rate, known keyframes, no sound; and its thumbnail.

Frame k shows the source at k/rate seconds after its first picture. The same source, profile and keyframes give the
same bytes, on any machine and whatever else runs beside, as long as FFmpeg and x264 are of the same build.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from av.codec import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from bachata.errors import Stopped
from bachata.media.conform import Conformer
from bachata.media.container import Writer
from bachata.media.encoder import PieceEncoder, Unit
from bachata.media.files import writing
from bachata.media.profile import Profile
from bachata.media.reader import ClipReader

THUMBNAIL_WIDTH: Final = 320
_SECOND: Final = Fraction(1)
_THUMBNAIL_QUALITY: Final = "4"  # of MJPEG's quantiser, 1 best to 31: about 12 kB at this size


@dataclass(frozen=True)
class Mould:
    """What decides a mezzanine: the source's hash, the profile, how many frames and which of them are keyframes."""

    source_sha256: str
    profile: Profile
    frames: int
    keyframes: tuple[int, ...]

    @property
    def digest(self) -> str:
        """A hash of all that: the name of what is made from it."""
        said = f"{self.source_sha256} {self.profile.id} {self.frames} {','.join(map(str, self.keyframes))}"
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Made:
    """A finished mezzanine in a local file, its thumbnail, and what was wrong with the source's pictures."""

    path: Path
    thumbnail: bytes
    damaged: int
    held: int


def conform(source: Path, name: str, mould: Mould, target: Path, *, stop: threading.Event | None = None) -> Made:
    """Write the mezzanine of `source`, called `name` in errors, to `target`.

    Raises MediaUnreadable if it cannot be decoded, Stopped once `stop` is set, OutOfSpace.
    """
    profile, keyframes = mould.profile, frozenset(mould.keyframes)
    conformed, encoder = Conformer(*profile.size), PieceEncoder(profile)
    portrait = mould.keyframes[len(mould.keyframes) // 2]
    thumbnail = b""
    with (
        writing(),
        ClipReader(source, name, threads=1) as reader,
        Writer(target, profile, samples=mould.frames) as writer,
    ):
        row = _Row(writer, profile)
        for number in range(mould.frames):
            if stop is not None and stop.is_set():
                raise Stopped("Stopped while conforming clips; run it again to go on")
            picture = conformed(reader.at(number * profile.tick), reader.sample_aspect)
            if number == portrait:
                thumbnail = jpeg(picture)
            for unit in encoder.encode(picture, key=number in keyframes):
                row.put(unit)
        for unit in encoder.finish():
            row.put(unit)
        writer.finish()
        return Made(target, thumbnail, reader.damaged, reader.held)


class _Row:
    """Puts encoded pictures into the file one after the other, each a frame long."""

    def __init__(self, writer: Writer, profile: Profile) -> None:
        self._writer = writer
        self._length = int(profile.tick / writer.tick)
        self._at = 0

    def put(self, unit: Unit) -> None:
        """Append the next picture."""
        self._writer.picture(unit, self._at, self._length)
        self._at += self._length


def jpeg(picture: VideoFrame) -> bytes:
    """A small JPEG of a picture."""
    height = max(2, round(picture.height * THUMBNAIL_WIDTH / picture.width / 2) * 2)
    small = picture.reformat(THUMBNAIL_WIDTH, height, "yuvj420p")
    small.pict_type, small.pts = PictureType.NONE, 0
    context = CodecContext.create("mjpeg", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = THUMBNAIL_WIDTH, height, "yuvj420p"
    context.time_base, context.framerate = _SECOND, _SECOND
    context.options = {"qmin": _THUMBNAIL_QUALITY, "qmax": _THUMBNAIL_QUALITY, "flags": "+bitexact", "threads": "1"}
    return b"".join(bytes(p) for frame in (small, None) for p in context.encode(frame))

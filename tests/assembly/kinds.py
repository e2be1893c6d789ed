"""Every kind of clip people send, each carrying its frame numbers, and a clip that needs nothing done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np

from bachata.media.profile import profile_for
from tests.assembly import truth
from tests.assembly.conformed import write

SECONDS = Fraction(6, 5)
"""Length of each clip."""
FIRST = 100
"""Number of a clip's first frame."""
WIDE = (128, 72)
_MILLISECOND = Fraction(1, 1000)
_UNEVEN = (0, 41, 58, 100, 133, 160, 230, 233, 300, 340, 350, 420, 500, 511, 560, 640, 700, 720, 805, 850, 900)
_UNEVEN_TICKS = (*_UNEVEN, 933, 1000, 1050, 1111, 1180)


@dataclass(frozen=True)
class Kind:
    """How a clip is encoded. `size` is that of its stored pictures, before `aspect` and `rotation`."""

    size: tuple[int, int] = WIDE
    suffix: str = ".mp4"
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    rate: Fraction = Fraction(30)
    options: dict[str, str] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    ticks: tuple[int, ...] | None = None
    """Presentation times in milliseconds, of a variable rate."""
    aspect: Fraction = Fraction(1)
    """Of a pixel."""
    rotation: int = 0
    sound: tuple[int, str] | None = None
    """Rate and layout of its own sound."""
    loss: float = 6.0
    """Mean difference from the truth that its codec and its scaling are allowed, of 255."""

    @property
    def frames(self) -> int:
        """How many pictures it holds."""
        return len(self.ticks) if self.ticks else int(SECONDS * self.rate)

    def number_at(self, time: Fraction) -> int:
        """The number of the picture presented at a second of it, with a millisecond's grace."""
        late = time + _MILLISECOND
        if self.ticks:
            return FIRST + max(n for n, tick in enumerate(self.ticks) if tick * _MILLISECOND <= late)
        return FIRST + int(late * self.rate)

    @property
    def shape(self) -> Fraction:
        """Width by height as it is to be seen."""
        shape = Fraction(*self.size) * self.aspect
        return 1 / shape if self.rotation % 180 else shape

    def write(self, path: Path) -> Path:
        """Encode it."""
        seen = (self.size[1], self.size[0]) if self.rotation % 180 else self.size
        pictures = (truth.numbered(FIRST + n, seen) for n in range(self.frames))
        stored = (np.ascontiguousarray(np.rot90(p, -self.rotation // 90)) for p in pictures)
        rate, layout = self.sound or (truth.RATE, "stereo")
        return truth.write_clip(
            path,
            stored,
            rate=self.rate,
            codec=self.codec,
            pix_fmt=self.pix_fmt,
            options={"g": "20", **self.options} if self.codec == "libx264" else self.options,
            ticks=self.ticks,
            time_base=_MILLISECOND if self.ticks else None,
            aspect=self.aspect if self.aspect != 1 else None,
            sound=own_sound(rate, layout) if self.sound else None,
            sound_rate=rate,
            layout=layout,
            tags=self.tags,
            rotation=self.rotation,
        )


def own_sound(rate: int, layout: str) -> truth.Picture:
    """A click every 0.3 s in every channel, shape (channels, n)."""
    channels = {"mono": 1, "stereo": 2, "5.1": 6}[layout]
    clicks = truth.clicks(float(SECONDS), [0.05, 0.35, 0.65, 0.95], rate=rate, level=0.4)
    return np.repeat(clicks[None, :], channels, axis=0)


def conformed(path: Path, numbers: Sequence[int], size: tuple[int, int], *, every: int = 10) -> Path:
    """A clip at 30 fps as ingest makes them for an output of `size`: its packets can be copied."""
    pictures = (truth.numbered(number, size) for number in numbers)
    return write(path, pictures, keys=range(0, len(numbers), every), profile=profile_for(size, Fraction(30)))


def _x264(profile: str, **more: str) -> dict[str, str]:
    return {"profile": profile, "preset": "veryfast", **more}


BT601, BT709, BT2020 = 6, 1, 9
LIMITED, FULL = 1, 2

KINDS: dict[str, Kind] = {
    "360p": Kind((640, 360)),
    "720p": Kind((1280, 720)),
    "1080p": Kind((1920, 1080)),
    "2160p": Kind((3840, 2160), rate=Fraction(25)),
    "portrait-rotation-tag": Kind((144, 80), rotation=90),
    "upside-down-rotation-tag": Kind(rotation=180),
    "portrait": Kind((72, 128)),
    "4:3": Kind((96, 72)),
    "odd-size": Kind((129, 73), pix_fmt="yuv444p"),
    "odd-size-420": Kind((129, 73), suffix=".mkv", codec="ffv1"),
    "anamorphic-wide": Kind((96, 72), aspect=Fraction(4, 3)),
    "anamorphic-narrow": Kind((128, 72), aspect=Fraction(3, 4)),
    "23.976fps": Kind(rate=Fraction(24000, 1001)),
    "24fps": Kind(rate=Fraction(24)),
    "25fps": Kind(rate=Fraction(25), options={"bf": "2", "preset": "veryfast"}),
    "29.97fps": Kind(rate=Fraction(30000, 1001)),
    "50fps": Kind(rate=Fraction(50)),
    "60fps": Kind(rate=Fraction(60), options={"bf": "2", "preset": "veryfast"}),
    "variable": Kind(ticks=_UNEVEN_TICKS, suffix=".mkv"),
    "variable-mp4": Kind(ticks=_UNEVEN_TICKS),
    "interlaced-top-first": Kind(
        options={"flags": "+ilme+ildct", "x264-params": "tff=1"}, suffix=".mkv", rate=Fraction(25), loss=12
    ),
    "interlaced-bottom-first": Kind(
        options={"flags": "+ilme+ildct", "x264-params": "bff=1"}, suffix=".mkv", rate=Fraction(25), loss=12
    ),
    "h264-baseline": Kind(options=_x264("baseline")),
    "h264-main": Kind(options=_x264("main", bf="3")),
    "h264-high": Kind(options=_x264("high", bf="3")),
    "h264-high10": Kind(options=_x264("high10"), pix_fmt="yuv420p10le"),
    "hevc": Kind(codec="libx265", options={"x265-params": "log-level=none", "preset": "ultrafast"}),
    "vp9": Kind(codec="libvpx-vp9", suffix=".webm", options={"deadline": "realtime", "cpu-used": "8", "crf": "10"}),
    "av1": Kind(codec="libsvtav1", options={"preset": "8", "crf": "10"}),
    "mpeg4": Kind(codec="mpeg4", suffix=".avi", options={"b": "4000000", "bf": "2"}),
    "yuvj420p": Kind(pix_fmt="yuvj420p", tags={"color_range": FULL}),
    "yuv422p": Kind(pix_fmt="yuv422p"),
    "yuv444p": Kind(pix_fmt="yuv444p"),
    "full-range-bt709": Kind(pix_fmt="yuv420p", tags={"color_range": FULL, "colorspace": BT709}),
    "bt601": Kind(tags={"colorspace": BT601, "color_range": LIMITED}),
    "bt709": Kind(tags={"colorspace": BT709, "color_primaries": BT709, "color_trc": 1, "color_range": LIMITED}),
    "bt2020": Kind(tags={"colorspace": BT2020, "color_range": LIMITED}, pix_fmt="yuv420p10le"),
    "sound-44.1-mono": Kind(sound=(44_100, "mono")),
    "sound-48-stereo": Kind(sound=(48_000, "stereo")),
    "sound-96-stereo": Kind(sound=(96_000, "stereo"), suffix=".mkv"),
    "sound-48-5.1": Kind(sound=(48_000, "5.1")),
    "sound-44.1-5.1": Kind(sound=(44_100, "5.1"), suffix=".mkv"),
    "sound-96-mono": Kind(sound=(96_000, "mono")),
}

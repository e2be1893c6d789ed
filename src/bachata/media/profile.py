"""Named, versioned encodings. Everything encoded to one profile can be joined by copying packets.

The parameters were chosen by measurement on real dance clips (docs/adr/0014-profiles.md). What they must give:

- **one SPS and PPS for every piece**: x264's ``stitchable``, a forced level, a fixed number of reference frames;
- **no B-frames**: decoding order is display order, so a group of pictures may be cut short after *any* frame, and
  retimed by timestamps without a thought for decoding times. It costs an eighth of the size;
- **keyframes only where asked for**, always IDR: no scene cuts, no open groups, no longest distance;
- **the same bytes on every machine**: one thread inside the encoder, no choice that depends on the processor.
  Several pieces may be encoded at once instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

VERSION: Final = 1
"""Of all parameters below; grows when encoded bytes change. A library of another version is conformed again."""

CRF: Final = 21
"""Quality of the named profiles: the old pipeline's "high", at a third of its time."""

_X264: Final = {
    "stitchable": "1",
    "annexb": "0",  # packets as containers hold them: every unit with its length in front
    "keyint": "infinite",
    "scenecut": "0",
    "open-gop": "0",
    "bframes": "0",
    "ref": "1",
    "rc-lookahead": "10",
    "sync-lookahead": "0",
    "threads": "1",
    "lookahead-threads": "1",
    "sliced-threads": "0",
    "cpu-independent": "1",
}
_PRESET: Final = "veryfast"
_QUICK: Final = {
    "mbtree": "1",
    "rc-lookahead": "1",  # what mbtree needs; each picture more costs time and memory and saves no bytes
    "subme": "0",
    "me": "dia",
    "partitions": "none",
    "aq-mode": "0",
    "qcomp": "0.7",  # the last pictures of a short piece get few bits: with this all keep an SSIM over 0.98
}
_QUICK_PRESET: Final = "superfast"
_QUICK_FINER: Final = 1.5  # crf; makes up for what the quicker search leaves


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to encode: size in pixels, exact rate in frames a second, constant quality."""

    name: str
    width: int
    height: int
    rate: Fraction
    level: str | None = None
    """H.264 level, such as ``3.1``; None lets x264 derive it from size and rate."""
    crf: float = CRF
    bitrate: int | None = None
    """Average bits a second instead of constant quality."""
    version: int = VERSION

    @property
    def id(self) -> str:
        """Name and version, for example ``720p30.1``: what a conformed clip says of itself."""
        return f"{self.name}.{self.version}"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height

    @property
    def tick(self) -> Fraction:
        """Seconds of one frame: the time base of everything encoded."""
        return 1 / self.rate

    def options(self, *, quick: bool = False) -> dict[str, str]:
        """FFmpeg's options of the libx264 encoder, complete.

        `quick` looks less far for the best way to say the same: 60 % less time, 25 % more bytes, as near to the source,
        the same SPS and PPS. For what is encoded while somebody waits; a clip is conformed once.
        """
        x264 = _X264 | (_QUICK if quick else {})
        if self.level:
            x264["level"] = self.level
        # Never down to 0 unless asked for: that is lossless, another H.264 profile with another SPS.
        crf = max(min(self.crf, 1), self.crf - _QUICK_FINER) if quick else self.crf
        quality = {"b": str(self.bitrate)} if self.bitrate else {"crf": f"{crf:g}"}
        return {
            "preset": _QUICK_PRESET if quick else _PRESET,
            "forced-idr": "1",
            "threads": "1",
            "flags": "+bitexact+global_header",
            "x264-params": ":".join(f"{key}={value}" for key, value in x264.items()),
            **quality,
        }


PROFILES: Final[dict[str, Profile]] = {
    profile.name: profile
    for profile in (
        Profile("360p", 640, 360, Fraction(30), "3.0"),
        Profile("720p30", 1280, 720, Fraction(30), "3.1"),
        Profile("1080p30", 1920, 1080, Fraction(30), "4.0"),
    )
}
"""The profiles a library may be conformed to, by name."""

DEFAULT: Final = PROFILES["720p30"]


def profile_for(
    size: tuple[int, int], rate: Fraction, *, crf: float | None = None, bitrate: int | None = None
) -> Profile:
    """The profile of an output: a named one when size, rate and quality are its, else one made for it."""
    for profile in PROFILES.values():
        if (profile.size, profile.rate) == (size, rate) and crf in {None, profile.crf} and bitrate is None:
            return profile
    name = f"{size[0]}x{size[1]}@{rate}"
    return Profile(name, *size, rate, crf=CRF if crf is None else crf, bitrate=bitrate)

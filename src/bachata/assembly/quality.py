"""Which profile an H.264 output is made in, and whether what was asked for allows copying. Pure."""

from __future__ import annotations

from fractions import Fraction

from bachata.blueprint import OutputConfig
from bachata.media.profile import Profile, profile_for


def output_profile(config: OutputConfig) -> Profile:
    """The profile an H.264 output is stitched in."""
    bitrate = bits(config.video_bitrate) if config.video_bitrate else None
    return profile_for(config.size, config.rate, crf=config.crf, bitrate=bitrate)


def asked_for(config: OutputConfig) -> str | None:
    """Why nothing may be copied, whatever the clips are: a quality of its own was asked for. None: it was not."""
    if config.video_bitrate:
        return f"video_bitrate {config.video_bitrate} was asked for"
    if config.crf is not None and config.crf != profile_for(config.size, config.rate).crf:
        return f"crf {config.crf:g} was asked for"
    return None


def keeps_track(config: OutputConfig) -> bool:
    """Whether the sound is the song's, encoded once and copied into every video. Matroska can skip no part of a packet,
    so its sound is encoded with the video, and so are other codecs and the clips' own sound."""
    return config.add_audio_overlay and config.audio_codec == "aac" and config.output_format in {"mp4", "mov"}


def bits(rate: str) -> int:
    """Bits a second of a bitrate such as ``2M`` or ``128k``."""
    factor = {"k": 1_000, "m": 1_000_000}.get(rate[-1].lower())
    return round(Fraction(rate[:-1]) * factor) if factor else round(Fraction(rate))

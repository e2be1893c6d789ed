"""What a render will take, before it is begun: pictures, CPU-seconds, bytes, dollars. Pure: no media is opened.

The seconds are measurements of one two-core machine (Xeon, 2.1 GHz) on real clips of 1280x720; they grow with the
number of pixels. How far off an estimate was stands in the Result, beside what was spent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from pydantic import Field

from bachata.assembly import prices
from bachata.assembly.copyplan import CopyPlan, Source, plan_copies
from bachata.assembly.frameplan import plan_frames
from bachata.assembly.quality import asked_for, bits, keeps_track, output_profile
from bachata.blueprint import Blueprint, Document
from bachata.media.profile import CRF

_MEGAPIXEL: Final = 1e6
_ENCODE: Final = 0.0062  # CPU-seconds a megapixel, of the profiles' quick encoding
_DECODE: Final = 0.0022
_BLEND: Final = 0.0006
_RAW: Final = 0.009  # what a picture of a larger clip that was never conformed takes more: decoding, scaling
_WHOLE: Final = {"libx265": 4.0, "libsvtav1": 3.0, "libvpx-vp9": 6.0}  # times H.264's quick encoding
_LEAD: Final = 60  # pictures decoded before a part of a clip with rare keyframes: half of what lies between two
_START: Final = 0.4  # seconds of any render: the process, the index of the file, its check
_COPY: Final = 0.00004  # seconds a copied picture
_SOUND: Final = 0.014  # seconds a second of song, when its track is encoded for the first time

_BYTES: Final = 0.0105  # a pixel at crf 21, of dance clips
_CRF_HALVES: Final = 6  # x264: so much more crf halves the bytes

_TASK_SECONDS: Final = 30.0  # of encoding worth another task; starting one takes a third of that
MOST_TASKS: Final = 8


class Clip(Protocol):
    """What a library knows of a clip."""

    @property
    def frames(self) -> int:
        """How many it has."""

    @property
    def keyframes(self) -> Sequence[int]:
        """Frames at which its groups of pictures begin."""

    @property
    def profile(self) -> str | None:
        """The id of the profile it conforms to."""


class Estimate(Document):
    """What a render takes at least, and what that costs."""

    frames_copied: int
    frames_encoded: int
    cpu_s: float = Field(description="CPU-seconds of all tasks together, when the song's sound is encoded already")
    song_cpu_s: float = Field(0.0, description="as many more for a song's first video: its sound is encoded and kept")
    bytes: int = Field(description="of the finished file")
    tasks: int = Field(description="tasks among which the encoding is worth being shared")
    cost_usd: float = Field(description="of making it and keeping it for a month, at list prices")
    view_usd: float = Field(description="of sending it to somebody once, at list prices")
    prices_of: str = Field(description="date of the price table")


def estimate(blueprint: Blueprint, clips: Mapping[str, Clip]) -> Estimate:
    """Of a blueprint. `clips`: what is known of each video_path; one that is not known counts as not conformed.

    Raises InvalidRequest when the whole video is shorter than one frame.
    """
    config = blueprint.output_config
    plan = plan_frames(blueprint)
    asked, wanted = asked_for(config), output_profile(config).id
    sources = []
    for piece in plan.pieces:
        clip = clips.get(piece.path)
        if clip is None or clip.profile != wanted:
            sources.append(Source(reason="it is not conformed to the output's profile"))
        else:
            sources.append(Source(clip.frames, tuple(clip.keyframes), asked))
    return estimate_of(blueprint, plan_copies(plan, sources, config.retime))


def estimate_of(blueprint: Blueprint, copies: CopyPlan) -> Estimate:
    """Of a blueprint whose copy plan is known."""
    config = blueprint.output_config
    width, height = config.size
    pixels = width * height / _MEGAPIXEL
    whole = _WHOLE.get(config.video_codec)
    copied = 0 if whole else copies.frames_copied
    encoded = copies.plan.total if whole else copies.frames_encoded
    mixed = sum(piece.crossfade for piece in copies.plan.pieces)
    raw = _raw(copies)
    parts = len(copies.encoded) if whole else len(raw)
    strange = sum(piece.frames for piece in copies.plan.pieces) if whole else sum(raw)
    decoded = encoded + mixed + _LEAD * parts
    encoding = pixels * (encoded * _ENCODE * (whole or 1) + decoded * _DECODE + mixed * _BLEND + strange * _RAW)
    seconds = float(copies.plan.total / copies.plan.rate)
    sound = _SOUND * seconds
    once = keeps_track(config)
    cpu = _START + _COPY * copied + encoding + (0 if once else sound)
    size = _video_bytes(blueprint, copied + encoded, seconds) + round(bits(config.audio_bitrate) / 8 * seconds)
    clips = len({piece.path for piece in copies.plan.pieces})
    tasks = 1 if whole else max(1, min(MOST_TASKS, math.floor(encoding / _TASK_SECONDS)))
    stored = prices.operations(clips=clips, pieces=0 if whole else copies.pieces_encoded, tasks=tasks)
    cost = prices.compute(cpu) + prices.keeping(size) + stored
    return Estimate(
        frames_copied=copied,
        frames_encoded=encoded,
        cpu_s=round(cpu, 2),
        song_cpu_s=round(sound, 2) if once else 0.0,
        bytes=size,
        tasks=tasks,
        cost_usd=round(cost, 6),
        view_usd=round(prices.watching(size), 6),
        prices_of=prices.DATE,
    )


def _raw(copies: CopyPlan) -> list[int]:
    """The length of every encoded segment whose clip was never conformed: its keyframes are rare, it must be scaled."""
    return [
        s.count
        for s in copies.segments
        if s.copied_from is None and s.piece is not None and copies.plan.pieces[s.piece].source_frames is None
    ]


def _video_bytes(blueprint: Blueprint, pictures: int, seconds: float) -> int:
    config = blueprint.output_config
    if config.video_bitrate:
        return round(bits(config.video_bitrate) / 8 * seconds)
    width, height = config.size
    finer = (CRF - output_profile(config).crf) / _CRF_HALVES
    return round(pictures * width * height * _BYTES * 2**finer)

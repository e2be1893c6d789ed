"""Which sound a video gets, at which level, and how it comes into the file.

A song in AAC for MP4 or QuickTime is copied from the song's track. Everything else is encoded with the video: the
clips' own sound, other codecs, and Matroska, which can skip no part of a packet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bachata.assembly.frameplan import FramePlan
from bachata.assembly.loudness import Loudness, measure
from bachata.assembly.quality import bits, keeps_track
from bachata.assembly.songtrack import SongTrack, Tracks
from bachata.assembly.sound import RATE, Blocks, ClipSound, Shape, SongSound, Sound, sample_at
from bachata.assembly.soundtrack import EncodedSound, Soundtrack
from bachata.blueprint import Blueprint


@dataclass(frozen=True)
class Score:
    """The sound of a video. `warnings` is complete when the sound was written."""

    track: Soundtrack
    gain_db: float
    warnings: Callable[[], list[str]]


def score(
    blueprint: Blueprint,
    plan: FramePlan,
    *,
    song: tuple[Path, str] | None,
    locate: Callable[[str], Path],
    tracks: Tracks,
    watched: Callable[[Blocks], Blocks],
) -> Score:
    """The sound of a blueprint. `song`: its file and what errors call it; None: the clips' own sound.

    `watched` passes blocks on and may raise between them. Raises AudioUnreadable, MediaUnreadable.
    """
    config = blueprint.output_config
    if song is None:
        return _encoded(blueprint, ClipSound(plan, locate), watched, gain_db=None)
    path, name = song
    gain = _gain(blueprint, tracks, path, name) if config.normalize_audio else 0.0
    start, samples = Fraction(str(blueprint.audio_start)), sample_at(plan.total, plan.rate)
    if not keeps_track(config):
        return _encoded(blueprint, SongSound(path, name, start=start, samples=samples), watched, gain_db=gain)
    bitrate = bits(config.audio_bitrate)
    track = SongTrack(
        tracks.track(path, name, gain_db=gain, bitrate=bitrate),
        name,
        first=round(start * RATE),
        samples=samples,
        fade=min(_fade(blueprint), samples),
        bitrate=bitrate,
    )
    return Score(track, gain, lambda: [*tracks.warnings, *track.warnings])


def _encoded(
    blueprint: Blueprint, sound: Sound, watched: Callable[[Blocks], Blocks], *, gain_db: float | None
) -> Score:
    """Sound encoded with the video. It is read once before, for what is not known: its gain, whether it goes on."""
    gain = gain_db or 0.0
    if gain_db is None and blueprint.output_config.normalize_audio:
        gain = measure(watched(sound.blocks())).gain_db
    elif isinstance(sound, SongSound):
        for _ in watched(sound.blocks()):
            pass
    goes_on = isinstance(sound, SongSound) and sound.goes_on
    shape = Shape(gain_db=gain, fade_out=min(_fade(blueprint), sound.samples) if goes_on else 0)
    track = EncodedSound(blueprint.output_config, watched(shape.apply(sound)))
    return Score(track, gain, lambda: sound.warnings)


def _fade(blueprint: Blueprint) -> int:
    return round(Fraction(str(blueprint.output_config.fade_duration)) * RATE)


def _gain(blueprint: Blueprint, tracks: Tracks, path: Path, name: str) -> float:
    """Of the whole song, so that all its videos are equally loud and share one track; hundredths of a decibel."""
    said = blueprint.audio_loudness
    loudness = Loudness(said.integrated_lufs, said.true_peak_dbtp) if said else tracks.loudness(path, name)
    return round(loudness.gain_db, 2)

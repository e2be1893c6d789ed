"""The moves of the measured video: whole beats of each clip, so that a conformed clip can be cut on its keyframes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.assembly.scale import RATE, Scale

HANDLE = 24
"""Frames a clip keeps after its move: more than a beat at 75 BPM, the longest crossfade there is here."""

_ABOUT = 2


@dataclass(frozen=True)
class Clip:
    """A clip as the library knows it. Beats are frames."""

    clip_id: str
    key: str
    """Of the library's copy in storage."""
    path: Path
    """Of the file it was made from."""
    frames: int
    beats: tuple[int, ...]


@dataclass(frozen=True)
class Cut:
    """One move: frames `source` to `source + frames` of its clip, from frame `start` of the video on."""

    clip: Clip
    source: int
    frames: int
    start: int
    beat: int
    """Length of its first beat: how long a crossfade into it is."""

    @property
    def end(self) -> int:
        """The video's frame after it."""
        return self.start + self.frames


def montage(clips: Sequence[Clip], moves: int, scale: Scale) -> list[Cut]:
    """`moves` cuts from `clips` in turn, the n-th ending on the clip's beat nearest to n × the scale's move length.

    Raises ValueError if no clip is long enough.
    """
    cuts: list[Cut] = []
    usable = [clip for clip in clips if _fits(clip, scale.move_frames)]
    if not usable:
        raise ValueError(f"no clip holds {scale.move_seconds} s of whole beats and a handle")
    for number in range(moves):
        start = cuts[-1].end if cuts else 0
        clip = usable[number % len(usable)]
        cuts.append(_cut(clip, start, (number + 1) * scale.move_frames - start, number // len(usable)))
    return cuts


def blueprint(
    cuts: Sequence[Cut], *, song: str, scale: Scale, crossfades: bool, task: str, user: str
) -> dict[str, Any]:
    """The document the assembler reads: production's defaults but for the size."""
    return {
        "schema": "bachata.blueprint.1",
        "task_id": task,
        "audio_path": song,
        "moves": [_move(cut, first=number == 0, crossfade=crossfades) for number, cut in enumerate(cuts)],
        "total_duration": _seconds(cuts[-1].end),
        "generation_parameters": {"user_id": user},
        "output_config": {
            "output_path": f"output/user_{user}/choreography_{task}.mp4",
            "frame_rate": int(RATE),
            "resolution": scale.resolution,
        },
    }


def _move(cut: Cut, *, first: bool, crossfade: bool) -> dict[str, Any]:
    move: dict[str, Any] = {
        "clip_id": cut.clip.clip_id,
        "video_path": cut.clip.key,
        "start_time": _seconds(cut.start),
        "duration": _seconds(cut.frames),
        "trim_start": _seconds(cut.source),
        "transition_type": "cut",
    }
    if crossfade and not first:
        move |= {"transition_type": "crossfade", "transition_duration": _seconds(cut.beat)}
    return move


def _seconds(frames: int) -> float:
    return round(float(frames / RATE), 6)


def _fits(clip: Clip, wanted: int) -> bool:
    """Whether whole beats of it come near to `wanted` frames: less than a beat at 75 BPM away."""
    return any(abs(frames - wanted) < HANDLE // 2 for _, frames in _stretches(clip))


def _cut(clip: Clip, start: int, wanted: int, turn: int) -> Cut:
    """The stretch nearest to `wanted` frames; another one about as near each time the clip comes back."""
    stretches = _stretches(clip)
    nearest = min(abs(frames - wanted) for _, frames in stretches)
    fitting = [s for s in stretches if abs(s[1] - wanted) <= nearest + _ABOUT]
    first, frames = fitting[turn % len(fitting)]
    beat = next(b for b in clip.beats if b > first) - first
    return Cut(clip, first, frames, start, min(beat, HANDLE))


def _stretches(clip: Clip) -> list[tuple[int, int]]:
    """(first frame, frames) of all stretches between two beats that leave a handle."""
    last = clip.frames - HANDLE
    return [(a, b - a) for a in clip.beats for b in clip.beats if a < b <= last]

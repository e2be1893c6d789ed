"""From the chosen windows to the moves of a blueprint: integers first, seconds only when they are written."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from bachata.blueprint import TransitionType
from bachata.choreography.grid import Grid
from bachata.choreography.slots import Slot
from bachata.moves.catalogue import Move
from bachata.timeline import TOLERANCE, seconds_at

DIGITS = 6
"""Decimals of a written second: half a microsecond is 0.00003 frames at 60 fps, so `frame_at` restores the frame."""
SPEED_DIGITS = 9


@dataclass(frozen=True)
class Cut:
    """One piece of one clip at one place. Frames of the video: start, frames, transition; of the clip: source, shown.

    The `shown` frames of the clip from `source` on fill the place exactly, so that they can be copied and spread over
    it by their timestamps; the speed follows from that. `count_one` is the Analysis's beat it starts on, None for a
    lead-in or where the song has no beat.
    """

    move: Move
    slot: Slot
    source: int
    shown: int
    transition: TransitionType = "cut"
    transition_frames: int = 0
    count_one: int | None = None
    reason: str = ""

    def speed(self, rate: Fraction) -> Fraction:
        """Source seconds per second of a video of `rate`."""
        return Fraction(self.shown, self.slot.frames) * rate / self.move.rate

    @property
    def left(self) -> int:
        """Whole frames of the video for which the clip goes on after what is shown."""
        left = self.move.frames - self.source - self.shown - TOLERANCE * self.move.rate
        return max(0, math.floor(left * self.slot.frames / self.shown))

    def source_end(self, handle: int = 0) -> int:
        """The clip's frame after the last one shown, with `handle` frames of the video more."""
        more = math.ceil(Fraction(handle * self.shown, self.slot.frames))
        return min(self.move.frames, self.source + self.shown + more)


def join(cuts: Sequence[Cut], grid: Grid, kinds: Sequence[TransitionType], fade: float) -> list[Cut]:
    """Give each cut its transition: a crossfade lasts a count of the clip that comes in, so that what is encoded ends
    on one of its keyframes; a fade lasts `fade` s a half; none is longer than half its move.

    A crossfade mixes what the clip before it goes on to show. Where that clip ends sooner the crossfade is as short as
    what there is; less than a third of a count would be seen as a fault, so it is a cut.
    """
    joined: list[Cut] = []
    for before, cut, kind in zip([None, *cuts[:-1]], cuts, kinds, strict=True):
        frames = 0
        if kind == "crossfade":
            count = _count(cut) or grid.frames[cut.slot.count + 1] - grid.frames[cut.slot.count]
            left = before.left if before else 0
            frames = min(count, left) if 3 * left >= count else 0
        elif kind != "cut":
            frames = round(fade * grid.rate)
        frames = min(frames, cut.slot.frames // 2)
        joined.append(replace(cut, transition=kind if frames else "cut", transition_frames=frames))
    return joined


def _count(cut: Cut) -> int:
    """Whole frames of the video within the first count of what is shown of the clip; 0 where it has no further beat."""
    following = bisect_right(cut.move.beats, cut.source)
    if following == len(cut.move.beats):
        return 0
    return (cut.move.beats[following] - cut.source) * cut.slot.frames // cut.shown


def written(cuts: Sequence[Cut], rate: Fraction) -> list[dict[str, Any]]:
    """The moves of a blueprint. A clip keeps a handle of source frames for the crossfade that follows it."""
    documents = []
    for number, cut in enumerate(cuts):
        follower = cuts[number + 1] if number + 1 < len(cuts) else None
        handle = follower.transition_frames if follower and follower.transition == "crossfade" else 0
        clip_rate = cut.move.rate
        document: dict[str, Any] = {
            "clip_id": cut.move.clip_id,
            "video_path": cut.move.video_path,
            "start_time": _seconds(cut.slot.start, rate),
            "duration": _seconds(cut.slot.frames, rate),
            "transition_type": cut.transition,
            "original_duration": _seconds(cut.move.frames, clip_rate),
            "trim_start": _seconds(cut.source, clip_rate),
            "trim_end": _seconds(cut.move.frames - cut.source_end(handle), clip_rate),
            "speed": round(float(cut.speed(rate)), SPEED_DIGITS),
            "section": cut.slot.label,
            "reason": cut.reason,
        }
        if cut.transition != "cut":
            document["transition_duration"] = _seconds(cut.transition_frames, rate)
        if cut.count_one is not None:
            document["count_one"] = cut.count_one
        documents.append(document)
    return documents


def _seconds(frames: int, rate: Fraction) -> float:
    return round(seconds_at(frames, rate), DIGITS)

"""Which frames are copied and which encoded. Pure: clips are known by their keyframes alone.

A move whose clip conforms is copied in whole groups of pictures. Encoded are

- what a transition changes: the frames a crossfade mixes or a fade veils;
- what lies between the end of that, or the cut, and the clip's next keyframe: a copy can begin only there (it may end
  after any frame, see `bachata.media.profile`);
- frames beyond the clip's end, where its last picture is held.

A move whose clip does not conform is encoded whole, on the video's grid, in parts of at most `PART` frames, so that
several tasks can share the work and a killed one loses little. ``retime: timestamps`` shows conformed clips by
timestamps; ``resample`` keeps all on the grid, so that what is retimed is encoded.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from bachata.assembly.frameplan import FramePlan, Piece
from bachata.timeline import TOLERANCE

PART: Final = 150
"""Longest encoded segment in pictures: 5 s at 30 frames a second."""


@dataclass(frozen=True, slots=True)
class Source:
    """A clip as the copy plan sees it."""

    frames: int = 0
    keyframes: tuple[int, ...] = ()
    reason: str | None = None
    """Why nothing can be copied from it; None when it conforms."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Pictures `first` to `end` - 1 of a piece, or of a gap, all made in one way."""

    piece: int | None
    """Index into the plan's pieces; None is a gap, whose pictures are black."""
    start: int
    """The video's frame on which the piece or gap begins."""
    first: int
    end: int
    copied_from: int | None = None
    """The clip's keyframe at which copying begins; None: encoded."""

    @property
    def count(self) -> int:
        """How many pictures."""
        return self.end - self.first


@dataclass(frozen=True)
class CopyPlan:
    """How every picture of the file is made."""

    plan: FramePlan
    """With the pieces as they are shown: on the grid or by timestamps."""
    segments: tuple[Segment, ...]
    encoded: tuple[tuple[int, str], ...]
    """(index of the move in the blueprint, why) of every move that is encoded whole."""

    @property
    def frames_copied(self) -> int:
        """Pictures whose packets are copied."""
        return sum(s.count for s in self.segments if s.copied_from is not None)

    @property
    def frames_encoded(self) -> int:
        """Pictures that are encoded."""
        return sum(s.count for s in self.segments if s.copied_from is None)

    @property
    def pieces_encoded(self) -> int:
        """Segments that are encoded."""
        return sum(s.copied_from is None for s in self.segments)

    def tick(self, segment: Segment, number: int, frame: int) -> int:
        """When picture `number` of the segment's piece begins, in ticks of which a frame of the video has `frame`.

        Rounded once from the absolute time, so nothing adds up and every piece begins exactly on its frame.
        """
        if segment.piece is None:
            return (segment.start + number) * frame
        piece = self.plan.pieces[segment.piece]
        return segment.start * frame + (2 * number * piece.frames * frame + piece.shown) // (2 * piece.shown)

    def ticks(self, frame: int) -> Iterator[int]:
        """The times of all pictures, in order."""
        return (self.tick(s, number, frame) for s in self.segments for number in range(s.first, s.end))


def plan_copies(plan: FramePlan, sources: Sequence[Source], retime: str) -> CopyPlan:
    """Decide for every piece of `plan`; `sources` in its order. `retime` is that of the output config."""
    pieces: list[Piece] = []
    encoded: list[tuple[int, str]] = []
    for piece, source in zip(plan.pieces, sources, strict=True):
        reason = source.reason
        if reason is None and piece.speed != 1 and retime == "resample":
            reason = f"it is played at speed {float(piece.speed):g} at a constant frame rate"
        if reason is None:
            pieces.append(piece.by_timestamps(_first_frame(piece, plan.rate), plan.rate))
        else:
            pieces.append(piece)
            encoded.append((piece.index, reason))
    shown = replace(plan, pieces=tuple(pieces))
    segments: list[Segment] = []
    for index, first, end in shown.spans():
        if index is None:
            segments += _encoded(None, first, 0, end - first)
        elif shown.pieces[index].source_frames is None:
            segments += _encoded(index, first, 0, end - first)
        else:
            segments += _copied(index, shown, sources[index])
    return CopyPlan(shown, tuple(segments), tuple(encoded))


def _first_frame(piece: Piece, rate: Fraction) -> int:
    """The clip's frame on screen at the piece's first source time."""
    return math.floor((piece.source_start + TOLERANCE) * rate)


def _copied(index: int, plan: FramePlan, source: Source) -> Iterator[Segment]:
    piece = plan.pieces[index]
    first = _first_frame(piece, plan.rate)
    changed = _pictures_before(piece, max(piece.crossfade, piece.fade_in.frames if piece.fade_in else 0))
    veiled = piece.shown
    if piece.fade_out:
        veiled = _pictures_before(piece, piece.frames - piece.fade_out.frames)
    last = min(veiled, _limit(piece, source, plan.rate) - first)
    place = bisect_left(source.keyframes, first + changed)
    begin = source.keyframes[place] - first if place < len(source.keyframes) else last
    if begin >= last:
        yield from _encoded(index, piece.first, 0, piece.shown)
        return
    yield from _encoded(index, piece.first, 0, begin)
    yield Segment(index, piece.first, begin, last, copied_from=first + begin)
    yield from _encoded(index, piece.first, last, piece.shown)


def _pictures_before(piece: Piece, frame: int) -> int:
    """How many of its pictures begin before `frame` frames of the video have passed."""
    return min(piece.shown, math.ceil(Fraction(frame * piece.shown, piece.frames)))


def _limit(piece: Piece, source: Source, rate: Fraction) -> int:
    """The clip's first frame that is never shown."""
    if not piece.trim_end:
        return source.frames
    return min(source.frames, max(1, math.ceil((source.frames / rate - piece.trim_end - TOLERANCE) * rate)))


def _encoded(index: int | None, start: int, first: int, end: int) -> Iterator[Segment]:
    """One segment, or several about equally long."""
    parts = math.ceil((end - first) / PART)
    for part in range(parts):
        yield Segment(index, start, first + (end - first) * part // parts, first + (end - first) * (part + 1) // parts)

"""What every output frame shows. Pure: no media is opened here.

A move begins on the frame nearest to its absolute `start_time` and ends on the frame nearest to its absolute end, so
rounding never adds up. The video is frames 0 to N-1 with N = frame_at(total). Transitions take nothing from that:

A move is shown in one of two ways. On the video's own grid, its frame k, at frame T+k of the video, shows the source
picture of `trim_start + k · speed / rate`. By timestamps, n source frames in a row are spread evenly over the move's
frames: the k-th begins k · frames / n after T, and n = frames · speed, rounded. At the clip's own speed both are the
same. Which one is a move's own is decided where it is known how its clip is encoded (`copyplan`).

- crossfade of n frames into a move at cut T: frames T to T+n-1 mix the outgoing clip's *further* frames with the
  incoming ones; frame T+i holds (i+1)/(n+1) of the incoming picture;
- fade through a colour of n frames: frame T-n+i is veiled by (i+1)/n (so T-1 is the plain colour), frame T+i by 1-i/n.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from bachata.blueprint import Blueprint, Move, OutputConfig
from bachata.errors import InvalidRequest
from bachata.timeline import frame_at

Colour = Literal["black", "white"]
_COLOURS: dict[str, Colour] = {"fade_black": "black", "fade_white": "white"}


@dataclass(frozen=True, slots=True)
class Fade:
    """A fade from or to a plain colour, in frames."""

    colour: Colour
    frames: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One move on the timeline: output frames `first` to `end` - 1."""

    index: int
    """Of the move in the blueprint."""
    path: str
    """Of its clip, as the blueprint writes it."""
    first: int
    end: int
    source_start: Fraction
    """Source time of its first frame, seconds."""
    source_step: Fraction
    """Source seconds an output frame advances."""
    trim_end: Fraction
    """Seconds at the clip's end that are never shown."""
    speed: Fraction
    volume: float
    crossfade: int = 0
    """Frames it is mixed with what comes before."""
    fade_in: Fade | None = None
    fade_out: Fade | None = None
    source_frames: int | None = None
    """How many source frames are spread over it by timestamps; None: it is on the video's grid."""

    @property
    def frames(self) -> int:
        """Length on screen."""
        return self.end - self.first

    @property
    def shown(self) -> int:
        """How many pictures it has in the file."""
        return self.frames if self.source_frames is None else self.source_frames

    def offset(self, number: int) -> Fraction:
        """When its picture `number` begins, in frames of the video after its first."""
        return Fraction(number * self.frames, self.shown)

    def source_time(self, offset: Fraction | int) -> Fraction:
        """Source time `offset` frames of the video after its first; beyond its end this is its handle."""
        return self.source_start + offset * self.source_step

    def by_timestamps(self, first: int, clip_rate: Fraction) -> Piece:
        """It, with the source frames from `first` on of a clip of `clip_rate` spread over it."""
        count = max(1, round(self.frames * self.source_step * clip_rate))
        start, step = first / clip_rate, Fraction(count, self.frames) / clip_rate
        return replace(self, source_start=start, source_step=step, source_frames=count)


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a clip: which piece, at which source time."""

    piece: int
    """Index into `FramePlan.pieces`."""
    time: Fraction


@dataclass(frozen=True, slots=True)
class Picture:
    """One output frame. No shot is black."""

    shot: Shot | None = None
    under: Shot | None = None
    weight: Fraction = Fraction(1)
    """Share of `shot`; the rest is `under`."""
    veils: tuple[tuple[Colour, Fraction], ...] = ()
    """Colours laid over it in this order, with their share."""


@dataclass(frozen=True)
class FramePlan:
    """The whole video in integer frames."""

    rate: Fraction
    total: int
    pieces: tuple[Piece, ...]
    """In order of time, none empty, none overlapping."""
    cut_frames: tuple[int, ...]
    """First frame of every move of the blueprint, also of those too short to show."""
    warnings: tuple[str, ...]

    def spans(self) -> Iterator[tuple[int | None, int, int]]:
        """(index into `pieces`, or None for a gap; first frame; end frame), covering 0 to `total` in order."""
        at = 0
        for index, piece in enumerate(self.pieces):
            if at < piece.first:
                yield None, at, piece.first
            yield index, piece.first, piece.end
            at = piece.end
        if at < self.total:
            yield None, at, self.total

    @property
    def shown(self) -> int:
        """How many pictures the file has."""
        return sum(end - first if index is None else self.pieces[index].shown for index, first, end in self.spans())

    def pictures(self) -> Iterator[Picture]:
        """Every picture of the file in order: exactly `shown`, which is `total` while all is on the grid."""
        for index, first, end in self.spans():
            for number in range(end - first if index is None else self.pieces[index].shown):
                yield Picture() if index is None else self.picture(index, number)

    def picture(self, index: int, number: int) -> Picture:
        """Picture `number` of a piece."""
        piece = self.pieces[index]
        offset = piece.offset(number)
        shot = Shot(index, piece.source_time(offset))
        veils = tuple(_veils(piece, offset))
        if offset >= piece.crossfade:
            return Picture(shot, veils=veils)
        under = None
        if index and self.pieces[index - 1].end == piece.first:
            before = self.pieces[index - 1]
            under = Shot(index - 1, before.source_time(before.frames + offset))
        return Picture(shot, under, (offset + 1) / (piece.crossfade + 1), veils)


def plan_frames(blueprint: Blueprint) -> FramePlan:
    """The frame plan of a blueprint.

    Raises InvalidRequest when the whole video is shorter than one frame.
    """
    config = blueprint.output_config
    rate = config.rate
    total = frame_at(blueprint.seconds, rate)
    if total < 1:
        raise InvalidRequest(f"total_duration is {blueprint.seconds:g} s: shorter than one frame")
    warnings: list[str] = []
    cuts = [min(frame_at(move.start_time, rate), total) for move in blueprint.moves]
    pieces: list[Piece] = []
    for index, move in enumerate(blueprint.moves):
        limit = cuts[index + 1] if index + 1 < len(cuts) else total
        after = blueprint.moves[index + 1].start_time if index + 1 < len(cuts) else blueprint.seconds
        end = _end(move, after, limit, rate)
        if end <= cuts[index]:
            warnings.append(f"{_name(index, move)} is shorter than one frame and is not shown")
            continue
        _enter(pieces, _piece(index, move, cuts[index], end, config), move, config, warnings)
    plan = FramePlan(rate, total, tuple(pieces), tuple(cuts), ())
    warnings += [
        f"nothing is planned for frames {first} to {end - 1}; they are black"
        for index, first, end in plan.spans()
        if index is None
    ]
    return FramePlan(rate, total, tuple(pieces), tuple(cuts), tuple(warnings))


def _end(move: Move, after: float, limit: int, rate: Fraction) -> int:
    """Frame on which a move ends. A gap of less than a frame is rounding in the document: the move closes it."""
    end = Fraction(move.start_time) + Fraction(move.duration)
    if Fraction(after) - end < 1 / rate:
        return limit
    return min(frame_at(end, rate), limit)


def _piece(index: int, move: Move, first: int, end: int, config: OutputConfig) -> Piece:
    speed = Fraction(1) if config.retime == "off" else _decimal(move.speed)
    return Piece(
        index=index,
        path=move.video_path,
        first=first,
        end=end,
        source_start=_decimal(move.trim_start),
        source_step=speed / config.rate,
        trim_end=_decimal(move.trim_end),
        speed=speed,
        volume=move.volume_adjustment,
    )


def _enter(pieces: list[Piece], piece: Piece, move: Move, config: OutputConfig, warnings: list[str]) -> None:
    """Append `piece` with its transition, which may also give the piece before a fade out."""
    colour = _COLOURS.get(move.transition_type)
    default = config.fade_duration if colour else config.transition_duration
    seconds = default if move.transition_duration is None else move.transition_duration
    wanted = 0 if move.transition_type == "cut" else frame_at(seconds, config.rate)
    length = min(wanted, piece.frames)
    if length < wanted:
        warnings.append(f"the transition into {_name(piece.index, move)} is longer than the move; it was shortened")
    if colour and length:
        if pieces and pieces[-1].end == piece.first:
            out = Fade(colour, min(wanted, pieces[-1].frames))
            pieces[-1] = replace(pieces[-1], fade_out=out)
        piece = replace(piece, fade_in=Fade(colour, length))
    elif length and piece.first > 0:  # the video's first frame has nothing to be mixed with
        piece = replace(piece, crossfade=length)
    pieces.append(piece)


def _veils(piece: Piece, offset: Fraction) -> Iterator[tuple[Colour, Fraction]]:
    if piece.fade_in and offset < piece.fade_in.frames:
        yield piece.fade_in.colour, 1 - offset / piece.fade_in.frames
    if piece.fade_out and offset >= piece.frames - piece.fade_out.frames:
        done = offset - (piece.frames - piece.fade_out.frames) + 1
        yield piece.fade_out.colour, min(Fraction(1), done / piece.fade_out.frames)


def _name(index: int, move: Move) -> str:
    return f"move {index + 1} ({move.clip_id})"


def _decimal(value: float) -> Fraction:
    """The number as the document writes it: 1.1 is 11/10, not its binary neighbour."""
    return Fraction(str(value))

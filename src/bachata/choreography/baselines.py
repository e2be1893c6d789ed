"""Other ways to make a dance of the same song and library, to be judged as ours is.

- `random_order`: our places, and our moves shuffled among those where each can lie;
- `whole_clips`: the system this replaces: clips of the level, whole, one after the other, until the song is over. Its
  order followed vectors that told nothing (every clip's sound was random numbers), so it is random here;
- `every_fourth_beat`: what a script does in an afternoon: a cut every four of a beat tracker's beats, counted from the
  first one it reports, clips from their start.

All are blueprints like ours and could be rendered. Seeded: the same inputs give the same dance.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import cycle, pairwise
from typing import Any, Final

from bachata.blueprint import Blueprint, parse
from bachata.choreography.grid import COUNTS, Grid, grid
from bachata.choreography.windows import timing
from bachata.moves.catalogue import Move
from bachata.music.document import Analysis
from bachata.timeline import TOLERANCE, frame_at, frames_of, seconds_at

RANDOM_ORDER: Final = "random order"
WHOLE_CLIPS: Final = "whole clips"
EVERY_FOURTH_BEAT: Final = "every 4th beat"

_BEATS_A_PIECE = 4
_MAX_STRETCH = 0.1
_DIGITS = 6


def baselines(
    ours: Blueprint,
    analysis: Analysis,
    moves: Sequence[Move],
    *,
    tracked: Sequence[float] | None = None,
    seed: int = 0,
) -> dict[str, Blueprint]:
    """All of them for the song and length of `ours`, by name. `moves` is the library and holds every clip of `ours`.

    `tracked`: beats of a tracker, seconds of the song, uncorrected; without them nothing cuts on every fourth.
    """
    found = {
        RANDOM_ORDER: random_order(ours, analysis, moves, seed=seed),
        WHOLE_CLIPS: whole_clips(ours, moves, seed=seed),
    }
    if tracked is not None:
        found[EVERY_FOURTH_BEAT] = every_fourth_beat(ours, moves, tracked, seed=seed)
    return found


def random_order(ours: Blueprint, analysis: Analysis, moves: Sequence[Move], *, seed: int = 0) -> Blueprint:
    """Our pieces in random order. A piece that starts on no count 1 (a lead-in), or to whose place none of the moves
    left over can be retimed within 10 %, keeps its own move."""
    known = {m.clip_id: m for m in moves}
    song = grid(analysis, ours.output_config.rate)
    left = [known[p.clip_id] for p in ours.moves]
    random.Random(seed).shuffle(left)  # noqa: S311 - repeatable, no secret
    pieces = []
    for piece in ours.moves:
        own = piece.model_dump(exclude_unset=True)
        start = frame_at(piece.start_time, song.rate)
        end = frame_at(piece.start_time + piece.duration, song.rate)
        place = _counts(song, start, end, ours.audio_start)
        for move in left if place is not None else []:
            source = _source(move, *place, (end - start) / song.rate) if place else None
            if source is not None:
                left.remove(move)
                own = _piece(move, start, end, song.rate, source=source[0], speed=source[1])
                own |= {"count_one": piece.count_one, "section": piece.section}
                break
        pieces.append(own)
    return _dance(ours, pieces)


def whole_clips(ours: Blueprint, moves: Sequence[Move], *, seed: int = 0) -> Blueprint:
    """Clips of the asked level (of any, where there is none) from their first picture to their last, in random order,
    again from the beginning when all were shown; the last one ends with the song."""
    rate = ours.output_config.rate
    order = [m for m in moves if m.difficulty == ours.difficulty_level] or list(moves)
    random.Random(seed).shuffle(order)  # noqa: S311 - repeatable, no secret
    total = frame_at(ours.seconds, rate)
    at, pieces = 0, []
    for move in cycle(order):
        if at >= total:
            break
        end = min(total, at + max(1, _whole_frames(move, rate)))
        pieces.append(_piece(move, at, end, rate))
        at = end
    return _dance(ours, pieces)


def every_fourth_beat(ours: Blueprint, moves: Sequence[Move], tracked: Sequence[float], *, seed: int = 0) -> Blueprint:
    """A cut at every fourth of the `tracked` beats, each to another clip, shown from its first picture."""
    rate = ours.output_config.rate
    order = [m for m in moves if m.difficulty == ours.difficulty_level] or list(moves)
    random.Random(seed).shuffle(order)  # noqa: S311 - repeatable, no secret
    total = frame_at(ours.seconds, rate)
    cuts = frames_of((t - ours.audio_start for t in tracked[::_BEATS_A_PIECE]), rate)
    edges = sorted({0, total, *(c for c in cuts if 0 < c < total)})
    return _dance(ours, [_piece(m, a, b, rate) for m, (a, b) in zip(cycle(order), pairwise(edges), strict=False)])


def _counts(song: Grid, start: int, end: int, audio_start: float) -> tuple[int, Fraction] | None:
    """(whole counts of a place, seconds they last in the video); None unless it starts on a count 1 and holds one."""
    shift = frame_at(audio_start, song.rate)
    first = song.index_at(start + shift)
    last = bisect_left(song.frames, end + shift + 1) - 1
    if first >= len(song.frames) or song.frames[first] != start + shift or first % COUNTS or last <= first:
        return None
    return last - first, (song.frames[last] - song.frames[first]) / song.rate


def _source(move: Move, counts: int, seconds: Fraction, length: Fraction) -> tuple[int, Fraction] | None:
    """(first source frame, speed) of a clip's first count 1 from which so many counts within 10 % of their own speed
    last `seconds`, and the clip for the whole `length` of the place."""
    clip = timing(move)
    for one in clip.ones:
        if one + counts >= len(clip.counts):
            continue
        speed = (clip.counts[one + counts] - clip.counts[one]) / clip.rate / seconds
        if abs(speed - 1) <= _MAX_STRETCH and clip.counts[one] + speed * length * clip.rate <= clip.frames:
            return clip.counts[one], speed
    return None


def _whole_frames(move: Move, rate: Fraction) -> int:
    """Frames of a video of `rate` for which a clip lasts at its own speed."""
    return int((move.frames / move.rate + TOLERANCE) * rate)


def _piece(
    move: Move, start: int, end: int, rate: Fraction, *, source: int = 0, speed: Fraction = Fraction(1)
) -> dict[str, Any]:
    return {
        "clip_id": move.clip_id,
        "video_path": move.video_path,
        "start_time": round(seconds_at(start, rate), _DIGITS),
        "duration": round(seconds_at(end - start, rate), _DIGITS),
        "original_duration": round(seconds_at(move.frames, move.rate), _DIGITS),
        "trim_start": round(seconds_at(source, move.rate), _DIGITS),
        "speed": round(float(speed), 9),
    }


def _dance(ours: Blueprint, pieces: list[dict[str, Any]]) -> Blueprint:
    document: Mapping[str, Any] = ours.model_dump(mode="json", exclude_unset=True)
    return parse({**document, "moves": pieces})

"""A plan with everything it is judged by, and when what of its clips is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bachata.blueprint import Blueprint
from bachata.blueprint import Move as Piece
from bachata.choreography.brief import Brief
from bachata.choreography.grid import tempi
from bachata.choreography.scorecard.wishes import Wishes
from bachata.errors import ClipMissing, InvalidRequest
from bachata.moves.catalogue import Move
from bachata.music.document import Analysis

Floats = npt.NDArray[np.float64]

HIT = 0.07
"""Seconds within which a cut is on a count (the window of mir_eval's F-measure)."""
_EDGE = 1e-4  # seconds; documents round to microseconds


@dataclass(frozen=True)
class Use:
    """One showing of one move: its pieces one after the other, as long as the clip simply dances on.

    Seconds: `start` and `end` of the video, `source_in` and `source_out` of the clip.
    """

    move: Move
    start: float
    end: float
    source_in: float
    source_out: float


@dataclass(frozen=True)
class Dance:
    """A blueprint, its song, the library it was made from, the move of each piece, and what was asked for."""

    blueprint: Blueprint
    analysis: Analysis
    library: tuple[Move, ...]
    danced: tuple[Move, ...]
    wishes: Wishes

    @classmethod
    def of(cls, blueprint: Blueprint, analysis: Analysis, moves: Sequence[Move], brief: Brief | None = None) -> Dance:
        """Without the `brief` itself, what the blueprint says of it counts.

        Raises ClipMissing if `moves` lacks a clip of the blueprint, InvalidRequest if the song has no beats.
        """
        known = {m.clip_id: m for m in moves}
        if unknown := sorted({p.clip_id for p in blueprint.moves} - set(known)):
            raise ClipMissing(
                f"Not in the library: {', '.join(unknown)}; name the library the blueprint was made from, or add them"
            )
        if len(analysis.beats) < 2:
            raise InvalidRequest("No beat was found in this song, so nothing can be scored against it")
        wishes = Wishes.of_brief(brief) if brief else Wishes.of_blueprint(blueprint)
        return cls(blueprint, analysis, tuple(moves), tuple(known[p.clip_id] for p in blueprint.moves), wishes)

    @property
    def pieces(self) -> list[tuple[Piece, Move]]:
        """Each piece with its move."""
        return list(zip(self.blueprint.moves, self.danced, strict=True))

    @cached_property
    def beats(self) -> Floats:
        """Of the song as it was heard, seconds of the song."""
        return np.array(self.analysis.beats)

    @cached_property
    def tempi(self) -> tuple[float, float]:
        """Beats a minute of the slowest and of the quickest eight counts that are danced."""
        begin = self.blueprint.audio_start
        return tempi(self.analysis, begin, begin + self.blueprint.seconds)

    @cached_property
    def cuts(self) -> Floats:
        """When a new piece appears, seconds of the song; the opening is no cut. Where the song has no beats yet, or no
        more, nothing can be on one: such cuts are left out."""
        return self.near(self.beats)

    def near(self, beats: Floats) -> Floats:
        """The cuts from the first of `beats` to the last."""
        starts = np.array([p.start_time for p in self.blueprint.moves if p.start_time > 0])
        cuts = starts + self.blueprint.audio_start
        return np.asarray(cuts[(cuts >= beats[0] - HIT) & (cuts <= beats[-1] + HIT)])

    @cached_property
    def uses(self) -> list[Use]:
        """The showings in order."""
        slack = 2 / float(self.blueprint.output_config.rate)
        uses: list[Use] = []
        for piece, move in self.pieces:
            use = Use(
                move,
                piece.start_time,
                piece.start_time + piece.duration,
                piece.trim_start,
                piece.trim_start + piece.duration * self.speed(piece),
            )
            before = uses[-1] if uses else None
            if before and before.move.clip_id == move.clip_id and abs(before.source_out - use.source_in) <= slack:
                use = Use(move, before.start, use.end, before.source_in, use.source_out)
                uses.pop()
            uses.append(use)
        return uses

    def speed(self, piece: Piece) -> float:
        """Source seconds a second of the video really shows."""
        return 1.0 if self.blueprint.output_config.retime == "off" else piece.speed

    def shown(self, piece: Piece, move: Move, frames: Sequence[int]) -> Floats:
        """When `frames` of the clip are seen, seconds of the song; those the piece does not show are left out."""
        speed = self.speed(piece)
        source = np.array(frames, dtype=np.float64) / float(move.rate) - piece.trim_start
        inside = source[(source >= -_EDGE) & (source < piece.duration * speed - _EDGE)]
        return np.asarray(self.blueprint.audio_start + piece.start_time + inside / speed)


def nearest(times: Floats, marks: Floats) -> Floats:
    """Distance of each time to the nearest of two or more rising `marks`, any shape."""
    after = np.clip(np.searchsorted(marks, times), 1, len(marks) - 1)
    return np.asarray(np.minimum(np.abs(times - marks[after - 1]), np.abs(times - marks[after])))

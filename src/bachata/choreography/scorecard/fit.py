"""M5 and M6: whether clips are played near their own speed, and lively where the music is."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from bachata.blueprint import Move as Piece
from bachata.choreography.scorecard.chance import FEW, spearman
from bachata.choreography.scorecard.dance import HIT, Dance
from bachata.choreography.scorecard.metric import Metric, worded
from bachata.choreography.scorecard.wishes import SEEN
from bachata.moves.catalogue import Move

STRAINED = 0.2
RHO = 0.5
SURE = 0.01


@dataclass(frozen=True, kw_only=True)
class Stretch(Metric):
    """M5, shares of pieces whose speed is off by more than 6 and 10 %, and the mean of abs(ln speed)."""

    key = "m5"
    name = "Change of speed"
    meaning = "clips played faster or slower by more than 6 %"
    bar = "< 20 % beyond 6 %, none beyond 10 %"
    unit = "share"

    beyond_6: float
    beyond_10: float
    mean: float

    def measured(self) -> str:
        """See Metric."""
        return f"{worded(self.beyond_6, 'share')}; beyond 10 %: {worded(self.beyond_10, 'share')}"


@dataclass(frozen=True, kw_only=True)
class EnergyMatch(Metric):
    """M6, Spearman's rho of the music's energy and the clips', over pieces; p from permutations of the pieces.

    `measured_clips`: share of pieces whose energy was measured; that of the others is what their annotation says.
    """

    key = "m6"
    name = "Energy with the music"
    meaning = "lively moves where the music is lively"
    bar = "ρ ≥ 0.5, p < 0.01"
    unit = "number"

    rho: float | None = None
    measured_clips: float = 0.0


def stretch(dance: Dance) -> Stretch:
    """M5."""
    speeds = np.array([dance.speed(p) for p in dance.blueprint.moves])
    off = np.abs(np.log(speeds))
    beyond_6 = float((off > SEEN).mean())
    beyond_10 = float((np.abs(speeds - 1) > 0.1 + 1e-9).mean())
    return Stretch(
        value=beyond_6,
        holds=beyond_6 < STRAINED and beyond_10 == 0,
        beyond_6=beyond_6,
        beyond_10=beyond_10,
        mean=float(off.mean()),
    )


def energy_match(dance: Dance) -> EnergyMatch:
    """M6."""
    pairs = [(_music(dance, piece), _moved(dance, piece, move)) for piece, move in dance.pieces]
    heard = [(song, clip) for song, clip in pairs if song is not None]
    share = sum(bool(m.motion) for m in dance.danced) / len(dance.danced)
    if len(heard) < FEW:
        why = f"{len(heard)} pieces with music are too few to tell"
        return EnergyMatch(value=None, chance=0.0, measured_clips=share, why=why)
    song, clips = (np.array(column) for column in zip(*heard, strict=True))
    found = spearman(song, clips)
    if found is None:
        why = "the music, or the moves, are the same throughout"
        return EnergyMatch(value=None, chance=0.0, measured_clips=share, why=why)
    rho, p = found
    return EnergyMatch(value=rho, chance=0.0, p=p, holds=rho >= RHO and p < SURE, rho=rho, measured_clips=share)


def _music(dance: Dance, piece: Piece) -> float | None:
    """Mean energy of the song's counts that begin within a piece; None where the song has none."""
    energy = np.array(dance.analysis.energy)
    beats = dance.beats[: len(energy)]
    start = dance.blueprint.audio_start + piece.start_time
    inside = energy[: len(beats)][(beats >= start - HIT) & (beats < start + piece.duration - HIT)]
    return float(inside.mean()) if len(inside) else None


def _moved(dance: Dance, piece: Piece, move: Move) -> float:
    """Energy of the counts a piece shows of its clip."""
    first = round(piece.trim_start * float(move.rate))
    last = round((piece.trim_start + piece.duration * dance.speed(piece)) * float(move.rate))
    return move.energy_between(bisect_left(move.beats, first), bisect_left(move.beats, last))

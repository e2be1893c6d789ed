"""Calm moves to calm places: energies of clips and of the song on one common scale.

Absolute levels do not compare: a library may be all of medium energy, and the scale of a measured motion is not that of
a song's loudness. What compares is the rank. A place that is livelier than 80 % of the song asks for a move livelier
than 80 % of those at hand. The squared difference of ranks is what Spearman's rho adds up
(rho = 1 - 6 Σd² / (n³ - n)), so a dance that keeps it small has a high rho: scorecard M6.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bachata.choreography.brief import Brief
from bachata.moves.catalogue import Move

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_BENT = {"low": 2.0, "medium": 1.0, "high": 0.5}
"""Exponent of a place's rank for each wished energy: half the song's places ask for the calmest (or the liveliest)
quarter of the moves, and still no two places change order."""


class Motion:
    """Measured energy of any stretch of any of `moves`, as `Move.energy_between` gives it, for arrays of stretches."""

    def __init__(self, moves: Sequence[Move]) -> None:
        sums = [np.cumsum([0.0, *m.motion]) for m in moves]
        self._measured = np.array([len(m.motion) for m in moves], dtype=np.int64)
        self._at = np.cumsum([0, *(len(s) for s in sums)])[:-1]
        self._sums = np.concatenate(sums) if sums else np.zeros(0)
        self._whole = np.array([m.energy for m in moves], dtype=np.float64)

    def between(self, move: Integers, first: Integers, last: Integers) -> Floats:
        """Energy 0 to 1 of moves (indices) from beat `first` up to beat `last`; the whole move's where none of it was
        measured."""
        begin, end = (np.clip(beat, 0, self._measured[move]) for beat in (first, last))
        beats = end - begin
        moved = self._sums[self._at[move] + end] - self._sums[self._at[move] + begin]
        return np.where(beats > 0, moved / np.maximum(beats, 1), self._whole[move])


def ranks(values: Floats, among: Floats) -> Floats:
    """Share of `among` (sorted, not empty) that each value exceeds, 0 to 1; equal ones count half."""
    below, upto = np.searchsorted(among, values, "left"), np.searchsorted(among, values, "right")
    return np.asarray((below + upto) / (2 * len(among)))


def wished(energies: Sequence[float], brief: Brief) -> Floats:
    """The rank of energy, 0 to 1, to dance at each place of the song; `energies` are the places' own."""
    song = np.array(energies, dtype=np.float64)
    return np.asarray(ranks(song, np.sort(song)) ** _BENT[brief.energy.value])

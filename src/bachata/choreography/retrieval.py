"""The candidates for each place, by vector search with the rules of `ladder` as filters inside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bachata.choreography.brief import Brief
from bachata.choreography.grid import COUNTS, Grid
from bachata.choreography.ladder import (
    EASIER_MOVES,
    MAX_STRETCH,
    MIN_POOL,
    PHRASES_APART,
    RUNGS,
    Mask,
    Rules,
    Rung,
    columns_of,
    natural,
)
from bachata.choreography.offers import ADD, none_at_tempo
from bachata.choreography.query import Queries
from bachata.choreography.slots import PHRASE, Slot
from bachata.choreography.windows import Fits, Windows
from bachata.errors import NoMoves
from bachata.moves.catalogue import Move
from bachata.moves.documents import ids_of
from bachata.moves.index import MoveIndex

TOP_K: Final = 96
_EPS: Final = 1e-9


@dataclass(frozen=True)
class Candidates:
    """Everything that may fill one place: windows (parallel arrays) and the cosine of each one's move."""

    slot: Slot
    fits: Fits
    similarity: npt.NDArray[np.float64]
    rung: int

    @property
    def moves(self) -> list[int]:
        """Positions of the distinct moves, best match first."""
        moves, first = np.unique(self.fits.move, return_index=True)
        return [int(m) for m in moves[np.lexsort((moves, -self.similarity[first]))]]


class Retrieval:
    """Searches one library for the places of one song."""

    def __init__(
        self,
        moves: Sequence[Move],
        index: MoveIndex,
        brief: Brief,
        tempo: float,
        queries: Queries | None = None,
        *,
        tempi: tuple[float, float] | None = None,
    ) -> None:
        """`moves` in the order of `index`; without `queries` only words are looked for. `tempi`: beats a minute of the
        slowest and the quickest eight counts that will be danced, if they differ from the song's `tempo`.

        Raises ValueError if the moves are not the index's.
        """
        if ids_of(moves) != index.ids:
            raise ValueError("the index was built from other moves")
        self.windows = Windows(moves)
        self._index = index
        self._brief = brief
        self._tempo = tempo
        self._queries = queries or Queries(brief)
        self._columns = columns_of(moves)
        self._rules = Rules(self._columns, brief)
        speeds = np.array([t / self._columns.tempo for t in tempi or (tempo,)])
        fitting = np.all(np.abs(speeds - 1.0) <= MAX_STRETCH, axis=0)
        self._of_level = int((natural(speeds).all(axis=0) & self._rules.permit("any", RUNGS[0])).sum())
        self._no_harder = int((fitting & self._rules.permit("any", RUNGS[EASIER_MOVES])).sum())

    def candidates(self, slot: Slot, grid: Grid) -> Candidates:
        """The candidates for `slot`.

        Raises NoMoves, saying what to add, if nothing fits even on the last rung.
        """
        fits = self.windows.fits(slot, grid)
        rung, allowed = self._climb(slot, fits)
        unseen = allowed & self._with(fits, natural(fits.speed))
        cosine = np.full(len(allowed), -1.0)
        found = np.zeros(len(allowed), dtype=bool)
        # Those at a speed that nobody sees first: else a large library's hurried ones could take all the seats.
        for among in (unseen, allowed & ~unseen):
            seats = TOP_K - int(found.sum())
            if not seats or not among.any():
                continue
            for hit in self._index.search(self._queries.at(slot), seats, allowed=among):
                cosine[hit.position], found[hit.position] = hit.score, True
        chosen = fits.only(found[fits.move] & _speed_ok(fits, RUNGS[rung]))
        return Candidates(slot, chosen, cosine[chosen.move], rung)

    def _climb(self, slot: Slot, fits: Fits) -> tuple[int, Mask]:
        best: tuple[int, Mask] | None = None
        for number, rung in enumerate(RUNGS):
            if rung.desperate and best is not None:
                break
            allowed = self._allowed(slot, fits, rung)
            count = int(allowed.sum())
            if count and (best is None or count > int(best[1].sum())):
                best = (number, allowed)
            if self._enough(slot, fits, number, allowed):
                break
        if best is None:
            raise NoMoves(self._why(slot, fits))
        return best

    def _enough(self, slot: Slot, fits: Fits, number: int, allowed: Mask) -> bool:
        """Whether `slot` climbs no further than rung `number` with the moves `allowed` there.

        The level asked for is enough with moves at a speed that nobody sees. One whose moves fit the whole dance like
        that is kept also at a place that asks for longer clips than most are.
        """
        if number == 0:
            unseen = allowed & self._with(fits, natural(fits.speed))
            return int(unseen.sum()) >= (MIN_POOL if self._of_level >= _varied(slot) else _varied(slot))
        least = 1 if number == EASIER_MOVES and self._no_harder >= MIN_POOL else MIN_POOL
        return int(allowed.sum()) >= least

    def _allowed(self, slot: Slot, fits: Fits, rung: Rung) -> Mask:
        return np.asarray(self._with(fits, _speed_ok(fits, rung)) & self._rules.permit(slot.role, rung), dtype=bool)

    def _with(self, fits: Fits, windows: Mask) -> Mask:
        """The moves that any of these windows belongs to."""
        moves = np.zeros(len(self._rules.above), dtype=bool)
        moves[fits.move[windows]] = True
        return moves

    def _why(self, slot: Slot, fits: Fits) -> str:
        if len(fits):
            return none_at_tempo(self._columns, self._tempo)
        return (
            f"No clip of the library holds the {max(slot.counts, 1)} counts in a row that the song needs: add longer "
            f"clips with {ADD}"
        )


def _varied(slot: Slot) -> int:
    """Moves that fill four phrases in places like this one, and one more."""
    return PHRASES_APART * PHRASE // max(slot.counts, COUNTS) + 1


def _speed_ok(fits: Fits, rung: Rung) -> Mask:
    return np.asarray(np.abs(fits.speed - 1.0) <= rung.stretch + _EPS, dtype=bool)

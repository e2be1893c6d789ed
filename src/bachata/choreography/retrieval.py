"""The candidates for each place, by vector search with the rules as filters inside it.

A rule that would leave too few moves is relaxed, one rung of `RUNGS` at a time, and what was relaxed is told. Easier
moves are let in as soon as a move would have to come back within four phrases: who dances at a level dances what is
below it. Everything else waits until fewer than `MIN_POOL` moves are left, and the last two rungs until there is
nothing at all: a wrong speed is seen in every step, a small pool only as repetition.

Moves made for the start or the end of a dance stay there on every rung. They are few, so there they may be one level
harder than asked from the first rung on, which is told when it happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bachata.choreography.brief import Brief
from bachata.choreography.grid import COUNTS, Grid
from bachata.choreography.query import Queries, target_energy
from bachata.choreography.slots import PHRASE, Slot
from bachata.choreography.vocabulary import DIFFICULTIES
from bachata.choreography.windows import Fits, Windows
from bachata.errors import NoMoves
from bachata.moves.catalogue import Move
from bachata.moves.documents import column, ids_of
from bachata.moves.glossary import role_of
from bachata.moves.index import MoveIndex

MIN_POOL = 3
"""Three moves can be danced in turns; with fewer the same one comes back at once, whatever the order."""
PHRASES_APART = 4
"""A move returns no sooner than after this many phrases of 16 counts, if the pool allows (scorecard M7)."""
TOP_K = 96
MAX_STRETCH = 0.10
WIDE_STRETCH = 0.25
_EPS = 1e-9


@dataclass(frozen=True)
class Rung:
    """One step of the relaxation ladder: levels easier and harder than asked, and which other rules still hold."""

    told: str
    easier: int = 2
    harder: int = 2
    unwanted: bool = False
    misplaced: bool = False
    stretch: float = MAX_STRETCH
    desperate: bool = False


RUNGS = (
    Rung("", easier=0, harder=0),
    Rung("easier moves", harder=0),
    Rung("moves one level harder", harder=1),
    Rung("moves of any difficulty"),
    Rung("moves that were not wanted", unwanted=True),
    Rung("moves made for the start or the end", unwanted=True, misplaced=True, desperate=True),
    Rung("speeds within 25 %", unwanted=True, misplaced=True, stretch=WIDE_STRETCH, desperate=True),
)

EASIER_MOVES = 1
"""The rung that only lets easier moves in."""


@dataclass(frozen=True)
class Candidates:
    """Everything that may fill one place: windows (parallel arrays) and the cosine of each one's move."""

    slot: Slot
    fits: Fits
    similarity: npt.NDArray[np.float64]
    rung: int
    target_energy: float

    @property
    def moves(self) -> list[int]:
        """Positions of the distinct moves, best match first."""
        order = np.lexsort((self.fits.move, -self.similarity))
        return list(dict.fromkeys(int(m) for m in self.fits.move[order]))


class Retrieval:
    """Searches one library for the places of one song."""

    def __init__(
        self, moves: Sequence[Move], index: MoveIndex, brief: Brief, tempo: float, queries: Queries | None = None
    ) -> None:
        """`moves` in the order of `index`; without `queries` only words are looked for.

        Raises ValueError if the moves are not the index's.
        """
        if ids_of(moves) != index.ids:
            raise ValueError("the index was built from other moves")
        self.windows = Windows(moves)
        self._index = index
        self._brief = brief
        self._tempo = tempo
        self._queries = queries or Queries(brief)
        self._roles = column(moves, "label").each(role_of)
        self._unwanted = column(moves, "label").each(lambda label: label in brief.unwanted)
        self._above = column(moves, "difficulty").each(DIFFICULTIES.index) - DIFFICULTIES.index(brief.difficulty.value)

    def candidates(self, slot: Slot, grid: Grid) -> Candidates:
        """The candidates for `slot`.

        Raises NoMoves, saying what to add, if nothing fits even on the last rung.
        """
        fits = self.windows.fits(slot, grid)
        rung, allowed = self._climb(slot, fits)
        hits = self._index.search(self._queries.at(slot), TOP_K, allowed=allowed)
        cosine = np.full(len(allowed), -1.0)
        found = np.zeros(len(allowed), dtype=bool)
        for hit in hits:
            cosine[hit.position], found[hit.position] = hit.score, True
        chosen = fits.only(found[fits.move] & _speed_ok(fits, RUNGS[rung]))
        return Candidates(slot, chosen, cosine[chosen.move], rung, target_energy(slot, self._brief))

    def _climb(self, slot: Slot, fits: Fits) -> tuple[int, npt.NDArray[np.bool_]]:
        best: tuple[int, npt.NDArray[np.bool_]] | None = None
        for number, rung in enumerate(RUNGS):
            if rung.desperate and best is not None:
                break
            allowed = self._allowed(slot, fits, rung)
            count = int(allowed.sum())
            if count and (best is None or count > int(best[1].sum())):
                best = (number, allowed)
            if count >= (_varied(slot) if number == 0 else MIN_POOL):
                break
        if best is None:
            raise NoMoves(self._why(slot, fits))
        return best

    def _allowed(self, slot: Slot, fits: Fits, rung: Rung) -> npt.NDArray[np.bool_]:
        playable = np.zeros(len(self._above), dtype=bool)
        playable[fits.move[_speed_ok(fits, rung)]] = True
        level = (self._above >= -rung.easier) & (self._above <= rung.harder)
        role = {"lead-in": "intro", "start": "intro", "end": "outro"}.get(slot.role)
        special = (self._roles == role) & (self._above <= max(rung.harder, 1))
        ordinary = np.asarray(self._roles == "any") | rung.misplaced
        allowed = playable & ((level & ordinary) | special)
        return np.asarray(allowed if rung.unwanted else allowed & ~self._unwanted, dtype=bool)

    def _why(self, slot: Slot, fits: Fits) -> str:
        tempo = f"{self._tempo:.0f} BPM"
        if not len(fits):
            return (
                f"No clip of the library holds the {max(slot.counts, 1)} counts in a row that the song needs: add "
                "longer clips with `bachata library add DIR --annotations FILE`"
            )
        low, high = self._tempo / (1 + MAX_STRETCH), self._tempo / (1 - MAX_STRETCH)
        return (
            f"No clip of the library can be danced at {tempo}: add clips of {low:.0f} to {high:.0f} BPM with "
            "`bachata library add DIR --annotations FILE`"
        )


def _varied(slot: Slot) -> int:
    """Moves that fill four phrases in places like this one, and one more."""
    return PHRASES_APART * PHRASE // max(slot.counts, COUNTS) + 1


def _speed_ok(fits: Fits, rung: Rung) -> npt.NDArray[np.bool_]:
    return np.asarray(np.abs(fits.speed - 1.0) <= rung.stretch + _EPS, dtype=bool)

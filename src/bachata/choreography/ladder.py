"""Which moves may be danced at a place, and what gives way first when too few are left.

A rule that would leave too few moves is relaxed, one rung of `RUNGS` at a time, and what was relaxed is told. Easier
moves are let in as soon as a move would have to come back within four phrases, or be danced at a speed that shows so
that it does not: who dances at a level dances what is below it. Other levels wait until fewer than `MIN_POOL` moves are
left. Moves that were not wanted, misplaced ones and speeds beyond `MAX_STRETCH` wait until there is nothing at all: who
said no to a move means it, a wrong speed is seen in every step, and a small pool only as repetition.

Moves made for the start or the end of a dance stay there on every rung. They are few, so there they may be one level
harder than asked from the first rung on, which is told when it happens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from bachata.choreography.brief import Brief
from bachata.choreography.vocabulary import DIFFICULTIES
from bachata.moves.catalogue import Move
from bachata.moves.documents import column, tempi
from bachata.moves.glossary import role_of

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MIN_POOL: Final = 3
"""Three moves can be danced in turns; with fewer the same one comes back at once, whatever the order."""
PHRASES_APART: Final = 4
"""A move returns no sooner than after this many phrases of 16 counts, if the pool allows (scorecard M7)."""
SEEN: Final = math.log(1.06)
"""Change of speed, abs(ln speed), beyond which it is seen in every step (scorecard M5)."""
MAX_STRETCH: Final = 0.10
WIDE_STRETCH: Final = 0.25
HOMES: Final = {"lead-in": "intro", "start": "intro", "end": "outro"}
"""Role of a place to the role of the moves made for it."""
_ROLES: Final = ("any", "intro", "outro")


def natural(speed: Floats) -> Mask:
    """Which speeds nobody sees."""
    return np.asarray(np.abs(np.log(speed)) <= SEEN, dtype=bool)


class Columns(Protocol):
    """What decides, without reading a single move, whether it may be danced: parallel arrays in a library's order."""

    @property
    def difficulty(self) -> Integers:
        """Indices into `DIFFICULTIES`."""

    @property
    def label(self) -> Integers:
        """Indices into `labels`."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The distinct labels."""

    @property
    def tempo(self) -> Floats:
        """Beats a minute."""


@dataclass(frozen=True)
class MoveColumns:
    """Columns as arrays."""

    difficulty: Integers
    label: Integers
    labels: tuple[str, ...]
    tempo: Floats


def columns_of(moves: Sequence[Move]) -> MoveColumns:
    """The columns of moves, in their order; stored ones are not read."""
    label = column(moves, "label")
    return MoveColumns(
        difficulty=column(moves, "difficulty").each(DIFFICULTIES.index),
        label=label.codes.astype(np.int64),
        labels=label.words,
        tempo=tempi(moves),
    )


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: levels easier and harder than asked, and which other rules still hold.

    `desperate`: only climbed while there is nothing at all.
    """

    told: str
    easier: int = 2
    harder: int = 2
    unwanted: bool = False
    misplaced: bool = False
    stretch: float = MAX_STRETCH
    desperate: bool = False


RUNGS: Final = (
    Rung("", easier=0, harder=0),
    Rung("easier moves", harder=0),
    Rung("moves one level harder", harder=1),
    Rung("moves of any difficulty"),
    Rung("moves made for the start or the end", misplaced=True, desperate=True),
    Rung("moves that were not wanted", unwanted=True, misplaced=True, desperate=True),
    Rung("speeds within 25 %", unwanted=True, misplaced=True, stretch=WIDE_STRETCH, desperate=True),
)
EASIER_MOVES: Final = 1
"""The rung that only lets easier moves in."""


class Rules:
    """A brief's rules over the columns of a library. All but the speed, which only a place decides."""

    def __init__(self, columns: Columns, brief: Brief) -> None:
        roles = np.array([_ROLES.index(role_of(label)) for label in columns.labels], dtype=np.int64)
        refused = np.array([label in brief.unwanted for label in columns.labels], dtype=bool)
        self.role = roles[columns.label]
        self.unwanted = refused[columns.label]
        self.above = columns.difficulty - DIFFICULTIES.index(brief.difficulty.value)

    def permit(self, place: str, rung: Rung) -> Mask:
        """Which moves `rung` lets into a place of this role."""
        level = (self.above >= -rung.easier) & (self.above <= rung.harder)
        home = HOMES.get(place)
        special = (self.role == _ROLES.index(home)) & (self.above <= max(rung.harder, 1)) if home else False
        ordinary = (self.role == 0) | rung.misplaced
        permitted = (level & ordinary) | special
        return np.asarray(permitted if rung.unwanted else permitted & ~self.unwanted, dtype=bool)

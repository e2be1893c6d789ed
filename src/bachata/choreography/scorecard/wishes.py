"""What was asked for, as far as it can be kept or broken, and what of a library can keep it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bachata.blueprint import Blueprint
from bachata.choreography.brief import Brief
from bachata.choreography.vocabulary import DIFFICULTIES, LIBRARY_STYLES
from bachata.moves.catalogue import Move
from bachata.moves.glossary import role_of

_STRETCH = 0.1
"""Share by which a clip's tempo may be off the song's."""
SEEN = math.log(1.06)
"""Retiming, abs(ln speed), beyond which it is seen (M5)."""


@dataclass(frozen=True)
class Wishes:
    """`duration` in seconds, None: the whole song; styles and labels as in the library."""

    difficulty: str
    styles: tuple[str, ...] = ()
    duration: float | None = None
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    @classmethod
    def of_brief(cls, brief: Brief) -> Wishes:
        """Those of a request that was understood."""
        return cls(brief.difficulty.value, brief.styles, brief.duration.value, brief.wanted, brief.unwanted)

    @classmethod
    def of_blueprint(cls, blueprint: Blueprint) -> Wishes:
        """Those a blueprint was made for, as far as its generation_parameters tell."""
        told = blueprint.generation_parameters
        length = told.get("duration")
        return cls(
            blueprint.difficulty_level or DIFFICULTIES[-1],
            LIBRARY_STYLES.get(str(told.get("style")), ()),
            float(length) if isinstance(length, int | float) and not isinstance(length, bool) else None,
            _labels(told.get("wanted")),
            _labels(told.get("unwanted")),
        )

    @property
    def level(self) -> int:
        """The difficulty as a number from 0."""
        return DIFFICULTIES.index(self.difficulty)

    def fitting(self, moves: Sequence[Move], tempi: tuple[float, float]) -> list[Move]:
        """Moves for anywhere in a dance between two tempi that nobody asked to leave out; of any level."""
        return [
            m
            for m in moves
            if role_of(m.label) == "any" and m.label not in self.unwanted and all(_near(m.tempo, t) for t in tempi)
        ]

    def natural(self, moves: Sequence[Move], tempi: tuple[float, float]) -> list[Move]:
        """Those of the level asked for that are danced at a speed at which nobody sees the retiming (M5)."""
        of_level = [m for m in self.able(moves, tempi) if DIFFICULTIES.index(m.difficulty) == self.level]
        return [m for m in of_level if all(abs(math.log(t / m.tempo)) <= SEEN for t in tempi)]

    def able(self, moves: Sequence[Move], tempi: tuple[float, float]) -> list[Move]:
        """Those no harder than asked."""
        return [m for m in self.fitting(moves, tempi) if DIFFICULTIES.index(m.difficulty) <= self.level]


def _near(clip: float, song: float) -> bool:
    return song > 0 and abs(song / clip - 1) <= _STRETCH


def _labels(told: object) -> tuple[str, ...]:
    """Labels as a plan notes them; a blueprint of other makers may have anything there."""
    return tuple(map(str, told)) if isinstance(told, list) else ()

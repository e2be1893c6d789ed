"""The seat of a director: someone with taste who may prefer candidates, place by place, and say why.

A preference enters the sequence programme as a bonus. Rules (counts, speed, difficulty, roles, repetition) are
constraints of that programme, so no answer can break one; an id that is no candidate is simply nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bachata.choreography.brief import Brief
from bachata.choreography.slots import Slot
from bachata.moves.catalogue import Move


@dataclass(frozen=True)
class Scene:
    """One place as a director sees it: the slot and the moves that may fill it, best match first."""

    slot: Slot
    candidates: tuple[Move, ...]
    groove: str | None = None
    """How the percussion plays there (`bachata.music.document.Groove`); None when it cannot be told."""


@dataclass(frozen=True)
class Direction:
    """Preferred candidate ids of one place, most wanted first, and a sentence for people."""

    preferred: tuple[str, ...] = ()
    reason: str = field(default="")


class Director(Protocol):
    """Looks at the whole dance once and returns one Direction a scene; fewer or none mean no preference."""

    def direct(self, brief: Brief, scenes: Sequence[Scene], *, title: str | None = None) -> Sequence[Direction]:
        """Preferences for `scenes`, in their order. `title`: the song's, as its owner wrote it."""
        ...

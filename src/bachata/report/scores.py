"""The scorecard in plain words: one tile for each thing measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tile:
    """One score. `share` and `chance` lie between 0 and 1 and are drawn as a bar; `met` is None without a target."""

    title: str
    figure: str
    unit: str
    explanation: str
    share: float | None = None
    chance: float | None = None
    target: str = ""
    met: bool | None = None


def tiles(scorecard: Mapping[str, Any] | None) -> list[Tile]:
    """The tiles of a scorecard, in its order."""
    return [] if scorecard is None else []

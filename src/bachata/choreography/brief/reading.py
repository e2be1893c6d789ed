"""What free text says, and who reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from bachata.tasks.choreography_request import DURATION


@dataclass(frozen=True)
class Reading:
    """What somebody understood of a text; None and empty mean that it says nothing about it. Units as in Brief."""

    difficulty: str | None = None
    energy: str | None = None
    style: str | None = None
    duration: float | None = None
    transitions: Literal["smooth", "sharp"] | None = None
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    song_title: str | None = None
    song_artist: str | None = None
    song_tempo: tuple[float, float] | None = None
    song_mood: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads free text better than by keywords, when it can."""

    def read(self, text: str) -> Reading | None:
        """What `text` says. Where it says nothing, or for None, the keyword parser's reading stands."""
        ...


def within_range(duration: float) -> tuple[float, str | None]:
    """The nearest length that is made, and a note if it is another one."""
    low, high = DURATION
    nearest = min(max(duration, low), high)
    if nearest == duration:
        return duration, None
    return nearest, f"{duration:g} s is outside {low:g} to {high:g} s; {nearest:g} s is made"

"""A request, understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from bachata.choreography import vocabulary as words

T_co = TypeVar("T_co", covariant=True)
Source = Literal["form", "gemini", "text", "default"]
"""Where a value came from: a field of the form, the free text as Gemini or as the keyword parser read it, or nobody."""
Transitions = Literal["smooth", "sharp", "musical"]

DEFAULT_SEED = 0


@dataclass(frozen=True)
class Understood(Generic[T_co]):
    """A value and where it came from."""

    value: T_co
    source: Source

    def as_dict(self) -> dict[str, Any]:
        """For documents."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"value": value, "source": self.source}


@dataclass(frozen=True)
class SongWish:
    """The song somebody has in mind. `tempo` in beats a minute, both ends included; `mood` as in `vocabulary.MOODS`."""

    title: Understood[str | None] = Understood(None, "default")
    artist: Understood[str | None] = Understood(None, "default")
    tempo: Understood[tuple[float, float] | None] = Understood(None, "default")
    mood: Understood[tuple[str, ...]] = Understood((), "default")

    def as_dict(self) -> dict[str, Any]:
        """Each wish as {value, source}."""
        return {name: getattr(self, name).as_dict() for name in ("title", "artist", "tempo", "mood")}


@dataclass(frozen=True)
class Brief:
    """A request, understood. `duration` in seconds, None for the whole song; labels as in the move library."""

    difficulty: Understood[str]
    energy: Understood[str]
    style: Understood[str]
    duration: Understood[float | None]
    seed: Understood[int]
    transitions: Understood[Transitions] = Understood("musical", "default")
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    song: SongWish = field(default_factory=SongWish)
    query: str | None = None
    notes: tuple[str, ...] = ()
    wanted_source: Source = "default"
    unwanted_source: Source = "default"

    @property
    def styles(self) -> tuple[str, ...]:
        """Styles of the library that serve the requested one; empty when any does."""
        return words.LIBRARY_STYLES[self.style.value]

    def as_dict(self) -> dict[str, Any]:
        """For answers and documents: each field as {value, source}."""
        named = ("difficulty", "energy", "style", "duration", "seed", "transitions")
        return {
            **{name: getattr(self, name).as_dict() for name in named},
            "wanted_moves": Understood(self.wanted, self.wanted_source).as_dict(),
            "unwanted_moves": Understood(self.unwanted, self.unwanted_source).as_dict(),
            "song": self.song.as_dict(),
            "query": self.query,
            "notes": list(self.notes),
        }

"""What is wanted: form fields and free text become a Brief in which every field says where it came from.

A form field wins over the text, the text over the default. The text is data: it is searched for words, nothing else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from bachata.choreography import vocabulary as words
from bachata.errors import InvalidRequest
from bachata.moves.glossary import fold, labels_in

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Source = Literal["form", "text", "default"]

QUERY_LENGTH = (10, 1000)
DURATION = (10.0, 600.0)
DEFAULT_SEED = 0

_CLOCK = re.compile(r"\b(\d{1,2}):([0-5]\d)\b")
_UNIT = r"(?P<unit>seconds?|secs?|s|segundos?|seg|minutes?|mins?|m|minutos?)"
_COUNT = rf"(?P<count>\d+(?:\.\d+)?|{'|'.join(sorted(words.NUMBER_WORDS, key=len, reverse=True))})"
_LENGTH = re.compile(rf"\b{_COUNT}\s*-?\s*{_UNIT}\b(?P<half>\s+(?:and a half|y medio))?")
_FIELDS = ("query", "difficulty", "energy", "style", "duration", "seed")


@dataclass(frozen=True)
class Understood(Generic[T_co]):
    """A value and where it came from."""

    value: T_co
    source: Source


@dataclass(frozen=True)
class Brief:
    """A request, understood. `duration` in seconds, None for the whole song; labels as in the move library."""

    difficulty: Understood[str]
    energy: Understood[str]
    style: Understood[str]
    duration: Understood[float | None]
    seed: Understood[int]
    transitions: Understood[Literal["smooth", "sharp", "musical"]] = Understood("musical", "default")
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    query: str | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def styles(self) -> tuple[str, ...]:
        """Styles of the library that serve the requested one; empty when any does."""
        return words.LIBRARY_STYLES[self.style.value]

    def as_dict(self) -> dict[str, Any]:
        """For answers and documents: each field as {value, source}."""
        named = {n: getattr(self, n) for n in ("difficulty", "energy", "style", "duration", "seed", "transitions")}
        document: dict[str, Any] = {n: {"value": u.value, "source": u.source} for n, u in named.items()}
        for name, labels in (("wanted_moves", self.wanted), ("unwanted_moves", self.unwanted)):
            document[name] = {"value": list(labels), "source": "text" if labels else "default"}
        return {**document, "query": self.query, "notes": list(self.notes)}


def understand(fields: Mapping[str, Any] | None = None, query: str | None = None) -> Brief:
    """Read a request. `fields`: difficulty, energy, style, duration, seed (and query, unless given apart).

    Raises InvalidRequest naming every field at fault with what is allowed.
    """
    given = {k: v for k, v in (fields or {}).items() if v is not None and v != ""}
    problems: list[str] = []
    if unknown := sorted(set(given) - set(_FIELDS)):
        problems.append(f"{', '.join(unknown)}: not a field of a brief; known are {', '.join(_FIELDS)}")
    text = _query(query if query is not None else given.get("query"), problems)
    difficulty = _choice("difficulty", given, words.DIFFICULTIES, problems)
    energy = _choice("energy", given, words.ENERGIES, problems)
    style = _choice("style", given, words.STYLES, problems)
    duration = _duration(given.get("duration"), problems)
    seed = _seed(given.get("seed"), problems)
    if problems:
        raise InvalidRequest(f"The request cannot be understood: {'; '.join(problems)}", details="; ".join(problems))
    heard = _Heard.of(text)
    return Brief(
        # Nobody who describes a dance in words is expected to name a level: they get the gentlest (decision D10).
        difficulty=_first(difficulty, heard.difficulty, "beginner" if text else "intermediate"),
        energy=_first(energy, heard.energy, "medium"),
        style=_first(style, heard.style, "modern"),
        duration=_first(duration, heard.duration, None),
        seed=_first(seed, None, DEFAULT_SEED),
        transitions=_first(None, heard.transitions, "musical"),
        wanted=heard.wanted,
        unwanted=heard.unwanted,
        query=text,
        notes=heard.notes,
    )


def _first(form: T | None, text: T | None, default: T) -> Understood[T]:
    if form is not None:
        return Understood(form, "form")
    return Understood(text, "text") if text is not None else Understood(default, "default")


def _query(value: Any, problems: list[str]) -> str | None:
    if value is None:
        return None
    low, high = QUERY_LENGTH
    if not isinstance(value, str):
        problems.append("query: must be text")
        return None
    text = " ".join(value.split())
    if not low <= len(text) <= high:
        problems.append(f"query: {low} to {high} characters describe a dance, this has {len(text)}")
        return None
    return text


def _choice(name: str, given: Mapping[str, Any], allowed: tuple[str, ...], problems: list[str]) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    folded = value.strip().lower() if isinstance(value, str) else None
    if folded not in allowed:
        problems.append(f"{name}: {value!r} is not one of {', '.join(allowed)}")
        return None
    return folded


def _duration(value: Any, problems: list[str]) -> float | None:
    if value is None:
        return None
    low, high = DURATION
    seconds: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str):
        try:
            seconds = float(value)
        except ValueError:
            seconds = spoken_duration(value)
    if seconds is None or not math.isfinite(seconds) or not low <= seconds <= high:
        problems.append(f"duration: {value!r} is not {low:g} to {high:g} seconds")
        return None
    return seconds


def _seed(value: Any, problems: list[str]) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        problems.append(f"seed: {value!r} is not a whole number from 0")
        return None
    return value


def spoken_duration(text: str) -> float | None:
    """The first length named in `text`, in seconds: "45 seconds", "2 min", "1:30", "un minuto y medio"; else None."""
    if clock := _CLOCK.search(text):
        return int(clock[1]) * 60.0 + int(clock[2])
    # `fold` would part "1.5"; only case and accents may go here.
    plain = fold_accents(text)
    match = _LENGTH.search(plain)
    if not match:
        return None
    count = match["count"]
    number = float(words.NUMBER_WORDS[count]) if count in words.NUMBER_WORDS else float(count)
    minutes = match["unit"].startswith("m")
    return (number + (0.5 if match["half"] else 0.0)) * (60.0 if minutes else 1.0)


def fold_accents(text: str) -> str:
    """Lower case without accents; punctuation stays."""
    return "".join(fold(c) or c for c in text.casefold())


@dataclass(frozen=True)
class _Heard:
    """What the free text says."""

    difficulty: str | None = None
    energy: str | None = None
    style: str | None = None
    duration: float | None = None
    transitions: Literal["smooth", "sharp"] | None = None
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str | None) -> _Heard:
        if text is None:
            return cls()
        clauses = [fold(c) for c in re.split(r"[,;.!?]|\b(?:but|and|pero|y)\b", fold_accents(text))]
        said, refused = zip(*(_part(c) for c in clauses), strict=True)
        notes: list[str] = []
        duration = spoken_duration(text)
        if duration is not None and not DURATION[0] <= duration <= DURATION[1]:
            nearest = min(max(duration, DURATION[0]), DURATION[1])
            notes.append(f"{duration:g} s is outside {DURATION[0]:g} to {DURATION[1]:g} s; {nearest:g} s is made")
            duration = nearest
        smooth, sharp = _says(said, words.SMOOTH_WORDS), _says(said, words.SHARP_WORDS)
        level = _match(said, words.DIFFICULTY_PHRASES) or _match(_without(said, words.MANNER), words.DIFFICULTY_WORDS)
        # "Hard cuts" asks for no hard dance, "medium level" for no medium energy: what is understood is used up.
        rest = _without(said, (*words.MANNER, *(p for many in words.DIFFICULTY_PHRASES.values() for p in many)))
        unwanted = tuple(dict.fromkeys(label for part in refused for label in labels_in(part)))
        named = dict.fromkeys(label for part in said for label in labels_in(part))
        return cls(
            difficulty=level,
            energy=_match(rest, words.ENERGY_WORDS),
            style=_match(rest, words.STYLE_WORDS),
            duration=duration,
            transitions="smooth" if smooth else "sharp" if sharp else None,
            wanted=tuple(label for label in named if label not in unwanted and label not in _AMBIGUOUS),
            unwanted=unwanted,
            notes=tuple(notes),
        )


# Words of these labels mean something else in a sentence ("basic bachata", "in a modern style").
_AMBIGUOUS = ("basic", "style", "intros", "outro")


def _part(clause: str) -> tuple[str, str]:
    """A clause before and after its first negation."""
    tokens = clause.split()
    at = next((i for i, token in enumerate(tokens) if token in words.NEGATIONS), len(tokens))
    return " ".join(tokens[:at]), " ".join(tokens[at + 1 :])


def _says(parts: tuple[str, ...], phrases: tuple[str, ...]) -> bool:
    return any(f" {phrase} " in f" {part} " for part in parts for phrase in phrases)


def _without(parts: tuple[str, ...], phrases: tuple[str, ...]) -> tuple[str, ...]:
    """The parts with every one of `phrases` taken out, the longest first."""
    pattern = "|".join(re.escape(p) for p in sorted(phrases, key=len, reverse=True))
    return tuple(re.sub(rf"\b(?:{pattern})\b", " ", part) for part in parts)


def _match(parts: tuple[str, ...], table: Mapping[str, tuple[str, ...]]) -> str | None:
    return next((value for value, phrases in table.items() if _says(parts, phrases)), None)

"""The fields of a form, checked: all faults at once, each with what is allowed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bachata.choreography import vocabulary as words
from bachata.choreography.brief.durations import spoken_duration
from bachata.errors import InvalidRequest
from bachata.tasks.choreography_request import DURATION, QUERY_LENGTH

_FIELDS = ("query", "difficulty", "energy", "style", "duration", "seed")


@dataclass(frozen=True)
class Form:
    """What was filled in; None where nothing was."""

    query: str | None
    difficulty: str | None
    energy: str | None
    style: str | None
    duration: float | None
    seed: int | None

    @classmethod
    def of(cls, fields: Mapping[str, Any], query: str | None) -> Form:
        """The form of `fields`; `query` takes the place of its field. Raises InvalidRequest."""
        given = {k: v for k, v in fields.items() if v is not None and v != ""}
        problems: list[str] = []
        if unknown := sorted(set(given) - set(_FIELDS)):
            problems.append(f"{', '.join(unknown)}: not a field of a brief; known are {', '.join(_FIELDS)}")
        form = cls(
            query=_query(query if query is not None else given.get("query"), problems),
            difficulty=_choice("difficulty", given, words.DIFFICULTIES, problems),
            energy=_choice("energy", given, words.ENERGIES, problems),
            style=_choice("style", given, words.STYLES, problems),
            duration=_duration(given.get("duration"), problems),
            seed=_seed(given.get("seed"), problems),
        )
        if problems:
            listed = "; ".join(problems)
            raise InvalidRequest(f"The request cannot be understood: {listed}", details=listed)
        return form


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
        seconds = float(value) if value <= high else math.inf  # a whole number may be too large for a float
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
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        problems.append(f"seed: {value!r} is not a whole number from 0")
        return None
    return value

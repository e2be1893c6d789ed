"""Of an answer, what the schema allows: value by value, so that one wrong value spoils no other."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
_ROUNDS = 8  # taking out a wrong value can uncover another only where schemas nest


def salvage(model: type[M], answer: Mapping[str, Any]) -> tuple[M, tuple[str, ...]]:
    """`answer` as a `model` without the values it does not allow, and the names of the fields they stood in.

    A wrong item is taken out of its list, any other wrong value is left out whole: every field of `model` needs a
    default. An answer beyond saving gives the defaults.
    """
    kept = copy.deepcopy(dict(answer))
    faults: dict[str, None] = {}
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(kept), tuple(faults)
        except ValidationError as error:
            places = {_cut(e["loc"]) for e in error.errors(include_url=False, include_input=False)}
        faults.update(dict.fromkeys(str(place[0]) for place in sorted(places, key=str) if place))
        for place in sorted(places, key=_last_first, reverse=True):
            _remove(kept, place)
    return model(), tuple(faults)


def _cut(place: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The innermost list item around a fault, else the field."""
    at = max((i for i, part in enumerate(place) if isinstance(part, int)), default=0)
    return place[: at + 1]


def _last_first(place: tuple[int | str, ...]) -> tuple[tuple[int, str], ...]:
    """Sorts items of a list by position, so that removing the later ones first keeps the others in place."""
    return tuple((part, "") if isinstance(part, int) else (0, part) for part in place)


def _remove(value: Any, place: tuple[int | str, ...]) -> None:
    *outer, last = place
    for part in outer:
        value = value[part]
    del value[last]

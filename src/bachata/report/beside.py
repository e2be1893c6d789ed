"""The scores of other ways to dance the same song, beside this video's: a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bachata.report import words

Card = Mapping[str, Any]

OURS = "This video"


def table(scorecard: Card | None, others: Mapping[str, Card] | None) -> list[tuple[str, ...]]:
    """A heading row, then a row a metric: its name, its aim, this video's value, those of the others.

    Empty without anything to compare. Cards are the JSON of `bachata.choreography.scorecard`.
    """
    if not scorecard or not others:
        return []
    found: list[tuple[str, ...]] = [("What", "Aim", OURS, *(words.title(name) for name in others))]
    for key, metric in scorecard.items():
        if isinstance(metric, Mapping) and isinstance(metric.get("name"), str) and _figure(metric) != words.DASH:
            beside = (_figure(other.get(key)) for other in others.values())
            found.append((metric["name"], str(metric.get("bar", "")), _figure(metric), *beside))
    return found


def _figure(metric: Any) -> str:
    value = metric.get("value") if isinstance(metric, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return words.DASH
    match metric.get("unit"):
        case "time":
            return f"{words.number(1000 * value, 1)} ms"
        case "share":
            return words.percent(value)
        case "count":
            return words.number(value)
        case _:
            return words.number(value, 2)

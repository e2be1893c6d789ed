"""The `retry` of a try step: one of Google's two policies, or a predicate with whole numbers."""

from __future__ import annotations

import re
from typing import Any

from .loader import LocatedMap
from .model import Retry
from .templates import ValueBuilder

_STANDARD_POLICIES = {
    "${http.default_retry}": "http.default_retry_predicate",
    "${http.default_retry_non_idempotent}": "http.default_retry_predicate_non_idempotent",
}


def build_policy(builder: ValueBuilder, value: Any, line: int, place: str) -> Retry | None:
    """The policy, or None when it is refused: the builder then holds the problems."""
    if isinstance(value, str):
        if value.strip() not in _STANDARD_POLICIES:
            policies = " or ".join(_STANDARD_POLICIES)
            builder.problem(line, place, f"retry is {policies}, or a map of predicate, max_retries and backoff")
            return None
        # Both policies: 5 retries, delays from 1 s to 60 s × 1.25 (reference page of http.default_retry).
        return Retry(_STANDARD_POLICIES[value.strip()], 5, 1, 60, 1.25, line)
    if not isinstance(value, LocatedMap):
        builder.problem(line, place, "retry is a policy or a map of predicate, max_retries and backoff")
        return None
    before = len(builder.problems)
    _whole(builder, value, {"predicate", "max_retries", "backoff"}, line, place)
    backoff = value.get("backoff")
    if isinstance(backoff, LocatedMap):
        _whole(builder, backoff, {"initial_delay", "max_delay", "multiplier"}, line, f"{place}.backoff")
        for name in ("initial_delay", "max_delay", "multiplier"):
            _integer(builder, backoff.get(name, 1), line, f"{place}.backoff.{name}", 0 if name != "multiplier" else 1)
    elif "backoff" in value:
        builder.problem(line, place, "backoff is a map of initial_delay, max_delay and multiplier")
    _integer(builder, value.get("max_retries", 0), line, f"{place}.max_retries", 0)
    predicate = value.get("predicate")
    match = re.fullmatch(r"\$\{\s*([A-Za-z_][\w.]*)\s*\}", predicate.strip()) if isinstance(predicate, str) else None
    if match is None and "predicate" in value:
        builder.problem(line, place, "predicate is ${name of a subworkflow with one parameter}")
    if match is None or len(builder.problems) > before or not isinstance(backoff, LocatedMap):
        return None
    delays = (backoff["initial_delay"], backoff["max_delay"], backoff["multiplier"])
    return Retry(match.group(1), value["max_retries"], *delays, line)


def _whole(builder: ValueBuilder, value: LocatedMap, names: set[str], line: int, place: str) -> None:
    builder.unknown_keys(value, names, place)
    missing = sorted(names - set(value))
    if missing:
        builder.problem(line, place, f"{', '.join(missing)} missing")


def _integer(builder: ValueBuilder, value: Any, line: int, place: str, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        builder.problem(line, place, f"must be an integer from {least}, not {value!r}")

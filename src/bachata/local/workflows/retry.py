"""Retrying a try block: whether an error is worth another attempt, and how long to wait before it.

https://cloud.google.com/workflows/docs/reference/stdlib/http/default_retry
"""

from __future__ import annotations

from collections.abc import Iterator

from .stdlib.registry import function
from .values import Value

_IDEMPOTENT_CODES = {429, 502, 503, 504}
_IDEMPOTENT_TAGS = {"ConnectionError", "ConnectionFailedError", "TimeoutError"}
_OTHER_CODES = {429, 503}
_OTHER_TAGS = {"ConnectionFailedError"}


@function("http.default_retry_predicate", "error")
def worth_retrying(error: Value) -> bool:
    """429, 502, 503, 504, lost or failed connections and timeouts; not 500."""
    return _matches(error, _IDEMPOTENT_CODES, _IDEMPOTENT_TAGS)


@function("http.default_retry_predicate_non_idempotent", "error")
def worth_retrying_non_idempotent(error: Value) -> bool:
    """Only where the request cannot have had an effect: 429, 503 and connections that never came about."""
    return _matches(error, _OTHER_CODES, _OTHER_TAGS)


def _matches(error: Value, codes: set[int], tags: set[str]) -> bool:
    if not isinstance(error, dict):
        return False
    own = error.get("tags")
    own_tags = {tag for tag in own if isinstance(tag, str)} if isinstance(own, list) else set()
    if "HttpError" in own_tags:
        code = error.get("code")
        return isinstance(code, int) and not isinstance(code, bool) and code in codes
    return bool(own_tags & tags)


def delays(initial: float, multiplier: float, longest: float) -> Iterator[float]:
    """Seconds before each next attempt, without end: `initial`, then multiplied, never above `longest`."""
    delay = initial
    while True:
        yield min(delay, longest)
        delay = min(delay * multiplier, longest)

"""What PostgreSQL can hold of a JSON value."""

from __future__ import annotations

import math
from typing import Any, TypeVar

Value = TypeVar("Value")


def storable(value: Value) -> Value:
    """`value` without what jsonb and text refuse, so that a strange byte in an error never keeps it from the row.

    NUL and lone surrogates become U+FFFD; NaN and infinities become null.
    """
    return _clean(value)  # type: ignore[no-any-return]


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_clean(str(k)): _clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(v) for v in value]
    return value

"""The time module. https://cloud.google.com/workflows/docs/reference/stdlib/time"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..errors import value_error
from ..values import Value
from .registry import function, want_number, want_string

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@function("time.format", "seconds", timezone="UTC")
def format_time(seconds: Value, timezone: Value) -> str:
    """ISO 8601 with microseconds, `2024-07-12T12:50:33.000000Z`, in a zone of the tz database (default UTC)."""
    name = want_string(timezone, "time.format timezone") or "UTC"
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise value_error(f"unknown timezone {name}") from None
    try:
        moment = datetime.fromtimestamp(want_number(seconds, "time.format seconds"), UTC).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        raise value_error("time.format: seconds is outside the calendar") from None
    text = moment.isoformat(timespec="microseconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


@function("time.parse", "value")
def parse_time(value: Value) -> float:
    """Seconds since the epoch of an ISO 8601 timestamp with a zone."""
    text = want_string(value, "time.parse value")
    if not _TIMESTAMP.fullmatch(text):
        raise value_error(f"time.parse: {text!r} is not YYYY-MM-DDTHH:MM:SS with a zone")
    try:
        return datetime.fromisoformat(text.upper()).timestamp()
    except ValueError:
        raise value_error(f"time.parse: {text!r} is no moment of the calendar") from None

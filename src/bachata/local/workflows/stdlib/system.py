"""The sys module: environment, log, clock. https://cloud.google.com/workflows/docs/reference/stdlib/sys"""

from __future__ import annotations

import logging

from ..context import Context
from ..errors import key_error, type_error, value_error
from ..values import Value, type_name
from .encoding import encode_json
from .registry import function, want_number, want_string
from .times import parse_time

_log = logging.getLogger("bachata.local.workflows")

# Cloud Logging's severities, by the levels of the logging module.
_SEVERITIES = {
    "DEFAULT": logging.INFO,
    "DEBUG": logging.DEBUG,
    "INFO": logging.INFO,
    "NOTICE": logging.INFO,
    "WARNING": logging.WARNING,
    "ERROR": logging.ERROR,
    "CRITICAL": logging.CRITICAL,
    "ALERT": logging.CRITICAL,
    "EMERGENCY": logging.CRITICAL,
}


@function("sys.get_env", "name", needs_context=True, default=None)
def get_env(context: Context, name: Value, default: Value) -> str:
    """An environment variable, or `default`; KeyError without either."""
    key = want_string(name, "sys.get_env name")
    if key in context.env:
        return context.env[key]
    if default is None:
        raise key_error(f"environment variable not found: {key}")
    return want_string(default, "sys.get_env default")


@function("sys.now", needs_context=True)
def now(context: Context) -> float:
    """Seconds since the epoch, as a double."""
    return float(context.clock.time())


@function("sys.sleep", "seconds", blocking=True, needs_context=True)
def sleep(context: Context, seconds: Value) -> None:
    """Wait; at most one year."""
    duration = want_number(seconds, "sys.sleep seconds")
    if not 0 <= duration <= 31_536_000:
        raise value_error(f"sys.sleep takes 0 to 31536000 seconds, not {duration}")
    context.sleep(duration)


@function("sys.sleep_until", "time", blocking=True, needs_context=True)
def sleep_until(context: Context, time: Value) -> None:
    """Wait until an ISO 8601 moment; one in the past returns at once."""
    context.sleep(max(0.0, parse_time(time) - context.clock.time()))


@function(
    "sys.log", blocking=True, needs_context=True, data=None, severity="DEFAULT", text=None, json=None, timeout=None
)
def log(  # noqa: PLR0917 - the arguments of Google's page
    context: Context,  # noqa: ARG001
    data: Value,
    severity: Value,
    text: Value,
    json: Value,
    timeout: Value,  # noqa: ARG001 - a local log does not time out
) -> None:
    """Write one entry to the log: `text`, a `json` map, or any `data`."""
    level = want_string(severity, "sys.log severity")
    if level not in _SEVERITIES:
        raise value_error(f"unknown severity {level}; one of {', '.join(_SEVERITIES)}")
    given = [value for value in (data, text, json) if value is not None]
    if len(given) != 1:
        raise type_error("sys.log takes exactly one of data, text and json")
    if json is not None and not isinstance(json, dict):
        raise type_error(f"sys.log json must be a map, not {type_name(json)}")
    entry = given[0]
    _log.log(_SEVERITIES[level], "%s", entry if isinstance(entry, str) else encode_json(entry))

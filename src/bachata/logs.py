"""Logging: JSON lines for Cloud Logging, readable lines on a terminal.

Fields that belong to the work in hand (task, execution, stage) are bound once with `bound` and appear on every line
written inside it, whatever module writes it.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO, Any

_fields: ContextVar[dict[str, Any] | None] = ContextVar("bachata_log_fields", default=None)

# Attributes every LogRecord has; whatever else it carries came through `extra=` and belongs on the line.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def get_logger(name: str) -> logging.Logger:
    """The logger of a module, below the project's root logger."""
    return logging.getLogger(name if name.startswith("bachata") else f"bachata.{name}")


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Put `fields` on every line logged inside the block (this thread or task only)."""
    token = _fields.set({**(_fields.get() or {}), **{k: v for k, v in fields.items() if v is not None}})
    try:
        yield
    finally:
        _fields.reset(token)


def _record_fields(record: logging.LogRecord) -> dict[str, Any]:
    extra = {k: v for k, v in vars(record).items() if k not in _STANDARD}
    return {**(_fields.get() or {}), **extra}


class JsonFormatter(logging.Formatter):
    """One JSON object a line, with the keys Cloud Logging lifts out: severity, message, time, trace."""

    def __init__(self, project: str | None = None) -> None:
        super().__init__()
        self.project = project

    def format(self, record: logging.LogRecord) -> str:
        """Render `record`; an exception's text is appended so that Error Reporting finds it."""
        message = record.getMessage()
        if record.exc_info:
            message = f"{message}\n{self.formatException(record.exc_info)}"
        line: dict[str, Any] = {
            "severity": record.levelname,
            "message": message,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
        }
        fields = _record_fields(record)
        trace = fields.pop("trace", None)
        if trace:
            full = f"projects/{self.project}/traces/{trace}" if self.project else trace
            line["logging.googleapis.com/trace"] = full
        return json.dumps({**line, **fields}, default=str, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """A line a person reads: time, level, message, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Render `record` for a terminal."""
        clock = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        fields = " ".join(f"{k}={v}" for k, v in _record_fields(record).items())
        text = f"{clock} {record.levelname.lower():7} {record.getMessage()}{'  ' + fields if fields else ''}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def configure(
    *, level: str = "INFO", json_lines: bool = True, project: str | None = None, stream: IO[str] | None = None
) -> None:
    """Send the project's log lines to `stream` (default: standard error), replacing what was configured before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(project) if json_lines else TextFormatter())
    root = logging.getLogger("bachata")
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    root.propagate = False


def trace_of(headers: Any) -> str | None:
    """The trace id of a request, from ``X-Cloud-Trace-Context`` (``TRACE_ID/SPAN_ID;o=1``) or W3C ``traceparent``."""
    cloud = headers.get("X-Cloud-Trace-Context")
    if cloud:
        return str(cloud).split("/", 1)[0] or None
    w3c = str(headers.get("traceparent") or "").split("-")
    return w3c[1] if len(w3c) == 4 else None  # version-trace-parent-flags

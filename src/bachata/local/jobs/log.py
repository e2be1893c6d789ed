"""What a job said before it failed."""

from __future__ import annotations

import json
from pathlib import Path

TAIL_BYTES = 64 * 1024


def last_error(log: Path, *, severe: bool = False) -> str | None:
    """The message of the last ERROR line in `log`; without one its last line that is not blank, unless only a `severe`
    one is wanted; else None.

    Only the last 64 KiB are read. Job lines are the JSON lines of `bachata.logs`; anything else (a decoder's words,
    an interpreter's traceback) is plain text.
    """
    try:
        with log.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - TAIL_BYTES))
            lines = stream.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return None
    for line in reversed(lines):
        message = _error_message(line)
        if message:
            return message
    return None if severe else next((line.strip() for line in reversed(lines) if line.strip()), None)


def _error_message(line: str) -> str | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or entry.get("severity") not in {"ERROR", "CRITICAL"}:
        return None
    # An exception's traceback follows the message after a line feed; a person wants the message.
    return str(entry.get("message", "")).split("\n", 1)[0] or None

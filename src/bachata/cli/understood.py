"""How a request was understood, as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bachata.choreography.brief.told import told


def lines(brief: Mapping[str, Any], song: str | None = None, reasons: Sequence[str] = ()) -> Iterator[str]:
    """One line for each field somebody asked for, and why the song was chosen if it was."""
    for name, value in told(brief):
        yield f"Note: {value}" if name == "note" else f"Understood {name}: {value}"
    if song and reasons:
        yield f"Song: {song}: {'; '.join(reasons)}"

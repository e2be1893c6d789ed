"""Who looks at the dancers in a library's clips."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from bachata.moves.body.descriptor import VERSION
from bachata.moves.body.document import Body
from bachata.moves.body.flow import opencv
from bachata.moves.body.seeing import see


class Eyes(Protocol):
    """Sees the dancers in a clip, as `bachata.moves.body.see` does. What one `version` has seen is not looked at again."""

    @property
    def version(self) -> str: ...  # noqa: D102

    def __call__(
        self, path: Path, beats: Sequence[int], rate: Fraction, *, count_one: int, stop: threading.Event | None = None
    ) -> Body: ...  # noqa: D102


@dataclass(frozen=True)
class FlowEyes:
    """Eyes for what moves, whatever it is."""

    version: str = VERSION

    def __call__(
        self, path: Path, beats: Sequence[int], rate: Fraction, *, count_one: int, stop: threading.Event | None = None
    ) -> Body:
        """See `bachata.moves.body.see`."""
        return see(path, beats, rate, count_one=count_one, stop=stop)


def open_eyes() -> Eyes:
    """The eyes an ingest looks with. Raises InvalidSettings when what they need is not installed."""
    opencv()
    return FlowEyes()

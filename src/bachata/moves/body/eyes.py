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
    """Sees the dancers in a clip, as `bachata.moves.body.see` does.

    What one `version` has seen is not looked at again.
    """

    @property
    def version(self) -> str: ...  # noqa: D102

    def __call__(  # noqa: D102
        self, path: Path, beats: Sequence[int], rate: Fraction, *, count_one: int, stop: threading.Event | None = None
    ) -> Body: ...


@dataclass(frozen=True)
class FlowEyes:
    """Eyes for what moves, whatever it is."""

    version: str = VERSION

    def __call__(
        self, path: Path, beats: Sequence[int], rate: Fraction, *, count_one: int, stop: threading.Event | None = None
    ) -> Body:
        """See `bachata.moves.body.see`."""
        return see(path, beats, rate, count_one=count_one, stop=stop)


def open_eyes(pose_model: Path | None = None) -> Eyes:
    """The eyes an ingest looks with: for joints when there is a `pose_model`, an ONNX file.

    Raises InvalidSettings when what they need is not installed, or the model cannot be used.
    """
    opencv()
    if pose_model is None:
        return FlowEyes()
    from bachata.moves.body.people.model import open_model
    from bachata.moves.body.people.seeing import PoseEyes

    return PoseEyes(open_model(pose_model))

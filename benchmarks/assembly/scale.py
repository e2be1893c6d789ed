"""How large a measurement is: the one the bars are stated for, and one for trying out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

RATE = Fraction(30)
"""Of every video measured."""


@dataclass(frozen=True)
class Scale:
    """Lengths and sizes of one run of the benchmark."""

    moves: int
    move_seconds: int
    """What a move's length is nearest to; it is a whole number of its clip's beats."""
    size: tuple[int, int]
    profile: str
    """The clips are conformed to this."""
    growth: tuple[int, ...]
    """Numbers of moves between which cost must grow evenly."""
    large: tuple[int, int]
    """Size of the clips that were never conformed."""
    large_moves: int
    moviepy_moves: int
    drawn: int | None
    """How many moves of the sample library are drawn when there are no real clips; None: all."""

    @property
    def resolution(self) -> str:
        """As a blueprint writes it."""
        return f"{self.size[0]}x{self.size[1]}"

    @property
    def move_frames(self) -> int:
        """Frames a move's length is nearest to."""
        return int(self.move_seconds * RATE)


FULL = Scale(
    moves=29,
    move_seconds=8,
    size=(1280, 720),
    profile="720p30",
    growth=(10, 29, 100, 300),
    large=(1920, 1080),
    large_moves=8,
    moviepy_moves=5,
    drawn=None,
)
QUICK = Scale(
    moves=8,
    move_seconds=2,
    size=(640, 360),
    profile="360p",
    growth=(2, 4, 8),
    large=(960, 540),
    large_moves=4,
    moviepy_moves=2,
    drawn=3,
)

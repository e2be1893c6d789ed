"""A move as the library knows it: what its mezzanine is and what is said of it. Pure data; frames are integers.

The *mezzanine* is the clip as it was conformed to the library's profile when it was added. Moves added before clips
were conformed name no profile; their clips are the files they came as.
"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from statistics import fmean
from typing import Literal

from pydantic import Field

from bachata.blueprint import Document

Difficulty = Literal["beginner", "intermediate", "advanced"]
Energy = Literal["low", "medium", "high"]
Style = Literal["romantic", "sensual", "energetic", "playful"]

LABELS = (
    "basic", "spin", "ladyturn", "bolero", "style", "bodywaves", "hiprolls", "shadow", "hammerlock", "intros",
    "footwork", "golpes", "arm_styling", "headrolls", "outro", "cross_body_lead",
)  # fmt: skip
"""Labels of the inherited library; others are welcome, these have known roles."""


ENERGY = {"low": 0.15, "medium": 0.5, "high": 0.85}
"""Energy levels on the 0..1 axis of the Analysis document."""


class Pose(Document):
    """How the dancers stand in one picture, as an outline: where, how large, how spread. Lengths in picture heights."""

    x: float = Field(description="centre of the outline from the middle of the picture, right is positive")
    y: float = Field(description="the same, down is positive")
    width: float = Field(ge=0)
    height: float = Field(ge=0)
    shape: list[int] = Field(description="share of 4 columns by 6 rows of the outline's box that is dancer, 0 to 100")


class Move(Document):
    """One clip of the library."""

    clip_id: str
    library: str
    name: str = Field(description="title for people")
    label: str
    difficulty: Difficulty
    energy_level: Energy
    style: Style
    video_path: str = Field(description="storage key")
    sha256: str = Field(description="hash of the mezzanine's bytes")
    source_sha256: str | None = Field(None, description="hash of the file it was made from")
    profile: str | None = Field(None, description="what it conforms to, with its version: '720p30.1'")
    frame_rate: str = Field(description="exact: '30', '30000/1001'")
    frames: int = Field(gt=0)
    width: int
    height: int
    tempo: float = Field(gt=0, description="beats a minute, from a regression over its beats")
    beats: list[int] = Field(description="frame of every beat inside the clip, strictly increasing")
    keyframes: list[int] = Field(default_factory=list, description="frames at which its groups of pictures begin")
    count_one: int = Field(ge=0, description="index into beats of the first count 1")
    confidence: float = Field(ge=0, le=1, description="of beats and count; 1 when annotated by hand")
    beats_source: Literal["annotated", "measured"] = Field("measured", description="who says where the beats are")
    analyser: str | None = Field(None, description="the version of what measured the beats; None when annotated")
    moved: float = Field(0.0, description="beats by which they come after those heard: there the dancers step")

    motion: list[float] = Field(
        default_factory=list, description="how much the dancers move from each beat to the next, 0 to 1; measured"
    )
    kinetic_beats: list[int] = Field(
        default_factory=list, description="frames at which the dancers step or rest: their own beats"
    )
    poses: list[Pose] = Field(default_factory=list, description="at each beat")

    @property
    def energy(self) -> float:
        """Energy of the whole, 0 to 1: measured, else what its level says."""
        return fmean(self.motion) if self.motion else ENERGY[self.energy_level]

    def energy_between(self, first: int, last: int) -> float:
        """Energy from beat `first` up to beat `last` (indices into beats), 0 to 1."""
        moved = self.motion[max(0, first) : last]
        return fmean(moved) if moved else self.energy

    def pose_at(self, frame: int) -> Pose | None:
        """Pose at the beat nearest to a frame; None if poses were never measured."""
        if not self.poses:
            return None
        after = bisect_left(self.beats, frame)
        near = (i for i in (after - 1, after) if 0 <= i < len(self.poses))
        return self.poses[min(near, key=lambda i: abs(self.beats[i] - frame))]

    @property
    def rate(self) -> Fraction:
        """Exact frame rate of the clip."""
        return Fraction(self.frame_rate)

    @property
    def thumbnail(self) -> str:
        """Storage key of its picture, a JPEG."""
        return f"{self.video_path.rpartition('.')[0]}.jpg"

    @property
    def record(self) -> str:
        """Storage key of what was measured when it was conformed (`bachata.moves.record`)."""
        return f"{self.video_path.rpartition('.')[0]}.json"

    @property
    def body(self) -> str:
        """Storage key of what was seen of its dancers (`bachata.moves.body`)."""
        return f"{self.video_path.rpartition('.')[0]}.body.json"

    @property
    def windows(self) -> list[int]:
        """Indices into beats at which a whole 8-count (count 1 to the next 1) lies inside the clip."""
        return list(range(self.count_one, len(self.beats) - 8, 8))

"""The skeleton's vocabulary: bone lengths, joints, frames of reference, two-bone inverse kinematics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samples.figures.curves import Curve
from samples.figures.duet import Role, Side

Points = NDArray[np.float64]
"""Shape (frames, 3)."""


@dataclass(frozen=True)
class Build:
    """Bone lengths in metres."""

    scale: float
    heel: float
    shoulder: float
    hip: float

    @property
    def thigh(self) -> float:
        """Hip joint to knee."""
        return 0.455 * self.scale

    @property
    def shin(self) -> float:
        """Knee to ankle."""
        return 0.435 * self.scale

    @property
    def upper_arm(self) -> float:
        """Shoulder to elbow."""
        return 0.290 * self.scale

    @property
    def forearm(self) -> float:
        """Elbow to the middle of the palm."""
        return 0.325 * self.scale


BUILDS: dict[Role, Build] = {
    "lead": Build(1.0, 0.0, 0.185, 0.092),
    "follow": Build(0.945, 0.055, 0.152, 0.092),
}


@dataclass
class Foot:
    """One foot at every frame: its ball on the floor, which way it points, how its heel is raised."""

    ball: Points
    yaw: Curve
    pitch: Curve
    toe: Points
    ankle: Points


@dataclass
class Body:
    """All joints of one dancer; frames are (frames, 3, 3) with rows left, up, forward."""

    build: Build
    pelvis: Points
    pelvis_axes: NDArray[np.float64]
    waist: Points
    chest: Points
    chest_axes: NDArray[np.float64]
    neck: Points
    head: Points
    head_axes: NDArray[np.float64]
    feet: dict[Side, Foot]
    hip: dict[Side, Points]
    knee: dict[Side, Points]
    shoulder: dict[Side, Points]
    elbow: dict[Side, Points]
    hand: dict[Side, Points]
    yaw: Curve


def axes(yaw: Curve, pitch: Curve, roll: Curve) -> NDArray[np.float64]:
    """Rows left, up, forward of a frame turned by degrees of yaw, then pitch (forward), then roll (left side up)."""
    y, p, r = np.radians(yaw), np.radians(pitch), np.radians(roll)
    zero = np.zeros_like(y)
    left = np.stack([np.cos(y), zero, -np.sin(y)], 1)
    flat = np.stack([np.sin(y), zero, np.cos(y)], 1)
    up = np.stack([zero, zero + 1.0, zero], 1)
    up, forward = (
        np.cos(p)[:, None] * up + np.sin(p)[:, None] * flat,
        np.cos(p)[:, None] * flat - np.sin(p)[:, None] * up,
    )
    left, up = (
        np.cos(r)[:, None] * left + np.sin(r)[:, None] * up,
        np.cos(r)[:, None] * up - np.sin(r)[:, None] * left,
    )
    return np.stack([left, up, forward], 1)


def at(origin: Points, frame: NDArray[np.float64], left: float, up: float, forward: float) -> Points:
    """The point at these metres along a frame's axes."""
    return origin + left * frame[:, 0] + up * frame[:, 1] + forward * frame[:, 2]


def two_bones(root: Points, target: Points, a: float, b: float, pole: Points) -> tuple[Points, Points]:
    """(middle joint, end) of a chain of lengths `a`, `b`; the end is pulled into reach, the middle leans to `pole`."""
    line = target - root
    distance = np.linalg.norm(line, axis=1, keepdims=True) + 1e-9
    direction = line / distance
    reach = np.clip(distance, abs(a - b) + 0.02, (a + b) * 0.998)
    along = (a * a - b * b + reach * reach) / (2 * reach)
    off = np.sqrt(np.maximum(a * a - along * along, 0.0))
    side = pole - (pole * direction).sum(1, keepdims=True) * direction
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
    return root + along * direction + off * side, root + reach * direction

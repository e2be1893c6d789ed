"""Collecting tubes: rings around bones, limbs through joints, ellipsoids."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from samples.figures.bones import Points

RGB = tuple[float, float, float]


def rgb(code: str) -> RGB:
    """`"#c2185b"` -> linear-ish 0..1 triple."""
    return tuple(int(code[i : i + 2], 16) / 255.0 for i in (1, 3, 5))  # type: ignore[return-value]


@dataclass
class Rings:
    """Tubes being collected; `pack` gives what the rasteriser takes."""

    centres: list[Points] = field(default_factory=list)
    us: list[Points] = field(default_factory=list)
    vs: list[Points] = field(default_factory=list)
    folds: list[NDArray[np.float64]] = field(default_factory=list)
    colours: list[RGB] = field(default_factory=list)
    gloss: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    segments: list[int] = field(default_factory=list)

    def ring(
        self, centre: Points, u: Points, v: Points, colour: RGB, gloss: float = 0.0,
        fold: NDArray[np.float64] | None = None,
    ) -> None:  # fmt: skip
        """One ring of the tube in hand."""
        self.centres.append(centre)
        self.us.append(u)
        self.vs.append(v)
        self.folds.append(np.zeros((centre.shape[0], 3)) if fold is None else fold)
        self.colours.append(colour)
        self.gloss.append(gloss)

    def close(self, segments: int) -> None:
        """Finish the tube in hand, its rings drawn with this many corners."""
        self.starts.append(len(self.centres))
        self.segments.append(segments)

    def pack(self) -> dict[str, NDArray[np.generic]]:
        """Arrays for `raster.build_vertices`; those that move have a leading frame axis."""
        return {
            "centres": np.stack(self.centres, 1).astype(np.float32),
            "us": np.stack(self.us, 1).astype(np.float32),
            "vs": np.stack(self.vs, 1).astype(np.float32),
            "folds": np.stack(self.folds, 1).astype(np.float32),
            "colours": np.array(self.colours, np.float32),
            "gloss": np.array(self.gloss, np.float32),
            "starts": np.array(self.starts, np.int32),
            "segments": np.array(self.segments, np.int32),
        }


def unit(v: Points) -> Points:
    """Each row at length 1."""
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9)


def across(direction: Points, hint: Points) -> tuple[Points, Points]:
    """Two unit axes across a bone; the first lies along `hint` as far as it can."""
    u = unit(hint - (hint * direction).sum(1, keepdims=True) * direction)
    return u, np.cross(direction, u)


Station = tuple[float, float, float, RGB, float]
"""Of a chain: position (0 first joint, 1 second, 2 third…), half-width, half-depth, colour, gloss."""


def chain(rings: Rings, joints: list[Points], hint: Points, stations: list[Station], segments: int) -> None:
    """A tube through joints: a limb whose stations sit on its bones, bent softly at each joint."""
    directions = [unit(b - a) for a, b in pairwise(joints)]
    for position, width, depth, colour, gloss in stations:
        bone = int(np.clip(np.floor(position), 0, len(directions) - 1))
        s = position - bone
        centre = joints[bone] + s * (joints[bone + 1] - joints[bone])
        direction = directions[bone]
        near = round(position)
        if 0 < near < len(directions) and abs(position - near) < 0.12:
            mixture = 0.5 + (position - near) / 0.24
            direction = unit((1 - mixture) * directions[near - 1] + mixture * directions[near])
        u, v = across(direction, hint)
        rings.ring(centre, width * u, depth * v, colour, gloss)
    rings.close(segments)


def blob(
    rings: Rings, centre: Points, frame: NDArray[np.float64], radii: RGB, colour: RGB, gloss: float, n: int
) -> None:
    """An ellipsoid with half-axes (left, up, forward)."""
    for latitude in np.linspace(-np.pi / 2, np.pi / 2, 7 if n > 8 else 5):
        c, s = max(np.cos(latitude), 0.02), np.sin(latitude)
        rings.ring(
            centre + radii[1] * s * frame[:, 1], radii[0] * c * frame[:, 0], radii[2] * c * frame[:, 2], colour, gloss
        )
    rings.close(n)

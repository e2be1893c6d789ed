"""The room: a terrace at dusk, arches, palms, strings of bulbs, a polished floor. Painted once per palette."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

FOCAL_720 = 1850.0
"""Focal length in pixels of a 720-line picture: a long lens, so that figures keep their proportions at the edges."""

EYE = (1.22, 6.4)
"""Height and distance of the camera from the stage's middle, metres."""

WALL = -2.3
"""Where the floor meets the wall (z, metres)."""

Image = NDArray[np.float64]


class Camera:
    """A level camera with a shifted lens: verticals stay vertical."""

    def __init__(self, height: int) -> None:
        self.height = height
        self.focal = FOCAL_720 * height / 720.0
        self.centre = (height * 16 / 9 / 2, 0.392 * height)

    def lens(self) -> tuple[float, float, float, float, float]:
        """Focal length, eye height, eye distance, principal point: what `raster.project` takes."""
        return self.focal, EYE[0], EYE[1], *self.centre

    def floor(self, x: float, z: float) -> tuple[float, float, float]:
        """(pixel x, pixel y, pixels per metre) of a point on the floor."""
        near = self.focal / (EYE[1] - z)
        return float(self.centre[0] + x * near), float(self.centre[1] + EYE[0] * near), float(near)

    @property
    def wall_line(self) -> float:
        """The picture row where the wall stands on the floor."""
        return self.floor(0.0, WALL)[1]


@dataclass(frozen=True)
class Palette:
    """The light of a room; colours as 0..255 triples."""

    name: str
    wall_high: tuple[int, int, int]
    wall_low: tuple[int, int, int]
    sky_high: tuple[int, int, int]
    sky_low: tuple[int, int, int]
    floor_far: tuple[int, int, int]
    floor_near: tuple[int, int, int]
    spot: tuple[int, int, int]
    rim: tuple[float, float, float]
    ripple: tuple[float, float, float]
    shadow: tuple[float, float, float] = (0.22, 0.10, 0.16)
    gloss: float = 0.22

    def lights(self) -> NDArray[np.float32]:
        """Key direction, key colour, rim direction, rim colour, ambient colour for the figures."""
        key = np.array((-0.48, 0.62, 0.62))
        rim = np.array((0.80, 0.45, -0.40))
        warm = np.array(self.spot) / 255.0
        ambient = 0.30 * np.array((1.0, 0.86, 0.92)) + 0.10 * np.array(self.wall_low) / 255.0
        rows = (key / np.linalg.norm(key), 0.78 * (0.35 + 0.65 * warm), rim / np.linalg.norm(rim), self.rim, ambient)
        return np.array(rows, np.float32)


PALETTES: dict[str, Palette] = {
    p.name: p
    for p in (
        Palette("sunset", (38, 16, 44), (122, 46, 58), (74, 34, 92), (255, 150, 92), (96, 46, 44), (150, 84, 58),
                (255, 214, 160), (1.0, 0.52, 0.34), (255.0, 190.0, 110.0)),
        Palette("rose", (46, 14, 40), (132, 38, 70), (82, 28, 84), (255, 128, 128), (98, 38, 52), (150, 70, 66),
                (255, 204, 178), (1.0, 0.40, 0.58), (255.0, 160.0, 150.0)),
        Palette("lagoon", (12, 28, 52), (38, 78, 96), (22, 48, 98), (255, 176, 120), (52, 56, 66), (112, 84, 70),
                (255, 220, 176), (0.36, 0.86, 0.98), (150.0, 232.0, 230.0), (0.10, 0.14, 0.22)),
        Palette("violet", (26, 16, 62), (86, 44, 116), (46, 30, 110), (250, 132, 160), (66, 42, 84), (124, 72, 92),
                (255, 206, 190), (0.74, 0.48, 1.0), (232.0, 170.0, 255.0), (0.14, 0.10, 0.26)),
        Palette("gold", (40, 22, 24), (138, 76, 36), (62, 42, 84), (255, 186, 96), (104, 60, 34), (166, 104, 56),
                (255, 224, 164), (1.0, 0.74, 0.34), (255.0, 214.0, 120.0)),
    )
}  # fmt: skip


def _mix(a: Image, b: Image, k: Image) -> Image:
    return a + (b - a) * k[..., None]


def _step(low: float, high: float, x: Image) -> Image:
    s = np.clip((x - low) / (high - low), 0.0, 1.0)
    return s * s * (3 - 2 * s)


@cache
def paint_stage(palette: Palette, height: int = 720) -> NDArray[np.uint8]:
    """The empty room as (height, width, 3) RGB; the same palette gives the same pixels."""
    width = height * 16 // 9
    camera = Camera(height)
    unit = 720.0 / height
    y, x = np.mgrid[0:height, 0:width] + 0.5
    X, Y = (x - width / 2) * unit, y * unit
    line = camera.wall_line * unit
    colour = {k: np.array(getattr(palette, k), float) for k in
              ("wall_high", "wall_low", "sky_high", "sky_low", "floor_far", "floor_near", "spot")}  # fmt: skip
    wall = _wall(X, Y, line, colour)
    # A polished floor shows the wall upside down, blurred and dim.
    mirror_row = np.clip((2 * camera.wall_line - y).astype(int), 0, height - 1)
    floor = _floor(X, Y, line, colour, camera, wall, mirror_row)
    picture = np.where((line > Y)[..., None], wall, floor)
    skirting = np.exp(-(((Y - line + 5) / 5.0) ** 2))
    picture = picture * (1 - 0.45 * skirting[..., None])
    picture = _lamps(picture, X, Y, colour["spot"])
    vignette = 1.0 - 0.42 * _step(0.55, 1.25, np.hypot(X / 640.0, (Y - 340) / 420.0))
    picture = picture * vignette[..., None]
    # Fine static grain keeps the slow gradients from banding in 8 bits.
    grain = np.random.default_rng(3).normal(0.0, 0.6, (height, width, 1))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def _around(X: Image, Y: Image, x: float, y: float, reach: float) -> tuple[slice, slice]:
    """The part of the picture within `reach` of a point, clipped to it."""
    columns, rows = np.abs(X[0] - x) <= reach, np.abs(Y[:, 0] - y) <= reach
    inside = [np.flatnonzero(v) for v in (rows, columns)]
    return tuple(slice(int(v[0]), int(v[-1]) + 1) if v.size else slice(0, 0) for v in inside)  # type: ignore[return-value]


def _wall(X: Image, Y: Image, line: float, colour: dict[str, Image]) -> Image:
    shade = _step(-40.0, line, Y)
    wall = _mix(np.broadcast_to(colour["wall_high"], (*X.shape, 3)), colour["wall_low"], shade)
    plaster = 0.025 * np.sin(X * 0.021 + 2 * np.sin(Y * 0.013)) * np.sin(Y * 0.017 + 1.3 * np.sin(X * 0.009))
    wall = wall * (1 + plaster)[..., None]
    sky = _mix(np.broadcast_to(colour["sky_high"], (*X.shape, 3)), colour["sky_low"], _step(40.0, line - 20, Y) ** 1.6)
    sky = _sky(sky, X, Y, colour)
    for middle in (-440.0, 0.0, 440.0):
        dx = np.abs(X - middle)
        half, spring = 132.0, 236.0
        outside = np.where(spring > Y, np.hypot(dx, Y - spring) - half, dx - half)
        inside = 1 - _step(-1.2, 1.2, outside)
        frame = 1 - _step(11.0, 13.5, np.abs(outside - 12))
        wall = _mix(wall, sky * 0.92, inside * (line - 34 > Y))
        lit = colour["wall_low"] * 1.25 + 26
        depth = 0.75 + 0.25 * _step(-1.0, 1.0, (X - middle) / half)
        wall = _mix(wall, lit * depth[..., None], 0.55 * frame * (line > Y))
        # The glow of the evening spills round the opening.
        spill = np.exp(-np.maximum(outside, 0) / 60.0) * (outside > 0) * 0.16
        wall = wall + spill[..., None] * colour["sky_low"]
        sill = (np.abs(dx) < half + 24) & (line - 44 < Y) & (line - 28 > Y)
        wall = np.where(sill[..., None], colour["wall_low"] * 1.3 + 22, wall)
    return wall


def _sky(sky: Image, X: Image, Y: Image, colour: dict[str, Image]) -> Image:
    sun = np.hypot(X - 398, Y - 372)
    sky = sky + (np.exp(-((sun / 120) ** 2)) * 0.55)[..., None] * colour["sky_low"]
    sky = _mix(sky, np.broadcast_to(np.array((255.0, 232.0, 196.0)), sky.shape), 0.9 * (1 - _step(40, 43, sun)))
    sea = 452.0
    water = colour["sky_low"] * 0.50 + colour["sky_high"] * 0.4
    glitter = np.exp(-(((X - 398) / (18 + 0.9 * np.maximum(Y - sea, 0))) ** 2)) * (0.6 + 0.4 * np.sin(Y * 1.1))
    sky = np.where((sea < Y)[..., None], water + glitter[..., None] * 90, sky)
    dark = colour["sky_high"] * 0.28
    hill = sea - 26 - 22 * np.sin(X * 0.008 + 1.0) - 9 * np.sin(X * 0.023)
    sky = _mix(
        sky, np.broadcast_to(dark * 1.9 + 12, sky.shape), 0.55 * (_step(-1, 1, Y - hill) * (sea > Y) * (X < 200))
    )
    for px, base, top, lean in _PALMS:
        at = _around(X, Y, px + lean / 2, (base + top) / 2, (base - top) / 2 + 120)
        sky[at] = _mix(sky[at], np.broadcast_to(dark, sky[at].shape), 0.94 * _palm(X[at], Y[at], px, base, top, lean))
    return sky


_PALMS = ((-392.0, 520.0, 228.0, 26.0), (-486.0, 520.0, 292.0, -16.0), (66.0, 520.0, 262.0, -18.0),
          (488.0, 520.0, 268.0, -24.0))  # fmt: skip
"""Foot x, foot y, crown y, lean of each palm in 720-line pixels."""

_FRONDS = ((-2.95, 70), (-2.45, 86), (-1.95, 62), (-1.15, 60), (-0.70, 84), (-0.20, 74), (0.30, 50), (2.85, 52))
"""Direction (radians) and length of the fronds."""


def _palm(X: Image, Y: Image, px: float, base: float, top: float, lean: float) -> Image:
    """Coverage 0..1 of a palm: a bent trunk and fronds that arch over and hang."""
    s = np.clip((base - Y) / (base - top), 0, 1)
    trunk = np.abs(X - (px + lean * s * s)) - (5.4 - 2.8 * s)
    palm = (1 - _step(-0.8, 0.8, trunk)) * (top < Y) * (base > Y)
    cx, cy = px + lean, top
    for angle, length in _FRONDS:
        ux, uy = np.cos(angle), np.sin(angle)
        along = ((X - cx) * ux + (Y - cy) * uy) / length
        rib = (Y - cy) * ux - (X - cx) * uy - np.sign(ux) * 30 * along * along
        # Leaflets hang from the rib: a full blade below it, a narrow one above, notched along its edge.
        hanging = rib * np.sign(ux)
        notch = 0.72 + 0.28 * np.cos(along * length * 0.95)
        width = np.sqrt(np.clip(along * (1 - along) * 4, 0, 1))
        below = 1 - _step(-0.9, 0.9, hanging - 13.0 * width * notch)
        above = _step(-0.9, 0.9, hanging + 3.0 * width)
        palm = np.maximum(palm, below * above * (along > 0) * (along < 1))
    return palm


def _floor(
    X: Image, Y: Image, line: float, colour: dict[str, Image], camera: Camera, wall: Image, mirror_row: NDArray[np.int_]
) -> Image:
    unit = 720.0 / camera.height
    below = np.maximum(Y - camera.centre[1] * unit, 30.0)
    z = EYE[1] - FOCAL_720 * EYE[0] / below
    metres = X * (EYE[1] - z) / FOCAL_720
    near = _step(line, 720.0, Y)
    floor = _mix(np.broadcast_to(colour["floor_far"], (*X.shape, 3)), colour["floor_near"], near)
    board = np.floor(metres / 0.16)
    shift = np.modf(np.abs(np.sin(board * 12.9898) * 43758.5453))[0]
    piece = np.floor((z + shift * 2.4) / 1.5)
    tone = np.modf(np.abs(np.sin(board * 78.233 + piece * 37.719) * 24634.6345))[0]
    grain = np.sin(metres * 130 + 3 * np.sin(z * 2.1 + board)) * 0.018
    floor = floor * (0.88 + 0.20 * tone + grain)[..., None]
    seam_width = 0.0035 + 0.0012 * (EYE[1] - z)
    edge = np.abs(metres / 0.16 - np.round(metres / 0.16)) * 0.16
    across = np.abs((z + shift * 2.4) / 1.5 - np.round((z + shift * 2.4) / 1.5)) * 1.5
    seam = np.maximum(1 - _step(0.0, seam_width, edge), 0.8 * (1 - _step(0.0, 0.02, across)))
    floor = floor * (1 - 0.32 * seam)[..., None]
    columns = wall.shape[1]
    kernel = np.hanning(25)
    kernel /= kernel.sum()
    first = int(camera.wall_line)
    mirrored = wall[mirror_row[first - 12 :, 0]]
    flat = mirrored.reshape(mirrored.shape[0], -1)
    smeared = sum(k * np.roll(flat, i - 12, 0) for i, k in enumerate(kernel)).reshape(-1, columns, 3)  # type: ignore[union-attr]
    shine = np.zeros_like(wall)
    shine[first - 12 :] = smeared
    floor = floor + 0.16 * shine * (1 - 0.6 * near)[..., None]
    pool = np.exp(-((metres / 1.35) ** 2) - ((z - 0.05) / 0.95) ** 2)
    return floor + (pool * 0.36)[..., None] * colour["spot"] * np.array((1.0, 0.86, 0.70))


def _lamps(picture: Image, X: Image, Y: Image, spot: Image) -> Image:
    """Two soft beams from above and three strings of bulbs, some near and out of focus."""
    for side in (-1.0, 1.0):
        t = (Y + 60) / 700.0
        axis = side * (470.0 - 400.0 * t)
        beam = np.exp(-(((X - axis) / (34.0 + 150.0 * t)) ** 2)) * np.clip(1.0 - 0.85 * t, 0, 1)
        picture = picture + (0.17 * beam)[..., None] * spot
    for x0, x1, y0, sag, bulbs, size in (
        (-760.0, 60.0, -6.0, 104.0, 11, 1.0),
        (-60.0, 760.0, -10.0, 96.0, 11, 1.0),
        (-560.0, 560.0, -34.0, 74.0, 13, 0.7),
    ):
        s = np.clip((X - x0) / (x1 - x0), 0, 1)
        wire = np.abs(Y - (y0 + sag * 4 * s * (1 - s)))
        picture = picture * (1 - 0.55 * np.exp(-((wire / 1.1) ** 2)) * ((x0 < X) & (x1 > X)))[..., None]
        for i in range(1, bulbs):
            t = i / bulbs
            bx, by = x0 + (x1 - x0) * t, y0 + sag * 4 * t * (1 - t) + 8 * size
            at = _around(X, Y, bx, by, 300 * size)
            d = np.hypot(X[at] - bx, (Y[at] - by) * 0.92)
            glow = 0.50 * np.exp(-((d / (26 * size)) ** 2)) + 0.16 * np.exp(-d / (60 * size))
            lit = picture[at] + glow[..., None] * np.array((255.0, 188.0, 104.0))
            core = 1 - _step(4.2 * size, 6.4 * size, d)
            picture[at] = _mix(lit, np.broadcast_to(np.array((255.0, 240.0, 208.0)), lit.shape), core)
    for bx, by, r, k in (
        (-560, 610, 46, 0.10),
        (-470, 668, 30, 0.08),
        (548, 640, 52, 0.10),
        (600, 560, 26, 0.07),
        (-604, 540, 24, 0.08),
    ):
        at = _around(X, Y, bx, by, r + 4.0)
        d = np.hypot(X[at] - bx, Y[at] - by)
        ring = (1 - _step(r - 2.5, r + 2.5, d)) * (0.7 + 0.3 * _step(0.5 * r, r, d))
        picture[at] += (k * ring)[..., None] * np.array((255.0, 190.0, 120.0))
    return picture

"""Frame after frame: floor light, shadow, mirror image, the couple, the counts."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numba import njit
from numpy.typing import NDArray

from samples.figures import raster
from samples.figures.duet import ROLES, Duet
from samples.figures.skeleton import pose
from samples.figures.skin import Wardrobe, dress_couple
from samples.figures.stage import FOCAL_720, Camera, Palette, paint_stage

Frame = NDArray[np.uint8]


@njit(cache=True, nogil=True)
def _darken(frame, mask, left, top, cell, strength, tint):  # type: ignore[no-untyped-def]
    """Lay a shadow on the floor: `mask` has one value per `cell` x `cell` pixels, read with linear interpolation."""
    rows, columns = mask.shape
    for y in range((rows - 1) * cell):
        fy = y + top
        if fy < 0 or fy >= frame.shape[0]:
            continue
        r, v = y // cell, (y % cell + 0.5) / cell
        for x in range((columns - 1) * cell):
            fx = x + left
            if fx < 0 or fx >= frame.shape[1]:
                continue
            c, h = x // cell, (x % cell + 0.5) / cell
            m = (mask[r, c] * (1 - h) + mask[r, c + 1] * h) * (1 - v) + (
                mask[r + 1, c] * (1 - h) + mask[r + 1, c + 1] * h
            ) * v
            if m > 0.004:
                k = 1.0 - strength * m
                for i in range(3):
                    frame[fy, fx, i] = np.uint8(frame[fy, fx, i] * (k + (1 - k) * tint[i]))


@njit(cache=True, nogil=True)
def _mirror(frame, depth, image, left, top, cell, horizon, strength, fade):  # type: ignore[no-untyped-def]
    """Blend the mirror image into the floor, `cell` pixels per value, fading with distance below each point's feet."""
    rows, columns = depth.shape
    for y in range((rows - 1) * cell):
        fy = y + top
        if fy <= horizon or fy >= frame.shape[0]:
            continue
        r, v = y // cell, (y % cell + 0.5) / cell
        k = strength * max(0.0, 1.0 - (fy - fade) / (frame.shape[0] * 0.20))
        k = min(k, strength)
        if k <= 0.0:
            continue
        for x in range((columns - 1) * cell):
            fx = x + left
            if fx < 0 or fx >= frame.shape[1]:
                continue
            c, h = x // cell, (x % cell + 0.5) / cell
            total, cr, cg, cb = 0.0, 0.0, 0.0, 0.0
            for i in range(2):
                for j in range(2):
                    if depth[r + i, c + j] > 0.0:
                        weight = (v if i else 1 - v) * (h if j else 1 - h)
                        total += weight
                        cr += weight * image[r + i, c + j, 0]
                        cg += weight * image[r + i, c + j, 1]
                        cb += weight * image[r + i, c + j, 2]
            if total > 0.0:
                rest = 1.0 - k * total
                frame[fy, fx, 0] = np.uint8(min(255.0, rest * frame[fy, fx, 0] + k * 255.0 * cr))
                frame[fy, fx, 1] = np.uint8(min(255.0, rest * frame[fy, fx, 1] + k * 255.0 * cg))
                frame[fy, fx, 2] = np.uint8(min(255.0, rest * frame[fy, fx, 2] + k * 255.0 * cb))


@njit(cache=True, nogil=True)
def glow_ring(frame, cx, cy, radius, squash, width, colour, strength):  # type: ignore[no-untyped-def]
    """Add a soft elliptic ring of light (a footfall's ripple; with radius 0 a round glow)."""
    reach = int(radius + 3 * width) + 1
    tall = int(reach * squash) + 1
    for y in range(max(0, int(cy) - tall), min(frame.shape[0], int(cy) + tall + 1)):
        dy = (y + 0.5 - cy) / squash
        for x in range(max(0, int(cx) - reach), min(frame.shape[1], int(cx) + reach + 1)):
            dx = x + 0.5 - cx
            d = (np.sqrt(dx * dx + dy * dy) - radius) / width
            k = strength * np.exp(-d * d)
            if k > 0.004:
                for i in range(3):
                    frame[y, x, i] = np.uint8(min(255.0, frame[y, x, i] + k * colour[i]))


@njit(cache=True, nogil=True)
def disc(frame, cx, cy, radius, diamond, colour, strength):  # type: ignore[no-untyped-def]
    """Blend an antialiased disc, or a diamond, over the frame."""
    reach = int(radius * 1.5) + 2
    for y in range(max(0, int(cy) - reach), min(frame.shape[0], int(cy) + reach + 1)):
        dy = y + 0.5 - cy
        for x in range(max(0, int(cx) - reach), min(frame.shape[1], int(cx) + reach + 1)):
            dx = x + 0.5 - cx
            d = (abs(dx) + abs(dy)) * 0.75 if diamond else np.sqrt(dx * dx + dy * dy)
            k = strength * min(1.0, max(0.0, radius + 0.5 - d))
            for i in range(3):
                frame[y, x, i] = np.uint8(frame[y, x, i] * (1 - k) + k * colour[i])


def count_spot(count: int, width: int, height: int) -> tuple[float, float]:
    """Centre in pixels of the count indicator's mark for count 1..8."""
    unit = height / 720.0
    return width / 2 + (count - 4.5) * 27.0 * unit, height - 27.0 * unit


def lit(u: float, count: int) -> float:
    """How brightly a count's mark shines at beat `u`: full when the count falls, dark again before the next."""
    since = u - (count - 1)
    if since < -1e-6:
        return 0.0
    since %= 8.0
    return max(0.0, 1.0 - (since / 0.95) ** 2) if since < 0.95 else 0.0


class Film:
    """A choreography as RGB frames of `height` lines (16:9), `frames` long, beat 0 at `start` seconds."""

    def __init__(
        self, duet: Duet, *, tempo: float, start: float, frames: int, rate: Fraction, palette: Palette,
        wardrobe: Wardrobe | None = None, height: int = 720,
    ) -> None:  # fmt: skip
        self.duet, self.palette = duet, palette
        self.height, self.width = height, height * 16 // 9
        self.camera = Camera(height)
        self.seconds = np.array([float(i / rate) for i in range(frames)])
        self.u = (self.seconds - start) * tempo / 60.0
        self.bodies = pose(duet, self.u, float(rate), 60.0 / tempo)
        self.rings = dress_couple(self.bodies, wardrobe or Wardrobe(), 1.0 / float(rate)).pack()
        segments, starts = self.rings["segments"], self.rings["starts"]
        vertices = int((np.diff(starts) * segments).sum())
        self._points = np.zeros((vertices, 3), np.float32)
        self._shades = np.zeros((vertices, 4), np.float32)
        self._screen = np.zeros((vertices, 3), np.float32)
        self._lights = palette.lights()
        self._lens = np.array(self.camera.lens(), np.float32)
        self._sun = np.array((-0.42, 0.86, 0.50), np.float32)
        self._stage = paint_stage(palette, height)

    def __iter__(self) -> Iterator[Frame]:
        for index in range(self.u.size):
            yield self.draw(index)

    def draw(self, index: int) -> Frame:
        """Frame `index` as (height, width, 3) RGB."""
        frame = self._stage.copy()
        moving = [self.rings[name][index] for name in ("centres", "us", "vs", "folds")]
        fixed = [self.rings[name] for name in ("colours", "gloss", "starts", "segments")]
        count = raster.build_vertices(*moving, *fixed, self._lights, self._points, self._shades)
        self._footlights(frame, index)
        self._shadow(frame, count, index)
        self._reflection(frame, count)
        depth, image, left, top = self._raster(count, 0, raster.SUPER, 2)
        raster.resolve(frame, depth, image, left // raster.SUPER, top // raster.SUPER)
        self._counts(frame, float(self.u[index]))
        return frame

    def _raster(
        self, count: int, mode: int, scale: float, pad: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], int, int]:
        x0, y0, x1, y1 = raster.project(self._points, count, self._lens, scale, mode, self._sun, self._screen)
        right, bottom = int(self.width * scale), int(self.height * scale)
        left, top = max(0, int(x0) - pad) // 2 * 2, max(0, int(y0) - pad) // 2 * 2
        columns = max(2, min(right, int(x1) + pad + 2) - left + 1) // 2 * 2
        rows = max(2, min(bottom, int(y1) + pad + 2) - top + 1) // 2 * 2
        depth = np.zeros((rows, columns), np.float32)
        image = np.empty((rows, columns, 3), np.float32)
        raster.draw(
            self.rings["starts"], self.rings["segments"], self._screen, self._shades, depth, image, left, top,
            -2.0 if mode == 1 else -0.12,
        )  # fmt: skip
        return depth, image, left, top

    def _shadow(self, frame: Frame, count: int, index: int) -> None:
        cell = 4
        depth, _, left, top = self._raster(count, 1, 1.0 / cell, 12)
        mask = (depth > 0).astype(np.float32)
        raster.soften(mask, 1, np.zeros_like(mask))
        tint = np.array(self.palette.shadow, np.float32)
        _darken(frame, mask, left * cell, top * cell, cell, 0.62, tint)
        for role in ROLES:
            for foot in self.bodies[role].feet.values():
                middle = 0.6 * foot.ball[index] + 0.4 * foot.ankle[index]
                near = max(0.0, 1.0 - float(foot.ball[index, 1]) / 0.09)
                x, y, size = self.camera.floor(middle[0], middle[2])
                dark = np.array((-62.0, -66.0, -64.0), np.float32)
                _sink(frame, x, y, 0.12 * size, 0.30, dark, near)

    def _reflection(self, frame: Frame, count: int) -> None:
        cell = 2
        depth, image, left, top = self._raster(count, 2, 1.0 / cell, 2)
        _mirror(
            frame, depth, image, left * cell, top * cell, cell, int(self.camera.wall_line), self.palette.gloss,
            self.camera.floor(0.0, 0.0)[1] - 0.03 * self.height,
        )  # fmt: skip

    def _footlights(self, frame: Frame, index: int) -> None:
        u = float(self.u[index])
        colour = np.array(self.palette.ripple, np.float32)
        for role in ROLES:
            body = self.bodies[role]
            for step in self.duet.steps[role].values():
                age = u - step.u
                if not 0.0 <= age < 0.9:
                    continue
                ball = body.feet[step.foot].ball[index]
                x, y, size = self.camera.floor(ball[0], ball[2])
                strength = (1.0 - age / 0.9) ** 1.6 * (0.9 if step.bears else 0.5)
                glow_ring(frame, x, y, (0.06 + 0.13 * age**0.6) * size, 0.26, 0.018 * size, colour, strength)

    def _counts(self, frame: Frame, u: float) -> None:
        unit = self.height / 720.0
        off = np.array((255.0, 236.0, 214.0), np.float32)
        on = np.array(self.palette.ripple, np.float32)
        for count in range(1, 9):
            x, y = count_spot(count, self.width, self.height)
            tap = count % 4 == 0
            shine = lit(u, count)
            disc(frame, x, y, (4.4 if tap else 3.6) * unit, tap, off, 0.22)
            if shine > 0.0:
                glow_ring(frame, x, y, 0.0, 1.0, 9.0 * unit, on, 0.55 * shine)
                disc(frame, x, y, (5.6 if tap else 5.0) * unit, tap, np.array((255.0, 244.0, 226.0), np.float32), shine)


@njit(cache=True, nogil=True)
def _sink(frame, cx, cy, radius, squash, dark, strength):  # type: ignore[no-untyped-def]
    """The dark contact under a sole."""
    reach = int(2.2 * radius) + 1
    tall = int(reach * squash) + 1
    for y in range(max(0, int(cy) - tall), min(frame.shape[0], int(cy) + tall + 1)):
        dy = (y + 0.5 - cy) / squash
        for x in range(max(0, int(cx) - reach), min(frame.shape[1], int(cx) + reach + 1)):
            dx = x + 0.5 - cx
            k = strength * np.exp(-(dx * dx + dy * dy) / (radius * radius))
            if k > 0.01:
                for i in range(3):
                    frame[y, x, i] = np.uint8(max(0.0, frame[y, x, i] * (1.0 + dark[i] / 100.0 * k)))


__all__ = ["FOCAL_720", "Film", "count_spot", "lit"]

"""Frame after frame: floor light, shadow, mirror image, the couple, the counts."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from samples.figures import raster
from samples.figures.duet import ROLES, Duet
from samples.figures.pixels import Frame, convert_yuv, darken, disc, glow_ring, mirror, sink, to_yuv
from samples.figures.skeleton import pose
from samples.figures.skin import Wardrobe, dress_couple
from samples.figures.stage import Camera, Palette, paint_stage


def count_spot(count: int, width: int, height: int) -> tuple[float, float]:
    """Centre in pixels of the count indicator's mark for count 1..8."""
    unit = height / 720.0
    return width / 2 + (count - 4.5) * 27.0 * unit, height - 27.0 * unit


def lit(u: float, count: int) -> float:
    """How brightly a count's mark shines at beat `u`: full when the count falls, dark again before the next."""
    since = u - (count - 1)
    if since < -1e-6:
        return 0.0
    since = max(0.0, (since + 1e-6) % 8.0 - 1e-6)  # a frame may fall on the very count, and rounding just before it
    return max(0.0, 1.0 - (since / 0.95) ** 2) if since < 0.95 else 0.0


class Film:
    """A choreography as RGB frames of `height` lines (16:9), `frames` long, beat 0 at `start` seconds."""

    def __init__(
        self, duet: Duet, *, tempo: float, start: float, frames: int, rate: Fraction, palette: Palette,
        wardrobe: Wardrobe | None = None, height: int = 720, stage: Frame | None = None,
    ) -> None:  # fmt: skip
        """`stage`: the palette's room, if it has been painted already."""
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
        self._stage = paint_stage(palette, height) if stage is None else stage
        self._planes = to_yuv(self._stage)
        # One set of buffers for all passes and frames: fresh ones would cost more in page faults than in drawing.
        pixels = (self.height * raster.SUPER + 8) * (self.width * raster.SUPER + 8)
        self._depth = np.empty(pixels, np.float32)
        self._image = np.empty(pixels * 3, np.float32)
        self._touched = (0, 0, 0)

    def __iter__(self) -> Iterator[Frame]:
        for index in range(self.u.size):
            yield self.draw(index)

    def draw(self, index: int) -> Frame:
        """Frame `index` as (height, width, 3) RGB."""
        frame = self._stage.copy()
        self._touched = (self.width, self.height, 0)
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

    def draw_yuv(self, index: int) -> Frame:
        """Frame `index` as planar 4:2:0 (height * 3 / 2, width), BT.709 limited range; only what moved is converted."""
        frame = self.draw(index)
        planes = self._planes.copy()
        margin = int(0.24 * self.camera.floor(0.0, 0.0)[2])
        left, right = self._touched[0] - margin, self._touched[2] + margin
        half = int(5.5 * 27.0 * self.height / 720.0)
        left = max(0, min(left, self.width // 2 - half)) // 2 * 2
        right = min(self.width, (max(right, self.width // 2 + half) + 1) // 2 * 2)
        convert_yuv(frame, planes, left, max(0, self._touched[1]) // 2 * 2, right, self.height)
        return planes

    def _raster(
        self, count: int, mode: int, scale: float, pad: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], int, int]:
        x0, y0, x1, y1 = raster.project(self._points, count, self._lens, scale, mode, self._sun, self._screen)
        right, bottom = int(self.width * scale), int(self.height * scale)
        left, top = max(0, int(x0) - pad) // 2 * 2, max(0, int(y0) - pad) // 2 * 2
        columns = max(2, min(right, int(x1) + pad + 2) - left + 1) // 2 * 2
        rows = max(2, min(bottom, int(y1) + pad + 2) - top + 1) // 2 * 2
        self._touched = (min(self._touched[0], int(left / scale)), min(self._touched[1], int(top / scale)),
                         max(self._touched[2], int((left + columns) / scale) + 1))  # fmt: skip
        depth = self._depth[: rows * columns].reshape(rows, columns)
        image = self._image[: rows * columns * 3].reshape(rows, columns, 3)
        depth[:] = 0.0
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
        darken(frame, mask, left * cell, top * cell, cell, 0.62, tint)
        for role in ROLES:
            for foot in self.bodies[role].feet.values():
                middle = 0.6 * foot.ball[index] + 0.4 * foot.ankle[index]
                near = max(0.0, 1.0 - float(foot.ball[index, 1]) / 0.09)
                x, y, size = self.camera.floor(middle[0], middle[2])
                dark = np.array((-62.0, -66.0, -64.0), np.float32)
                sink(frame, x, y, 0.12 * size, 0.30, dark, near)

    def _reflection(self, frame: Frame, count: int) -> None:
        cell = 2
        depth, image, left, top = self._raster(count, 2, 1.0 / cell, 2)
        mirror(
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
                strength = (1.0 - age / 0.9) ** 1.6 * (0.62 if step.bears else 0.36)
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

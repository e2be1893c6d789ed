"""A small software renderer: elliptical rings -> tubes -> shaded, antialiased pixels.

Every body part is a *tube*: a run of rings, each an ellipse in space given by a centre and two half-axes. One shape is
enough for limbs, torsos, heads, hair and a swinging skirt, and a depth buffer settles who is in front of whom: arms
around a partner need no drawing order. Axes: x right, y up, z towards the viewer, metres; the floor is y = 0.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[Any]

SUPER = 2
"""Subpixels per pixel and axis; edges are the average of 4."""


@njit(cache=True, nogil=True)
def build_vertices(
    centres: Array,
    us: Array,
    vs: Array,
    folds: Array,
    colours: Array,
    gloss: Array,
    starts: Array,
    segments: Array,
    lights: Array,
    points: Array,
    shades: Array,
) -> int:
    """Fill `points` and `shades` for the vertices of all tubes; returns how many there are.

    `points`: (vertices, 3) positions; `shades`: (vertices, 4) lit RGB 0..1 and how much the normal faces the viewer.

    `centres`, `us`, `vs`: (rings, 3); `folds`: (rings, 3) amplitude, number and phase of pleats; `colours`: (rings, 3);
    `gloss`: (rings,); `starts`: (tubes + 1,) ring index where each tube begins; `segments`: (tubes,) corners a ring.
    `lights`: (5, 3): key direction, key colour, rim direction, rim colour, ambient colour.
    """
    count = 0
    for tube in range(segments.shape[0]):
        first, last, n = starts[tube], starts[tube + 1], segments[tube]
        base = count
        for ring in range(first, last):
            for j in range(n):
                angle = 2.0 * np.pi * j / n
                swell = 1.0
                if folds[ring, 0] != 0.0:
                    swell += folds[ring, 0] * np.cos(folds[ring, 1] * angle + folds[ring, 2])
                c, s = np.cos(angle) * swell, np.sin(angle) * swell
                for k in range(3):
                    points[count, k] = centres[ring, k] + c * us[ring, k] + s * vs[ring, k]
                count += 1
        rings = last - first
        for r in range(rings):
            up, down = min(r + 1, rings - 1), max(r - 1, 0)
            for j in range(n):
                here = base + r * n + j
                a = base + r * n + (j + 1) % n
                b = base + r * n + (j - 1) % n
                p = base + up * n + j
                q = base + down * n + j
                ax, ay, az = points[a, 0] - points[b, 0], points[a, 1] - points[b, 1], points[a, 2] - points[b, 2]
                bx, by, bz = points[p, 0] - points[q, 0], points[p, 1] - points[q, 1], points[p, 2] - points[q, 2]
                nx, ny, nz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
                ring = first + r
                # Outward is away from the ring's centre, or along the tube where the ring has shrunk to a tip.
                ox = points[here, 0] - centres[ring, 0]
                oy = points[here, 1] - centres[ring, 1]
                oz = points[here, 2] - centres[ring, 2]
                if nx * ox + ny * oy + nz * oz < 0.0:
                    nx, ny, nz = -nx, -ny, -nz
                size = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
                nx, ny, nz = nx / size, ny / size, nz / size
                key = nx * lights[0, 0] + ny * lights[0, 1] + nz * lights[0, 2]
                wrap = max(0.0, (key + 0.35) / 1.35)
                wrap = wrap * wrap * (3.0 - 2.0 * wrap)
                facing = max(0.0, nz)
                edge = 1.0 - facing
                rim = max(0.0, nx * lights[2, 0] + ny * lights[2, 1] + nz * lights[2, 2]) * edge * edge
                # Blinn half vector between key and a viewer on the z axis.
                hx, hy, hz = lights[0, 0], lights[0, 1], lights[0, 2] + 1.0
                hs = np.sqrt(hx * hx + hy * hy + hz * hz)
                spec = max(0.0, (nx * hx + ny * hy + nz * hz) / hs)
                spec = gloss[ring] * spec**22
                sky = 0.72 + 0.28 * ny
                shades[here, 3] = nz
                for k in range(3):
                    light = lights[4, k] * sky + lights[1, k] * wrap
                    shade = colours[ring, k] * light + (0.25 + 0.75 * colours[ring, k]) * rim * lights[3, k] + spec
                    shades[here, k] = shade
    return count


@njit(cache=True, nogil=True)
def project(
    points: Array, count: int, camera: Array, scale: float, mode: int, sun: Array, screen: Array
) -> tuple[float, float, float, float]:
    """Screen positions and depth (larger is nearer) of `points`; returns (x0, y0, x1, y1) of all, in `scale`d pixels.

    `camera`: focal length px, eye height, eye z, principal x, principal y. `mode` 0 the figure itself, 1 its shadow
    thrown on the floor along `sun`, 2 its mirror image in the floor.
    """
    focal, eye_y, eye_z, px, py = camera[0], camera[1], camera[2], camera[3], camera[4]
    x0, y0, x1, y1 = 1e9, 1e9, -1e9, -1e9
    for i in range(count):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        if mode == 1:
            drop = max(0.0, y) / sun[1]
            x, y, z = x - sun[0] * drop, 0.0, z - sun[2] * drop
        elif mode == 2:
            y = -y
        near = focal / (eye_z - z)
        sx = scale * (px + x * near)
        sy = scale * (py - (y - eye_y) * near)
        screen[i, 0], screen[i, 1], screen[i, 2] = sx, sy, near
        x0, y0, x1, y1 = min(x0, sx), min(y0, sy), max(x1, sx), max(y1, sy)
    return x0, y0, x1, y1


@njit(cache=True, nogil=True)
def _triangle(
    a: int, b: int, c: int, screen: Array, shades: Array, depth: Array, image: Array, left: int, top: int
) -> None:
    fl, ft = np.float32(left), np.float32(top)
    ax, ay = screen[a, 0] - fl, screen[a, 1] - ft
    bx, by = screen[b, 0] - fl, screen[b, 1] - ft
    cx, cy = screen[c, 0] - fl, screen[c, 1] - ft
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if abs(area) < 1e-6:
        return
    y0 = max(0, int(np.ceil(min(ay, by, cy) - 0.5)))
    y1 = min(depth.shape[0] - 1, int(np.floor(max(ay, by, cy) - 0.5)))
    inv = np.float32(1.0) / area
    da, db = (by - cy) * inv, (cy - ay) * inv
    dc = -da - db
    # Where a weight vanishes, as a function of the row, bounds the span of pixels from the left or the right.
    ra = np.float32(-1.0) / da if da != 0 else np.float32(0.0)
    rb = np.float32(-1.0) / db if db != 0 else np.float32(0.0)
    rc = np.float32(-1.0) / dc if dc != 0 else np.float32(0.0)
    zc = screen[c, 2]
    za, zb = screen[a, 2] - zc, screen[b, 2] - zc
    dz = da * za + db * zb
    r2, g2, b2 = shades[c, 0], shades[c, 1], shades[c, 2]
    r0, g0, b0 = shades[a, 0] - r2, shades[a, 1] - g2, shades[a, 2] - b2
    r1, g1, b1 = shades[b, 0] - r2, shades[b, 1] - g2, shades[b, 2] - b2
    dr, dg, dl = da * r0 + db * r1, da * g0 + db * g1, da * b0 + db * b1
    half = np.float32(0.5)
    far = np.float32(depth.shape[1] - 1)
    wa = ((bx - half) * (cy - y0 - half) - (cx - half) * (by - y0 - half)) * inv
    wb = ((cx - half) * (ay - y0 - half) - (ax - half) * (cy - y0 - half)) * inv
    step_a, step_b = (cx - bx) * inv, (ax - cx) * inv
    for y in range(y0, y1 + 1):
        low, high = np.float32(0.0), far
        wc = np.float32(1.0) - wa - wb
        if da > 0:
            low = max(low, wa * ra)
        elif da < 0:
            high = min(high, wa * ra)
        if db > 0:
            low = max(low, wb * rb)
        elif db < 0:
            high = min(high, wb * rb)
        if dc > 0:
            low = max(low, wc * rc)
        elif dc < 0:
            high = min(high, wc * rc)
        x0, x1 = int(np.ceil(low - np.float32(1e-3))), int(np.floor(high + np.float32(1e-3)))
        z = zc + wa * za + wb * zb
        pr, pg, pl = r2 + wa * r0 + wb * r1, g2 + wa * g0 + wb * g1, b2 + wa * b0 + wb * b1
        for x in range(x0, x1 + 1):
            fx = np.float32(x)
            here = z + fx * dz
            if here > depth[y, x]:
                depth[y, x] = here
                image[y, x, 0] = pr + fx * dr
                image[y, x, 1] = pg + fx * dg
                image[y, x, 2] = pl + fx * dl
        wa += step_a
        wb += step_b


@njit(cache=True, nogil=True)
def draw(
    starts: Array,
    segments: Array,
    screen: Array,
    shades: Array,
    depth: Array,
    image: Array,
    left: int,
    top: int,
    cull: float,
) -> None:
    """Rasterise all tubes into `image` (h, w, 3) with `depth` (h, w, 0 = empty), whose corner is (`left`, `top`).

    Quads whose four normals (fourth column of `shades`) turn away by more than `cull` are hidden and left out.
    """
    base = 0
    for tube in range(segments.shape[0]):
        n = segments[tube]
        rings = starts[tube + 1] - starts[tube]
        for r in range(rings - 1):
            for j in range(n):
                a = base + r * n + j
                b = base + r * n + (j + 1) % n
                c, d = a + n, b + n
                if max(shades[a, 3], shades[b, 3], shades[c, 3], shades[d, 3]) < cull:
                    continue
                _triangle(a, b, c, screen, shades, depth, image, left, top)
                _triangle(b, d, c, screen, shades, depth, image, left, top)
        base += rings * n


@njit(cache=True, nogil=True)
def soften(mask: Array, radius: int, spare: Array) -> None:
    """Blur `mask` in place with two box passes each way; wider across than down, as a shadow on a floor is seen."""
    height, width = mask.shape
    for _ in range(2):
        r = radius * 2
        for y in range(height):
            total = 0.0
            for x in range(-r, width):
                if x + r < width:
                    total += mask[y, x + r]
                if x >= 0:
                    spare[y, x] = total / (2 * r + 1)
                    if x - r >= 0:
                        total -= mask[y, x - r]
        r = radius
        for x in range(width):
            total = 0.0
            for y in range(-r, height):
                if y + r < height:
                    total += spare[y + r, x]
                if y >= 0:
                    mask[y, x] = total / (2 * r + 1)
                    if y - r >= 0:
                        total -= spare[y - r, x]


@njit(cache=True, nogil=True)
def resolve(frame: Array, depth: Array, image: Array, left: int, top: int) -> None:
    """Average the subpixels of `image` over `frame` (H, W, 3 uint8); `left`, `top` in frame pixels."""
    rows, columns = depth.shape[0] // 2, depth.shape[1] // 2
    for y in range(rows):
        fy = y + top
        if fy < 0 or fy >= frame.shape[0]:
            continue
        for x in range(columns):
            fx = x + left
            if fx < 0 or fx >= frame.shape[1]:
                continue
            hits, r, g, b = 0, 0.0, 0.0, 0.0
            for dy in range(2):
                for dx in range(2):
                    if depth[2 * y + dy, 2 * x + dx] > 0.0:
                        hits += 1
                        r += min(1.0, image[2 * y + dy, 2 * x + dx, 0])
                        g += min(1.0, image[2 * y + dy, 2 * x + dx, 1])
                        b += min(1.0, image[2 * y + dy, 2 * x + dx, 2])
            if hits:
                rest = (4 - hits) * 0.25
                frame[fy, fx, 0] = np.uint8(rest * frame[fy, fx, 0] + 63.75 * r + 0.5)
                frame[fy, fx, 1] = np.uint8(rest * frame[fy, fx, 1] + 63.75 * g + 0.5)
                frame[fy, fx, 2] = np.uint8(rest * frame[fy, fx, 2] + 63.75 * b + 0.5)

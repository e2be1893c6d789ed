"""Work on finished pixels: shadows, reflections, lights and marks laid into a frame, and RGB -> YUV."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[Any]
Frame = NDArray[np.uint8]
"""(height, width, 3) RGB."""


@njit(cache=True, nogil=True)
def darken(frame: Array, mask: Array, left: int, top: int, cell: int, strength: float, tint: Array) -> None:
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
def mirror(
    frame: Array, depth: Array, image: Array, left: int, top: int, cell: int, horizon: int, strength: float, fade: float
) -> None:
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
def glow_ring(
    frame: Array, cx: float, cy: float, radius: float, squash: float, width: float, colour: Array, strength: float
) -> None:
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
def disc(frame: Array, cx: float, cy: float, radius: float, diamond: bool, colour: Array, strength: float) -> None:
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


@njit(cache=True, nogil=True)
def convert_yuv(frame: Array, planes: Array, left: int, top: int, right: int, bottom: int) -> None:
    """RGB -> planar 4:2:0 within an even-sided box; ITU-R BT.709, limited range, chroma averaged over 2 x 2 pixels."""
    height, width = frame.shape[0], frame.shape[1]
    flat = planes.reshape(-1)
    u0, v0 = height * width, height * width * 5 // 4
    # 32-bit throughout: twice as many pixels in a vector register.
    i4 = np.int32
    for y in range(top, bottom, 2):
        for x in range(left, right, 2):
            r, g, b = i4(0), i4(0), i4(0)
            for j in range(2):
                for i in range(2):
                    pr, pg, pb = i4(frame[y + j, x + i, 0]), i4(frame[y + j, x + i, 1]), i4(frame[y + j, x + i, 2])
                    luma = i4(11966) * pr + i4(40254) * pg + i4(4064) * pb + i4(1081344)
                    flat[(y + j) * width + x + i] = luma >> i4(16)
                    r, g, b = r + pr, g + pg, b + pb
            at = (y // 2) * (width // 2) + x // 2
            flat[u0 + at] = (i4(28784) * b - i4(6596) * r - i4(22189) * g + i4(33685504)) >> i4(18)
            flat[v0 + at] = (i4(28784) * r - i4(26145) * g - i4(2639) * b + i4(33685504)) >> i4(18)


@njit(cache=True, nogil=True)
def sink(frame: Array, cx: float, cy: float, radius: float, squash: float, dark: Array, strength: float) -> None:
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


def to_yuv(frame: Frame) -> Frame:
    """A whole RGB frame as (height * 3 / 2, width) planes."""
    height, width = frame.shape[:2]
    planes = np.empty((height * 3 // 2, width), np.uint8)
    convert_yuv(frame, planes, 0, 0, width, height)
    return planes

"""Easing: values keyed at beats, eased in between. Time `u` is in beats; count 1 of the move is u = 0."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
Keys = Sequence[tuple[float, float]]


def smooth(s: Curve) -> Curve:
    """0 -> 1 with zero slope at both ends."""
    s = np.clip(s, 0.0, 1.0)
    return s * s * (3.0 - 2.0 * s)


def smoother(s: Curve) -> Curve:
    """0 -> 1 with zero slope and curvature at both ends: something that comes to rest."""
    s = np.clip(s, 0.0, 1.0)
    return s * s * s * (s * (6.0 * s - 15.0) + 10.0)


def keyed(u: Curve, keys: Keys) -> Curve:
    """A value per key `(beat, value)`, eased between keys and held before the first and after the last."""
    out = np.full_like(u, keys[0][1])
    for (u0, v0), (u1, v1) in itertools.pairwise(keys):
        if u1 <= u0:
            raise ValueError(f"keys must go forward in time: {u0} then {u1}")
        out = np.where(u >= u0, v0 + (v1 - v0) * smooth((u - u0) / (u1 - u0)), out)
    return out


def pulse(u: Curve, beats: Sequence[float], rise: float = 0.4, fall: float = 0.6) -> Curve:
    """1 at each beat, growing over `rise` beats before it, fading over `fall` after: an accent that lands."""
    out = np.zeros_like(u)
    for beat in beats:
        d = u - beat
        out = np.maximum(out, np.where(d <= 0, smooth(1 + d / rise), smooth(1 - d / fall)))
    return out


def lowpass(x: Curve, frames: float) -> Curve:
    """Gaussian smoothing along axis 0 with a standard deviation in frames; ends are held."""
    r = int(3 * frames) + 1
    kernel = np.exp(-0.5 * (np.arange(-r, r + 1) / frames) ** 2)
    kernel /= kernel.sum()
    padded = np.concatenate([np.repeat(x[:1], r, 0), x, np.repeat(x[-1:], r, 0)])
    flat = padded.reshape(padded.shape[0], -1)
    done = np.stack([np.convolve(column, kernel, "valid") for column in flat.T], 1)
    return done.reshape(x.shape)

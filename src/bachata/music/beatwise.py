"""Features seen from the beats: one row per count instead of one per frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Frames = NDArray[np.float32] | NDArray[np.float64]


def per_beat(values: Frames, rate: float, beats: Array, duration: float) -> Array:
    """Mean of `values` (frames, k) at `rate` over each beat [beats[i], beats[i+1]); the last reaches to `duration`.

    Shape (beats, k). A beat shorter than a frame takes the frame it falls in.
    """
    edges = np.append(beats, max(duration, beats[-1] + 1e-3) if beats.size else duration)
    return span_means(values, rate, edges[:-1], edges[1:])


def span_means(values: Frames, rate: float, starts: Array, ends: Array) -> Array:
    """Mean of `values` (frames, k) at `rate` over each span of seconds; shape (spans, k)."""
    size = values.shape[0]
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=float)])
    first = np.clip(np.round(starts * rate).astype(int), 0, size - 1)
    last = np.clip(np.round(ends * rate).astype(int), first + 1, size)
    return np.asarray((total[last] - total[first]) / (last - first)[:, None])


def peak_near(envelope: Array, rate: float, times: Array, reach: float = 0.05) -> Array:
    """Largest value of a one-dimensional envelope within `reach` seconds of each time."""
    half = max(1, round(reach * rate))
    at = np.clip(np.round(times * rate).astype(int)[:, None] + np.arange(-half, half + 1), 0, envelope.size - 1)
    return np.asarray(envelope[at].max(axis=1))


def change(rows: Array, before: int, after: int) -> Array:
    """How different the mean of the `after` rows from i on is from the mean of the `before` rows up to i.

    Euclidean distance per row; 0 where either side holds no row. Shape (rows,).
    """
    size = rows.shape[0]
    total = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    at = np.arange(size)
    left, right = np.maximum(at - before, 0), np.minimum(at + after, size)
    past = (total[at] - total[left]) / np.maximum(at - left, 1)[:, None]
    future = (total[right] - total[at]) / np.maximum(right - at, 1)[:, None]
    distance = np.linalg.norm(future - past, axis=1)
    # Near the ends one side is a stub and always looks different.
    distance[(at - left < min(before, 2)) | (right - at < min(after, 2))] = 0.0
    return np.asarray(distance)

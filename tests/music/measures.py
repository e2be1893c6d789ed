"""How estimates are held against truth: the usual measures, in a few lines."""

from __future__ import annotations

import numpy as np


def f_measure(estimated, true, window: float) -> float:
    """Share of one-to-one matches within `window` seconds; both sorted."""
    i = j = hits = 0
    while i < len(estimated) and j < len(true):
        apart = estimated[i] - true[j]
        if abs(apart) <= window:
            hits, i, j = hits + 1, i + 1, j + 1
        elif apart < 0:
            i += 1
        else:
            j += 1
    return 2 * hits / (len(estimated) + len(true)) if len(estimated) + len(true) else 0.0


def median_offset(estimated, true) -> float:
    """Signed seconds by which estimated beats come after the true ones nearest to them."""
    apart = np.asarray(estimated)[:, None] - np.asarray(true)[None, :]
    nearest = apart[np.arange(len(estimated)), np.abs(apart).argmin(axis=1)]
    return float(np.median(nearest[np.abs(nearest) < 0.1]))


def phase_of(beats, truth) -> int:
    """Which of the eight phases of `beats` most true counts 1 fall on: a beat missed at the start is no wrong count."""
    ones = truth.beats[truth.count_one :: 8]
    nearest = np.abs(np.asarray(beats)[:, None] - ones[None, :]).argmin(axis=0)
    close = np.abs(np.asarray(beats)[nearest] - ones) < 0.1
    return int(np.bincount(nearest[close] % 8, minlength=8).argmax())


def spearman(a, b) -> float:
    """Rank correlation, ties averaged."""

    def ranks(x):
        _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
        return (np.cumsum(counts) - counts / 2)[inverse]

    return float(np.corrcoef(ranks(np.asarray(a)), ranks(np.asarray(b)))[0, 1])

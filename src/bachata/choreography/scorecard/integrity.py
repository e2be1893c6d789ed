"""M10: whether the finished file holds the planned pictures, and the song where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bachata.choreography.scorecard.metric import Metric

DRIFT = 0.001
REACH = 0.05
"""Seconds to both sides within which the song is looked for."""
_ROUNDING = 1e-9
_SILENT = 1e-3
"""Root mean square below which an excerpt has nothing to be found by."""

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Rendered:
    """What is known of a finished video: pictures in the file and in the plan, and seconds by which its sound is behind
    the song at the start, in the middle and at the end (None: it could not be told there)."""

    frames: int
    planned: int
    lags: tuple[float | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Integrity(Metric):
    """M10, how much the song's lag changes over the video, seconds; and whether the file has exactly the planned
    pictures. A constant lag is the codec's or nothing; one that grows is a drift."""

    key = "m10"
    name = "Picture and sound"
    meaning = "song keeps its place, every frame is there"
    bar = "lag changes ≤ 1 ms, exact frames"
    unit = "time"

    frames: int | None = None
    planned: int | None = None
    lag: float | None = None

    def measured(self) -> str:
        """See Metric."""
        if self.frames is None:
            return "–"
        pictures = f"{self.frames} of {self.planned} frames"
        return pictures if self.value is None else f"{1000 * self.value:.2f} ms, {pictures}"


def integrity(rendered: Rendered | None) -> Integrity:
    """M10; without a finished video nothing can be told."""
    if rendered is None:
        return Integrity(value=None, why="it is planned, not rendered")
    heard = [lag for lag in rendered.lags if lag is not None]
    exact = rendered.frames == rendered.planned
    if len(heard) < 2:
        return Integrity(
            value=None,
            holds=None if exact else False,
            why="too little sound to place it",
            frames=rendered.frames,
            planned=rendered.planned,
        )
    change = max(heard) - min(heard)
    return Integrity(
        value=change,
        holds=exact and change <= DRIFT + _ROUNDING,
        frames=rendered.frames,
        planned=rendered.planned,
        lag=max(heard, key=abs),
    )


def lag(heard: Samples, song: Samples, rate: int) -> float | None:
    """Seconds by which `heard` is behind `song` (mono, of one length, of `rate`), by cross-correlation over ± 50 ms.

    None if either is silent.
    """
    if min(_loud(heard), _loud(song)) < _SILENT:
        return None
    reach = round(REACH * rate)
    size = len(heard) + len(song)
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(song, size))
    match = np.abs(np.fft.irfft(spectrum, size))
    # Index 0 is no lag; negative ones are at the end.
    around = np.concatenate([match[-reach:], match[: reach + 1]])
    return (int(np.argmax(around)) - reach) / rate


def lags(pairs: Sequence[tuple[Samples, Samples]], rate: int) -> tuple[float | None, ...]:
    """The lag of each (heard, song)."""
    return tuple(lag(heard, song, rate) for heard, song in pairs)


def _loud(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0

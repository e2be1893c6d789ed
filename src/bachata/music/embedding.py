"""One vector for what any span of any sound is like: songs and clips by the same function, so that they compare.

Version ``audio-1``: the description of the span, each number scaled by what is usual in a library (`Scale`), each
block given its share of the whole, brought to unit norm. The cosine of two vectors is then how alike two sounds are;
0 is chance. The scale is a constant, measured once (`embedding_scale.py`), so that a vector never depends on what else
happens to be stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.errors import AudioUnreadable, InvalidRequest
from bachata.music.decode import Sound
from bachata.music.description import BLOCKS, describe
from bachata.music.embedding_scale import CENTRE, SPREAD
from bachata.music.features import Features, Listener

Vector = NDArray[np.float32]

VERSION: Final = "audio-1"
MIN_SPAN: Final = 1.0
"""Seconds: two beats, below which nothing repeats."""

_SHARES: Final = {"timbre": 0.35, "harmony": 0.15, "rhythm": 0.35, "drive": 0.15}
_FAR: Final = 3.0  # deviations beyond which more is not more
_SILENCE: Final = 10 ** (-60 / 20)
_MARGIN: Final = 0.5  # seconds read beyond the span: windows reach past its end


@dataclass(frozen=True)
class Scale:
    """What is usual: `centre` and `spread`, each (128,)."""

    centre: NDArray[np.float64]
    spread: NDArray[np.float64]

    @classmethod
    def over(cls, descriptions: NDArray[np.float64]) -> Scale:
        """Median and robust deviation of a library's descriptions, shape (sounds, 128); needs at least two sounds.

        The deviation is never less than a quarter of the plain one: a number that is usually the same is not noise
        to be magnified.
        """
        quarters = np.percentile(descriptions, (25, 50, 75), axis=0)
        robust = (quarters[2] - quarters[0]) / 1.349
        return cls(quarters[1], np.maximum(np.maximum(robust, 0.25 * descriptions.std(axis=0)), 1e-6))


AUDIO_1: Final = Scale(np.array(CENTRE), np.array(SPREAD))


def embed(
    path: Path, start: float = 0.0, end: float | None = None, *, scale: Scale = AUDIO_1, name: str | None = None
) -> Vector:
    """The vector of seconds `start` to `end` (to the end of the sound when None): shape (128,), float32, unit norm.

    Key and loudness do not matter to it. Vectors compare when made with one `scale`. Raises InvalidRequest for a span
    outside the sound or shorter than one second, AudioUnreadable for what cannot be decoded or holds only silence.
    """
    features = hear_span(path, start, end, name=name)
    return unit(describe(features), scale)


def hear_span(path: Path, start: float, end: float | None, *, name: str | None = None) -> Features:
    """Features of a span of a file, as if the file began at `start` and ended at `end`. Raises as `embed`."""
    wanted = "to its end" if end is None else f"to {end:g} s"
    if not np.isfinite(start) or start < 0 or (end is not None and not end - start >= MIN_SPAN):
        raise InvalidRequest(f"From {start:g} s {wanted} is no span; give at least {MIN_SPAN:g} s from 0 on.")
    sound = Sound(path, name=name, meter=False)
    listener = Listener()
    for block in sound.blocks():
        listener.push(block)
        if end is not None and sound.duration > end + _MARGIN:
            break
    features = listener.finish()
    last = features.duration if end is None else end
    if last > features.duration + 0.05 or last - start < MIN_SPAN - 0.05:
        raise InvalidRequest(
            f"{sound.name} lasts {features.duration:.2f} s: from {start:g} s {wanted} there is less than was asked for."
        )
    span = features.span(start, last)
    if _is_silent(span):
        raise AudioUnreadable(f"{sound.name} holds only silence from {start:g} s {wanted}; choose another span.")
    return span


def numbers(features: Features, start: float, end: float) -> list[float] | None:
    """The vector of a span of what was heard already, to four decimals, as documents hold it.

    None for a span shorter than one second or silent. Rounded, its direction is off by less than a thousandth.
    """
    if end - start < MIN_SPAN:
        return None
    span = features.span(start, end)
    if _is_silent(span):
        return None
    return [round(float(x), 4) for x in unit(describe(span), AUDIO_1)]


def _is_silent(span: Features) -> bool:
    return float(span.peaks.max(initial=0.0)) < _SILENCE


def unit(description: NDArray[np.float64], scale: Scale) -> Vector:
    """A description scaled, clipped at three deviations, its blocks weighed, of unit norm; shape (128,) float32."""
    scaled = np.clip((description - scale.centre) / scale.spread, -_FAR, _FAR)
    weights = np.concatenate([np.full(size, np.sqrt(_SHARES[block] / size)) for block, size in BLOCKS.items()])
    vector = scaled * weights
    norm = float(np.linalg.norm(vector))
    if norm < 1e-9:  # exactly the usual sound: it has to point somewhere
        vector, norm = weights, float(np.linalg.norm(weights))
    return np.asarray(vector / norm, dtype=np.float32)

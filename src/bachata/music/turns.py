"""Where harmony turns: the landmarks of a part in which nothing is struck.

A pad swells; it has no attack to put a beat on. But between one chord and the next the sound passes from what it was to
what it will be, and the moment of half way can be found within some 15 ms of always the same place. That place lies
after the beat, by as much as the chords overlap: whoever uses it has to learn how much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.features import TONE_FPS, Features

Array = NDArray[np.float64]

# Beats before and after the place looked at in which the old and the new chord are taken to sound, and in which the
# passage from one to the other is looked for.
_OLD: Final = (-2.5, -0.5)
_NEW: Final = (0.7, 2.7)
_PASSAGE: Final = (-0.6, 0.8)
_CONTRAST: Final = 0.22  # between the chords, of the largest possible: less is the same chord
_CLEAR: Final = 0.5  # of what changes is told by one step: less is no passage, or one at another beat
_FEWEST: Final = 4  # frames on either side


BASS_TONES: Final = 24
"""Semitones from the lowest that a bass plays."""


@dataclass(frozen=True)
class Harmonies:
    """Square roots of the song's tones (frames, 60) at `TONE_FPS`: loud and soft notes weigh more alike."""

    tones: Array

    @classmethod
    def of(cls, features: Features) -> Harmonies:
        """Of a whole song."""
        return cls(np.sqrt(np.maximum(features.tones, 0.0), dtype=float))

    @property
    def bass(self) -> Array:
        """The two octaves a bass plays."""
        return self.tones[:, :BASS_TONES]

    @property
    def chords(self) -> Array:
        """What lies above the bass."""
        return self.tones[:, BASS_TONES:]

    def turn(self, at: float, beat: float) -> float | None:
        """Second, within about half a `beat` (seconds) of `at`, at which one chord has half become another.

        None where harmony stays as it is or turns elsewhere.
        """
        first = max(0, round((at + _PASSAGE[0] * beat) * TONE_FPS))
        last = round((at + _PASSAGE[1] * beat) * TONE_FPS)
        if first < _FEWEST or last > self.tones.shape[0] - _FEWEST:
            return None
        old, new = (self._mean(at + a * beat, at + b * beat) for a, b in (_OLD, _NEW))
        change = new - old
        contrast = np.linalg.norm(change) / (np.linalg.norm(old) + np.linalg.norm(new) + 1e-9)
        if contrast < _CONTRAST:
            return None
        # How much of the way each frame has gone, 0 to 1; the best single step through it.
        gone = (self.tones[first:last] - old) @ change / float(change @ change)
        before = np.concatenate([[0.0], np.cumsum(gone**2)])
        after = np.concatenate([[0.0], np.cumsum((1.0 - gone) ** 2)])
        cost = before + after[-1] - after
        step = int(cost.argmin())
        if not 0 < step < gone.size or cost[step] > (1.0 - _CLEAR) * min(cost[0], cost[-1]):
            return None
        rise = float(gone[step] - gone[step - 1])
        part = float(np.clip((0.5 - gone[step - 1]) / rise, 0.0, 1.0)) if rise > 0 else 0.5
        return (first + step - 1 + part) / TONE_FPS

    def _mean(self, start: float, end: float) -> Array:
        first = max(0, round(start * TONE_FPS))
        return np.asarray(self.tones[first : max(first + 1, round(end * TONE_FPS))].mean(axis=0))


def turning(tones: Array, at: Array, span: Array) -> Array:
    """How different what sounds in the `span` seconds after each time is from what sounded in those before: 0 to 1.

    `tones`: (frames, k) at `TONE_FPS`; `at` and `span`: shape (n,); so is the answer.
    """
    size = tones.shape[0]
    total = np.concatenate([np.zeros((1, tones.shape[1])), np.cumsum(tones, axis=0)])
    here = np.clip(np.round(at * TONE_FPS).astype(int), 0, size)
    reach = np.maximum(1, np.round(span * TONE_FPS).astype(int))
    first, last = np.maximum(here - reach, 0), np.minimum(here + reach, size)
    past = (total[here] - total[first]) / np.maximum(here - first, 1)[:, None]
    future = (total[last] - total[here]) / np.maximum(last - here, 1)[:, None]
    sounding = np.linalg.norm(past, axis=1) + np.linalg.norm(future, axis=1)
    return np.asarray(np.linalg.norm(future - past, axis=1) / (sounding + 1e-9))

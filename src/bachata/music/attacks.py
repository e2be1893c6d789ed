"""Where sounds are struck, to a millisecond or two: the finest ear of this room, for putting beats in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.features import FINE_FPS, FPS, Features
from bachata.music.onsets import Onsets

Array = NDArray[np.float64]

_QUIET: Final = 0.1  # energy, against the loud parts, below which an attack counts for less
_REACH: Final = 0.045  # seconds either side of a beat in which its attack is looked for
_MIDDLE: Final = 0.020  # seconds either side of the steepest rise that make up one attack
_HEARD: Final = 0.1  # weight from which an attack counts as heard
_STRONG: Final = 3.0  # rise of an attack of weight 1
_LOUD: Final = 3.0  # what is struck harder says no more
_BLUNT: Final = 0.5  # say of the coarse onset against an attack
_RISEN: Final = 0.2
_AHEAD: Final = 0.0045  # seconds by which the coarse onset comes before the attack; measured on generated songs
_BLUR: Final = 9  # points, 13 ms: players do not strike together


@dataclass(frozen=True)
class Attacks:
    """`rise`: how fast broadband energy grows, at `FINE_FPS`, never negative; `blurred`: the same, for comparing;
    `onset`: `Onsets.strength`, at `FPS`: coarser, but it still hears beats in noise."""

    rise: Array
    blurred: Array
    onset: Array

    @classmethod
    def of(cls, features: Features, heard: Onsets) -> Attacks:
        """Of a whole song: growth in 6 ms against the mean energy around.

        Energy itself, not its logarithm: when several players strike one beat a few milliseconds apart, a logarithm
        hears only the first and puts the beat 3 to 8 ms early; energy finds their middle.
        """
        size = int(0.6 * FINE_FPS)
        rise = np.zeros(features.attack.shape[0])
        for column in features.attack.T.astype(float):
            energy = np.convolve(column, np.ones(4) / 4, mode="same")
            around = np.convolve(energy, np.ones(size) / size, mode="same")[: energy.size]
            around = np.maximum(around, _QUIET * np.percentile(around, 95) + 1e-12)
            rise[2:-2] += np.maximum(0.0, 0.5 * (energy[4:] - energy[:-4]) / around[2:-2])
        return cls(rise, np.convolve(rise, np.ones(_BLUR) / _BLUR, mode="same"), heard.strength)

    @property
    def length(self) -> float:
        """Seconds."""
        return self.rise.size / FINE_FPS

    def strength(self, times: Array) -> Array:
        """How much seems to be struck at `times` (seconds, any shape): 0 to 6, 0 outside the song."""
        return _at(self.blurred, FINE_FPS, times) + _at(self.onset, FPS, times)

    def near(self, beats: Array) -> tuple[Array, Array]:
        """Where the attack near each beat has its middle (seconds), and its weight 0..1; 0 where none was heard."""
        time, weight = self._struck(beats)
        blunt, sure = self._risen(beats)
        # A clear attack speaks alone; a doubtful one is weighed against what the spectrum tells.
        sure *= _BLUNT * (1.0 - weight)
        both = weight + sure
        return np.where(both > 0, (weight * time + sure * blunt) / np.maximum(both, 1e-9), beats), np.minimum(both, 1.0)

    def _struck(self, beats: Array) -> tuple[Array, Array]:
        reach, half = round(_REACH * FINE_FPS), round(_MIDDLE * FINE_FPS)
        offsets = np.arange(-reach, reach + 1)
        at = np.round(beats * FINE_FPS).astype(int)[:, None] + offsets
        inside = (at >= 0) & (at < self.rise.size)
        window = np.where(inside, self.rise[np.clip(at, 0, self.rise.size - 1)], 0.0)
        best = (window * np.exp(-0.5 * (offsets / (0.6 * reach)) ** 2)).argmax(axis=1)
        close = np.where(np.abs(offsets[None, :] - offsets[best][:, None]) <= half, window, 0.0)
        time = (close * (at + 0.5)).sum(axis=1) / np.maximum(close.sum(axis=1), 1e-9) / FINE_FPS
        weight = np.clip(window[np.arange(beats.size), best] / _STRONG, 0.0, 1.0)
        heard = weight > _HEARD
        return np.where(heard, time, beats), np.where(heard, weight, 0.0)

    def _risen(self, beats: Array) -> tuple[Array, Array]:
        reach = round(_REACH * FPS)
        offsets = np.arange(-reach, reach + 1)
        at = np.round(beats * FPS).astype(int)[:, None] + offsets
        inside = (at >= 0) & (at < self.onset.size)
        window = np.where(inside, self.onset[np.clip(at, 0, self.onset.size - 1)], 0.0)
        total = window.sum(axis=1)
        time = (window * at).sum(axis=1) / np.maximum(total, 1e-9) / FPS + _AHEAD
        sure = np.clip(window.max(axis=1) / _STRONG, 0.0, 1.0)
        heard = sure > _RISEN
        return np.where(heard, time, beats), np.where(heard, sure, 0.0)


def _at(curve: Array, rate: float, times: Array) -> Array:
    at = np.round(times * rate - 0.25).astype(int)
    inside = (at >= 0) & (at < curve.size)
    return np.where(inside, np.minimum(curve[np.clip(at, 0, curve.size - 1)], _LOUD), 0.0)

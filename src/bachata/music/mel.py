"""Mel filterbank: a spectrum reduced to bands as wide as the ear's.

The scale is Slaney's (Auditory Toolbox, Technical Report 1998-010): linear up to 1 kHz, 200/3 Hz a mel, logarithmic
above, 27 mels to a factor of 6.4. It is librosa's default, and a test holds both equal to the last bit. Written out
because librosa would bring scikit-learn, numba and LLVM, 400 MB, into a function that needs this much of it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_LINEAR: Final = 200.0 / 3  # Hz a mel below the knee
_KNEE_HZ: Final = 1000.0
_KNEE_MEL: Final = _KNEE_HZ / _LINEAR
_LOG_STEP: Final = np.log(6.4) / 27.0


def mel_frequencies(count: int, low: float, high: float) -> NDArray[np.float64]:
    """(count,) frequencies in Hz, equally spaced in mels from `low` to `high`, both included."""
    return _to_hz(np.linspace(_to_mel(low), _to_mel(high), count))


def mel_bank(rate: float, window: int, count: int, low: float, high: float) -> NDArray[np.float32]:
    """Weights (count, window // 2 + 1): triangles between neighbouring frequencies, each of unit area in Hz.

    `rate`: samples a second. `window`: samples a transform. `low`, `high`: Hz, where the first triangle begins and the
    last one ends.
    """
    bins = np.fft.rfftfreq(window, 1.0 / rate)
    corners = mel_frequencies(count + 2, low, high)
    widths = np.diff(corners)
    ramps = corners[:, None] - bins
    rising, falling = -ramps[:-2] / widths[:-1, None], ramps[2:] / widths[1:, None]
    # Rounded before it is scaled, as librosa does: the weights come out equal.
    triangles = np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)
    triangles *= (2.0 / (corners[2:] - corners[:-2]))[:, None]
    return triangles


def _to_mel(hz: float) -> float:
    return hz / _LINEAR if hz < _KNEE_HZ else _KNEE_MEL + float(np.log(hz / _KNEE_HZ)) / float(_LOG_STEP)


def _to_hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    above = mels >= _KNEE_MEL
    hz = _LINEAR * mels
    hz[above] = _KNEE_HZ * np.exp(_LOG_STEP * (mels[above] - _KNEE_MEL))
    return hz

"""What a song looks like to the rest of this room: a few hundred numbers a second instead of 22,050.

Computed while the samples stream past, so memory is bounded by the features (about 0.1 MB a second of song less than
the sound itself would take), not by the sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.decode import RATE, Samples

Array = NDArray[np.float32]

HOP: Final = 256
FPS: Final = RATE / HOP
"""Frames a second of `Features.mel`: 86.13."""

TONE_HOP: Final = 1024
TONE_FPS: Final = RATE / TONE_HOP

FINE_HOP: Final = 32
FINE_FPS: Final = RATE / FINE_HOP
"""Points a second of `Features.attack`: 689, 1.45 ms each."""

PEAK_HOP: Final = 1050
PEAK_RATE: Final = RATE / PEAK_HOP
"""Drawing peaks a second: exactly 21."""

MELS: Final = 48
_WINDOW: Final = 1024
_TONE_WINDOW: Final = 4096
LOWEST_TONE: Final = 28  # MIDI: 41.2 Hz, the E string of a bass
TONES: Final = 60  # five octaves of semitones
_LOW: Final = 8  # decimation of the low half of `attack`
_BATCH: Final = 512  # frames transformed at once: a few MB


@dataclass(frozen=True)
class Features:
    """What was heard; all arrays are float32, frame i is centred on second i / rate.

    mel (frames, 48): power, at `FPS`. tones (frames, 60): magnitude of the semitones from MIDI 28, at `TONE_FPS`.
    attack (points, 2): energy of the first difference at `FINE_FPS`, of the whole sound and of what lies below
    1.4 kHz, where a hissing recording still lets drums and strings be timed. peaks (n,): largest absolute sample, at
    `PEAK_RATE`. duration: seconds.
    """

    mel: Array
    tones: Array
    attack: Array
    peaks: Array
    duration: float


class _Spectrogram:
    """Frames a stream of samples (centred, zero-padded like librosa's) and reduces each spectrum at once."""

    def __init__(self, window: int, hop: int, bank: Array, *, power: bool) -> None:
        self.window = np.hanning(window + 1)[:-1].astype(np.float32)
        self.hop, self.bank, self.power = hop, np.ascontiguousarray(bank.T), power
        self.carry: Array = np.zeros(window // 2, np.float32)
        self.rows: list[Array] = []

    def push(self, block: Array) -> None:
        self.carry = np.concatenate([self.carry, block])
        size = self.window.size
        while self.carry.size >= size + self.hop * (_BATCH - 1):
            self._transform(_BATCH)

    def finish(self) -> Array:
        self.push(np.zeros(self.window.size // 2, np.float32))
        left = (self.carry.size - self.window.size) // self.hop + 1
        if left > 0:
            self._transform(left)
        return np.concatenate(self.rows) if self.rows else np.zeros((0, self.bank.shape[1]), np.float32)

    def _transform(self, frames: int) -> None:
        views = np.lib.stride_tricks.sliding_window_view(self.carry, self.window.size)[:: self.hop][:frames]
        spectrum = np.fft.rfft(views * self.window, axis=1)
        energy = spectrum.real**2 + spectrum.imag**2
        self.rows.append((energy if self.power else np.sqrt(energy)).astype(np.float32) @ self.bank)
        self.carry = self.carry[frames * self.hop :].copy()


class _Blocks:
    """Reduces every `size` samples to one number."""

    def __init__(self, size: int, *, energy: bool) -> None:
        self.size, self.energy = size, energy
        self.carry: Array = np.zeros(0, np.float32)
        self.rows: list[Array] = []

    def push(self, block: Array) -> None:
        joined = np.concatenate([self.carry, block])
        whole = joined.size // self.size * self.size
        shaped = joined[:whole].reshape(-1, self.size)
        self.rows.append(np.einsum("ij,ij->i", shaped, shaped) if self.energy else np.abs(shaped).max(axis=1))
        self.carry = joined[whole:]

    def finish(self) -> Array:
        if self.carry.size:
            self.push(np.zeros(-self.carry.size % self.size, np.float32))
        return np.concatenate(self.rows) if self.rows else np.zeros(0, np.float32)


class Listener:
    """Push blocks of samples at `RATE`, then `finish()`."""

    def __init__(self) -> None:
        import librosa

        mel = librosa.filters.mel(sr=RATE, n_fft=_WINDOW, n_mels=MELS, fmin=30.0, fmax=RATE / 2, dtype=np.float32)
        self._mel = _Spectrogram(_WINDOW, HOP, mel, power=True)
        self._tones = _Spectrogram(_TONE_WINDOW, TONE_HOP, _semitones(), power=False)
        self._attack = (_Blocks(FINE_HOP, energy=True), _Blocks(FINE_HOP // _LOW, energy=True))
        self._low_carry: Array = np.zeros(0, np.float32)
        self._peaks = _Blocks(PEAK_HOP, energy=False)
        self._last = np.zeros(1, np.float32)
        self._low_last = np.zeros(1, np.float32)
        self._samples = 0

    def push(self, block: Samples) -> None:
        """Take the next samples, any number of them."""
        if block.size == 0:
            return
        self._samples += block.size
        self._mel.push(block)
        self._tones.push(block)
        self._attack[0].push(np.diff(block, prepend=self._last))
        self._last = block[-1:].copy()
        self._push_low(block)
        self._peaks.push(block)

    def _push_low(self, block: Samples) -> None:
        """Means of eight samples: a crude low pass, good enough for energy."""
        joined = np.concatenate([self._low_carry, block])
        whole = joined.size // _LOW * _LOW
        low = joined[:whole].reshape(-1, _LOW).mean(axis=1)
        self._low_carry = joined[whole:]
        if low.size:
            self._attack[1].push(np.diff(low, prepend=self._low_last))
            self._low_last = low[-1:].copy()

    def finish(self) -> Features:
        """Everything heard."""
        return Features(
            mel=self._mel.finish(),
            tones=self._tones.finish(),
            attack=self._finish_attack(),
            peaks=np.minimum(self._peaks.finish(), 1.0),
            duration=self._samples / RATE,
        )

    def _finish_attack(self) -> Array:
        full, low = (blocks.finish() for blocks in self._attack)
        size = min(full.size, low.size)
        return np.stack([full[:size], low[:size]], axis=1)


def _semitones() -> Array:
    """Weights (60, bins): a Gaussian per semitone, never narrower than the window can resolve."""
    bins = np.fft.rfftfreq(_TONE_WINDOW, 1 / RATE)
    centres = 440.0 * 2.0 ** ((np.arange(TONES) + LOWEST_TONE - 69) / 12.0)
    width = np.maximum(0.4 * centres * (2 ** (1 / 12) - 1), 0.6 * RATE / _TONE_WINDOW)
    weights = np.exp(-0.5 * ((bins[None, :] - centres[:, None]) / width[:, None]) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)

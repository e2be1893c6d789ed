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
from bachata.music.mel import mel_bank

Array = NDArray[np.float32]

HOP: Final = 256
FPS: Final = RATE / HOP
"""Frames a second of `Features.mel`: 86.13."""

TONE_HOP: Final = 1024
TONE_FPS: Final = RATE / TONE_HOP
"""Frames a second of `Features.tones`: 21.5."""

FINE_HOP: Final = 32
FINE_FPS: Final = RATE / FINE_HOP
"""Points a second of `Features.attack`: 689, 1.45 ms each."""

PEAK_HOP: Final = 1050
PEAK_RATE: Final = RATE / PEAK_HOP
"""Drawing peaks a second: exactly 21."""

MELS: Final = 48
_WINDOW: Final = 1024
_TONE_WINDOW: Final = 4096
_TONE_STEP: Final = 4  # tones end at 1.3 kHz: a quarter of the samples tell them
LOWEST_TONE: Final = 28  # MIDI: 41.2 Hz, the E string of a bass
TONES: Final = 60  # five octaves of semitones
_LOW: Final = 8  # decimation of the low half of `attack`
_NOTHING: Final = 1e-5  # of the largest weight: -100 dB
_BATCH: Final = 512  # frames transformed at once: a few MB
_CHUNK: Final = 3 * RATE  # samples worked on at once: small blocks would be copied over and over


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

    def span(self, start: float, end: float) -> Features:
        """What was heard from second `start` to `end`, with `start` as its zero."""

        def cut(rows: Array, rate: float) -> Array:
            return rows[round(start * rate) : max(round(start * rate) + 1, round(end * rate))]

        return Features(
            mel=cut(self.mel, FPS),
            tones=cut(self.tones, TONE_FPS),
            attack=cut(self.attack, FINE_FPS),
            peaks=cut(self.peaks, PEAK_RATE),
            duration=end - start,
        )


class _Spectrogram:
    """Frames a stream of samples (centred, zero-padded like librosa's) and reduces each spectrum at once."""

    def __init__(self, window: int, hop: int, bank: Array, *, power: bool) -> None:
        from scipy.sparse import csr_array

        self.window = np.hanning(window + 1)[:-1].astype(np.float32)
        # Nearly all weights are zero. A sparse product takes half the time, and never BLAS's threads, which would spin
        # on a second core and round differently from machine to machine.
        self.bank = csr_array(np.where(bank > _NOTHING * bank.max(), bank, np.float32(0)))
        self.hop, self.power = hop, power
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
        return np.concatenate(self.rows) if self.rows else np.zeros((0, self.bank.shape[0]), np.float32)

    def _transform(self, frames: int) -> None:
        views = np.lib.stride_tricks.sliding_window_view(self.carry, self.window.size)[:: self.hop][:frames]
        spectrum = np.fft.rfft(views * self.window, axis=1)
        energy = spectrum.real**2 + spectrum.imag**2
        seen = (energy if self.power else np.sqrt(energy)).astype(np.float32, copy=False)
        self.rows.append(np.ascontiguousarray((self.bank @ np.ascontiguousarray(seen.T)).T))
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


class _Decimator:
    """Means of `step` samples: a crude low pass, good enough for energies and for tones far below the new rate."""

    def __init__(self, step: int) -> None:
        self.step = step
        self.carry: Array = np.zeros(0, np.float32)

    def __call__(self, block: Array) -> Array:
        joined = np.concatenate([self.carry, block])
        whole = joined.size // self.step * self.step
        self.carry = joined[whole:]
        return np.asarray(joined[:whole].reshape(-1, self.step).mean(axis=1))


class _Attack:
    """Energy of the first difference, a number every `size` samples."""

    def __init__(self, size: int) -> None:
        self.blocks = _Blocks(size, energy=True)
        self.last: Array = np.zeros(1, np.float32)

    def push(self, block: Array) -> None:
        if block.size:
            self.blocks.push(np.diff(block, prepend=self.last))
            self.last = block[-1:].copy()


class Listener:
    """Push blocks of samples at `RATE`, then `finish()`."""

    def __init__(self) -> None:
        mel = mel_bank(RATE, _WINDOW, MELS, 30.0, RATE / 2)
        self._mel = _Spectrogram(_WINDOW, HOP, mel, power=True)
        self._tones = _Spectrogram(_TONE_WINDOW // _TONE_STEP, TONE_HOP // _TONE_STEP, _semitones(), power=False)
        self._peaks = _Blocks(PEAK_HOP, energy=False)
        self._attack, self._low_attack = _Attack(FINE_HOP), _Attack(FINE_HOP // _LOW)
        self._quarter, self._low = _Decimator(_TONE_STEP), _Decimator(_LOW)
        self._waiting: list[Samples] = []
        self._samples = self._heard = 0

    def push(self, block: Samples) -> None:
        """Take the next samples, any number of them."""
        self._waiting.append(block)
        self._samples += block.size
        if self._samples - self._heard >= _CHUNK:
            self._work()

    def finish(self) -> Features:
        """Everything heard."""
        if self._waiting:
            self._work()
        full, low = self._attack.blocks.finish(), self._low_attack.blocks.finish()
        size = min(full.size, low.size)
        return Features(
            mel=self._mel.finish(),
            tones=self._tones.finish(),
            attack=np.stack([full[:size], low[:size]], axis=1),
            peaks=np.minimum(self._peaks.finish(), 1.0),
            duration=self._samples / RATE,
        )

    def _work(self) -> None:
        block = np.concatenate(self._waiting)
        self._waiting.clear()
        self._heard = self._samples
        self._mel.push(block)
        self._tones.push(self._quarter(block))
        self._attack.push(block)
        self._low_attack.push(self._low(block))
        self._peaks.push(block)


def _semitones() -> Array:
    """Weights (60, bins): a Gaussian per semitone, never narrower than the window can resolve."""
    bins = np.fft.rfftfreq(_TONE_WINDOW // _TONE_STEP, _TONE_STEP / RATE)
    centres = 440.0 * 2.0 ** ((np.arange(TONES) + LOWEST_TONE - 69) / 12.0)
    width = np.maximum(0.4 * centres * (2 ** (1 / 12) - 1), 0.6 * RATE / _TONE_WINDOW)
    weights = np.exp(-0.5 * ((bins[None, :] - centres[:, None]) / width[:, None]) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)

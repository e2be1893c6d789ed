"""Which pulse is danced: the one a tracker found, its off-beat, or one related to it as two to three, one to two, ...

A tracker finds a regular pulse; nothing in regularity says that people step on it. What says so is what the band does:
bass and low drum strike on beats, harmony turns on them, bars and eights of the right length repeat. Every pulse that
may be meant is described by such numbers, seen along the pulse that was found, and a linear score chooses
(multinomial logistic regression, weights in `fitted`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music import fitted
from bachata.music.features import FPS
from bachata.music.onsets import Onsets
from bachata.music.tempo import PRIOR_BPM
from bachata.music.turns import Harmonies, turning

Array = NDArray[np.float64]

STEPS: Final = 12
"""Points at which each beat found is looked at: halves, thirds and quarters of it are among them."""

PLAUSIBLE: Final = (82.0, 178.0)
"""BPM somebody may step to; reference section 4 says 100–180, old songs are slower."""

_RELATED: Final = (
    (12, 0), (12, 6), (8, 0), (8, 4), (9, 0), (9, 3), (9, 6), (16, 0), (16, 4), (16, 8), (16, 12), (6, 0),
    (24, 0), (24, 12), (18, 0), (18, 6), (18, 12),
)  # fmt: skip
"""(steps from beat to beat, step of the first beat): itself first, then its off-beat and its relatives."""

_LATE: Final = (0, -1, 1, -2, 2)  # twelfths of a beat that off-beats may swing
_REPEATING: Final = (0, 1, 2, 4, 5, 6)  # rows of the seen: all onsets, low, mid, scrape, chords, bass
_BARS: Final = (1, 2, 3, 4, 8)  # beats after which a row is compared with itself
_STRIKING: Final = 5  # rows of the seen that are onsets
_HARD: Final = 4.0  # deviations: what is struck harder says no more
_CONVINCED: Final = 1.0  # nats by which another pulse must win
_FEWEST: Final = 48  # beats: fewer, as in a clip, do not tell


@dataclass(frozen=True)
class Pulse:
    """A pulse related to the one found: `step` twelfths of a found beat from beat to beat, the first at twelfth
    `first`, all of them `late` twelfths later than that: an off-beat that swings lies late."""

    step: int
    first: int
    late: int = 0

    @property
    def is_found(self) -> bool:
        """Whether it is the pulse that was found."""
        return (self.step, self.first) == _RELATED[0]

    @property
    def same_tempo(self) -> bool:
        """Whether it is as fast as the pulse that was found: that one or its off-beat."""
        return self.step == STEPS

    def beats(self, found: Array) -> Array:
        """Its beats in seconds, within the span of those found."""
        at = np.arange(self.first, (found.size - 1) * STEPS + 1, self.step) + self.late
        return np.interp(at[at >= 0] / STEPS, np.arange(found.size), found)


def danced(heard: Onsets, harmonies: Harmonies, found: Array, *, same_tempo: bool = False) -> Pulse:
    """The pulse people would dance to, given the beats found (seconds). The found one unless another clearly wins.

    With `same_tempo` only its off-beat is considered.
    """
    if found.size < _FEWEST:
        return Pulse(*_RELATED[0])
    pulses, descriptions = described(heard, harmonies, found)
    allowed = np.array([pulse.same_tempo or not same_tempo for pulse in pulses])
    scores = np.where(allowed, descriptions @ fitted.PULSE, -np.inf)
    best = int(scores.argmax())
    return pulses[best] if scores[best] > scores[0] + _CONVINCED else pulses[0]


def described(heard: Onsets, harmonies: Harmonies, found: Array) -> tuple[list[Pulse], Array]:
    """(every pulse related to the beats found that somebody may step to, itself first; a row of numbers for each).

    Numbers are in the order of `fitted.PULSE`; shape (pulses, 58).
    """
    tempo = 60.0 / float(np.median(np.diff(found)))
    low, high = PLAUSIBLE
    seen = _seen(heard, harmonies, found)
    repeats = _repeats(seen)
    pulses = [Pulse(*_RELATED[0])]
    for step, first in _RELATED[1:]:
        if low <= tempo * STEPS / step <= high:
            late = 0 if first % step == 0 else _latest(seen, np.arange(first, seen.shape[1] - step, step))
            pulses.append(Pulse(step, first, late))
    return pulses, np.stack([_describe(seen, repeats, pulse, tempo) for pulse in pulses])


def _latest(seen: Array, beats: NDArray[np.int_]) -> int:
    """By how many twelfths of a beat all of these beats are better moved: to where most is struck."""
    struck = [float(seen[0, np.clip(beats + late, 0, seen.shape[1] - 1)].mean()) for late in _LATE]
    return _LATE[int(np.argmax(struck))]


def _seen(heard: Onsets, harmonies: Harmonies, found: Array) -> Array:
    """What happens at every twelfth of a beat: onsets of all and of each band, turning of chords and bass over a beat,
    of chords over two. Shape (8, steps)."""
    at = np.interp(np.arange((found.size - 1) * STEPS) / STEPS, np.arange(found.size), found)
    beat = np.interp(at, found[:-1], np.diff(found))
    frames = np.round(at * FPS).astype(int)[:, None] + np.arange(-1, 2)
    frames = np.clip(frames, 0, heard.strength.size - 1)
    struck = [np.minimum(row, _HARD)[frames].max(axis=1) for row in (heard.strength, *heard.bands)]
    chords, bass = harmonies.chords, harmonies.bass
    turns = [turning(chords, at, beat), turning(bass, at, beat), turning(chords, at, 2 * beat)]
    return np.stack([*struck, *(_HARD * turn for turn in turns)])


def _repeats(seen: Array) -> Array:
    """Autocorrelation of every row, 1 at lag 0; shape as `seen`."""
    centred = seen - seen.mean(axis=1, keepdims=True)
    size = centred.shape[1]
    padded = 1 << (2 * size - 1).bit_length()
    products = np.fft.irfft(np.abs(np.fft.rfft(centred, padded)) ** 2)[:, :size]
    return np.asarray(products / (products[:, :1] + 1e-9) * size / (size - np.arange(size)))


def _describe(seen: Array, repeats: Array, pulse: Pulse, tempo: float) -> Array:
    size, step = seen.shape[1], pulse.step
    octaves = np.log2(tempo * STEPS / step / PRIOR_BPM)
    alike = [repeats[row, step * bar] if step * bar < 0.7 * size else 0.0 for row in _REPEATING for bar in _BARS]
    usual = seen.mean(axis=1) + 1e-6
    beats = np.arange(pulse.first, size - step, step) + pulse.late
    beats = beats[(beats >= 0) & (beats < size - step)]

    def against_usual(*parts: float) -> Array:
        places = [np.round(beats + part * step).astype(int) for part in parts]
        return np.asarray(np.mean([seen[:, at].mean(axis=1) for at in places], axis=0) / usual - 1.0)

    middle = beats + step // 2
    half = seen[:, middle + _latest(seen, middle)].mean(axis=1) / usual - 1.0
    third, quarter = against_usual(1 / 3, 2 / 3)[:_STRIKING], against_usual(0.25, 0.75)[:_STRIKING]
    return np.concatenate([[octaves, octaves**2], alike, against_usual(0.0), half, third, quarter])

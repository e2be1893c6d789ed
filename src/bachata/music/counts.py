"""Which beat is count 1: all eight phases scored by several cues, none trusted alone.

The loudest low note is no guide (the bongo's low drum on 4 fools it). The bar line comes from the bass, long on 1 and
resting on 2, from the low drum as evidence for 4, and from harmony changing on 1. Count 1 is told from count 5 by the
places where the band changes, which are eight counts apart, and by harmony that lasts two bars (reference section 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.beatwise import change, peak_near, per_beat
from bachata.music.features import FPS, TONE_FPS, Features
from bachata.music.onsets import BANDS, Onsets, decibels
from bachata.music.structure import BAR, bars, parity_costs

Array = NDArray[np.float64]

COUNTS: Final = 8
_BASS_TONES: Final = 24  # semitones of `tones` that a bass plays: two octaves from low E
_SURE_PARITY: Final = 4.0  # difference of partition costs, in columns, that settles 1 against 5
_PARITY_WEIGHT: Final = 1.0
_LONG_HARMONY_WEIGHT: Final = 0.2


@dataclass(frozen=True)
class Cue:
    """A curve over the beats, its expected shape over a bar from count 1, and its say in the sum."""

    name: str
    curve: Array
    shape: tuple[float, ...]
    weight: float


@dataclass(frozen=True)
class Counted:
    """`count_one`: index 0..7 into the beats of the first count 1. `scores[k]`: how well beat k would do as count 1.

    `bar` and `phrase`, 0..1: how clearly the bar line, and then 1 against 5, stood out.
    """

    count_one: int
    scores: tuple[float, ...]
    bar: float
    phrase: float


def count(features: Features, heard: Onsets, beats: Array) -> Counted:
    """Score all eight phases of `beats` (seconds). Fewer than nine beats give phase 0 without confidence."""
    if beats.size <= COUNTS:
        return Counted(0, (0.0,) * COUNTS, 0.0, 0.0)
    harmony = Harmony.of(features, beats)
    in_bar = np.zeros(BAR)
    for cue in bar_cues(features, heard, beats, harmony):
        in_bar += cue.weight * _match(cue)
    of_two = phrase_evidence(features, heard, beats, harmony)
    scores = np.concatenate([in_bar + of_two, in_bar - of_two])
    best = int(scores.argmax())
    others = np.delete(in_bar, best % BAR)
    length = min(1.0, beats.size / 64.0)
    return Counted(
        count_one=best,
        scores=tuple(round(float(s), 4) for s in scores),
        bar=length * _sureness(float(in_bar[best % BAR] - others.max()) / 1.0),
        phrase=length * _sureness(2.0 * abs(float(of_two[best % BAR])) / 0.8),
    )


@dataclass(frozen=True)
class Harmony:
    """Bass notes (beats, 24) and pitch classes above them (beats, 12), each row of unit length."""

    bass: Array
    chords: Array

    @classmethod
    def of(cls, features: Features, beats: Array) -> Harmony:
        """What sounds during each beat, against what the song always sounds like."""
        tones = per_beat(features.tones, TONE_FPS, beats, features.duration)
        low, high = tones[:, :_BASS_TONES], tones[:, _BASS_TONES:]
        bass = np.log1p(low / (np.median(low, axis=0) + 1e-9))
        chords = np.sqrt(np.maximum(0.0, high - np.percentile(high, 40, axis=0)))
        classes = np.stack([chords[:, k::12].sum(axis=1) for k in range(12)], axis=1)
        return cls(_unit_rows(bass - bass.mean(axis=0)), _unit_rows(classes))


def bar_cues(features: Features, heard: Onsets, beats: Array, harmony: Harmony) -> list[Cue]:
    """The evidence for the bar line, cue by cue; shapes start at count 1."""
    bands = {name: peak_near(heard.bands[i], FPS, beats) for i, name in enumerate(BANDS)}
    low = decibels(features.mel[:, :3])
    return [
        Cue("bass attack", bands["low"], (0.5, -1.0, 0.2, 0.3), 1.0),
        Cue("bass held", per_beat(low, FPS, beats, features.duration).mean(axis=1), (1.0, -0.6, -0.5, 0.1), 1.2),
        Cue("low drum", bands["mid"], (-0.2, -0.8, 0.0, 1.0), 0.8),
        Cue("bass line changes", change(harmony.bass, 4, 4), (1.0, 0.2, -0.6, -0.6), 2.0),
        Cue("chords change", change(harmony.chords, 2, 2), (1.0, 0.0, -0.5, -0.5), 2.0),
    ]


def phrase_evidence(features: Features, heard: Onsets, beats: Array, harmony: Harmony) -> Array:
    """For each bar phase, shape (4,): above zero when its first bar begins the eight, below when its second does."""
    turning = np.zeros(BAR)
    for phase in range(BAR):
        rows = bars(features, heard, beats, phase)
        even, odd = parity_costs(rows)
        turning[phase] = np.tanh((odd - even) / rows.rows.shape[1] / _SURE_PARITY)
    long = change(harmony.bass, 8, 8) + change(harmony.chords, 8, 8)
    long = (long - long.mean()) / (long.std() + 1e-9)
    folded = np.array([long[k::COUNTS].mean() for k in range(COUNTS)])
    return np.asarray(_PARITY_WEIGHT * turning + _LONG_HARMONY_WEIGHT * (folded[:BAR] - folded[BAR:]))


def _match(cue: Cue) -> Array:
    """Mean product of the cue's standardised curve, folded over the bar, with its shape at each phase; shape (4,)."""
    deviation = float(cue.curve.std())
    if deviation < 1e-9:
        return np.zeros(BAR)
    standard = np.clip((cue.curve - cue.curve.mean()) / deviation, -4.0, 4.0)
    folded = np.array([standard[k::BAR].mean() for k in range(BAR)])
    return np.array([float(np.asarray(cue.shape) @ np.roll(folded, -k)) for k in range(BAR)]) / 2


def _sureness(margin: float) -> float:
    return float(1.0 - np.exp(-max(0.0, margin)))


def _unit_rows(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))

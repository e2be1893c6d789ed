"""Which beat is count 1: all eight phases scored by several cues, none trusted alone.

The loudest low note is no guide (the bongo's low drum on 4 fools it). The bar line comes from the bass, long on 1 and
resting on 2, from the low drum as evidence for 4, and from harmony changing on 1 (reference section 4). Count 1 is told
from count 5 by the places where the music changes its look, and by the partition into sections that explains it best.
How much each cue says is fitted (`fitted`), by logistic regression, so the scores of the phases are their log odds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music import fitted
from bachata.music.beatwise import change, peak_near, per_beat
from bachata.music.features import FPS, TONE_FPS, Features
from bachata.music.looks import novelty
from bachata.music.onsets import BANDS, Onsets, decibels
from bachata.music.structure import BAR, bars, parity_costs
from bachata.music.turns import BASS_TONES, Harmonies, turning

Array = NDArray[np.float64]

COUNTS: Final = 8
_SURE_PARITY: Final = 4.0  # difference of partition costs, in columns, that settles 1 against 5
_ON_ONE: Final = (1.0, -1 / 3, -1 / 3, -1 / 3)
_CALM: Final = 1.3  # songs unlike those the weights were fitted on deserve less certainty than the fit claims
_LONG: Final = 64.0  # beats from which a song is long enough to be sure


@dataclass(frozen=True)
class Cue:
    """A curve over the beats, and its expected shape over a bar from count 1."""

    name: str
    curve: Array
    shape: tuple[float, ...]


@dataclass(frozen=True)
class Counted:
    """`count_one`: index 0..7 into the beats of the first count 1. `scores[k]`: how well beat k would do as count 1.

    `bar` and `phrase`, 0..1: how likely the bar line is right, and then 1 rather than 5; 0 for a guess.
    """

    count_one: int
    scores: tuple[float, ...]
    bar: float
    phrase: float


def count(features: Features, heard: Onsets, beats: Array) -> Counted:
    """Score all eight phases of `beats` (seconds). Fewer than nine beats give phase 0 without confidence."""
    if beats.size <= COUNTS:
        return Counted(0, (0.0,) * COUNTS, 0.0, 0.0)
    in_bar = bar_evidence(features, heard, beats) @ fitted.BAR
    of_two = phrase_evidence(features, heard, beats) @ fitted.PHRASE
    scores = np.concatenate([in_bar + of_two, in_bar - of_two])
    best = int(scores.argmax())
    length = min(1.0, beats.size / _LONG)
    return Counted(
        count_one=best,
        scores=tuple(round(float(s), 4) for s in scores),
        bar=length * _better_than_chance(in_bar, best % BAR),
        phrase=length * _better_than_chance(np.array([1.0, -1.0]) * of_two[best % BAR], best // BAR),
    )


def bar_evidence(features: Features, heard: Onsets, beats: Array) -> Array:
    """What each cue says for each bar phase, in the order of `fitted.BAR`; shape (4, cues)."""
    return np.stack([_match(cue) for cue in bar_cues(features, heard, beats)], axis=1)


def _better_than_chance(scores: Array, chosen: int) -> float:
    """Probability of the chosen one as a share of the way from chance to certainty."""
    odds = np.exp((scores - scores.max()) / _CALM)
    chance = 1.0 / scores.size
    return float(max(0.0, (odds[chosen] / odds.sum() - chance) / (1.0 - chance)))


@dataclass(frozen=True)
class Harmony:
    """Bass notes (beats, 24) and pitch classes above them (beats, 12), each row of unit length."""

    bass: Array
    chords: Array

    @classmethod
    def of(cls, features: Features, beats: Array) -> Harmony:
        """What sounds during each beat, against what the song always sounds like."""
        tones = per_beat(features.tones, TONE_FPS, beats, features.duration)
        low, high = tones[:, :BASS_TONES], tones[:, BASS_TONES:]
        bass = np.log1p(low / (np.median(low, axis=0) + 1e-9))
        chords = np.sqrt(np.maximum(0.0, high - np.percentile(high, 40, axis=0)))
        classes = np.stack([chords[:, k::12].sum(axis=1) for k in range(12)], axis=1)
        return cls(_unit_rows(bass - bass.mean(axis=0)), _unit_rows(classes))


def bar_cues(features: Features, heard: Onsets, beats: Array) -> list[Cue]:
    """The evidence for the bar line, cue by cue; shapes start at count 1."""
    bands = {name: peak_near(heard.bands[i], FPS, beats) for i, name in enumerate(BANDS)}
    low = decibels(features.mel[:, :3])
    harmony, tones = Harmony.of(features, beats), Harmonies.of(features)
    beat = np.append(np.diff(beats), beats[-1] - beats[-2])
    turns = [
        Cue(f"{name} turn over {span}", turning(rows, beats, span * beat), _ON_ONE)
        for span in (1, 2, 4)
        for name, rows in (("chords", tones.chords), ("bass", tones.bass))
    ]
    return [
        Cue("bass attack", bands["low"], (0.5, -1.0, 0.2, 0.3)),
        Cue("bass held", per_beat(low, FPS, beats, features.duration).mean(axis=1), (1.0, -0.6, -0.5, 0.1)),
        Cue("low drum", bands["mid"], (-0.2, -0.8, 0.0, 1.0)),
        Cue("bass line changes", change(harmony.bass, 4, 4), (1.0, 0.2, -0.6, -0.6)),
        Cue("chords change", change(harmony.chords, 2, 2), (1.0, 0.0, -0.5, -0.5)),
        *turns,
    ]


def phrase_evidence(features: Features, heard: Onsets, beats: Array) -> Array:
    """For each bar phase: above zero when its first bar begins the eight, below when its second does.

    In the order of `fitted.PHRASE`: novelty of every look and span, then the partition's; shape (4, 18).
    """
    new = novelty(features, heard, Harmonies.of(features), beats)
    whole = new[:, : beats.size // COUNTS * COUNTS].reshape(new.shape[0], -1, COUNTS).mean(axis=1)
    rows = []
    for phase in range(BAR):
        by_bar = bars(features, heard, beats, phase)
        even, odd = parity_costs(by_bar)
        margin = (odd - even) / by_bar.rows.shape[1] / _SURE_PARITY
        rows.append(np.concatenate([whole[:, phase] - whole[:, phase + BAR], [np.tanh(margin), margin]]))
    return np.stack(rows)


def _match(cue: Cue) -> Array:
    """Mean product of the cue's standardised curve, folded over the bar, with its shape at each phase; shape (4,)."""
    deviation = float(cue.curve.std())
    if deviation < 1e-9:
        return np.zeros(BAR)
    standard = np.clip((cue.curve - cue.curve.mean()) / deviation, -4.0, 4.0)
    folded = np.array([standard[k::BAR].mean() for k in range(BAR)])
    return np.array([float(np.asarray(cue.shape) @ np.roll(folded, -k)) for k in range(BAR)]) / 2


def _unit_rows(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))

"""Which beat is count 1: all eight phases scored by several cues, none trusted alone.

The loudest low note is no guide (the bongo's low drum on 4 fools it), so the cues are: the bass, long on 1 and resting
on 2; the low drum as evidence for 4; harmony changing on 1; and, to tell 1 from 5, harmony over two bars and the
places where the band changes, which are eight counts apart (reference section 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.beatwise import change, peak_near, per_beat
from bachata.music.features import FPS, TONE_FPS, Features
from bachata.music.onsets import BANDS, Onsets, decibels

Array = NDArray[np.float64]

COUNTS: Final = 8
BAR: Final = 4
_BASS_TONES: Final = 24  # semitones of `tones` that a bass plays: two octaves from low E


@dataclass(frozen=True)
class Cue:
    """A curve over the beats, its expected shape over a bar (or over two) and its say in the sum."""

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
    scores = np.zeros(COUNTS)
    for cue in cues(features, heard, beats):
        scores += cue.weight * _match(cue)
    best = int(scores.argmax())
    same_bar = (best + BAR) % COUNTS
    rivals = [scores[k] for k in range(COUNTS) if k not in (best, same_bar)]
    bar_margin = max(scores[best], scores[same_bar]) - max(rivals)
    phrase_margin = scores[best] - scores[same_bar]
    length = min(1.0, beats.size / 64.0)
    return Counted(
        count_one=best,
        scores=tuple(round(float(s), 4) for s in scores),
        bar=float(length * (1.0 - np.exp(-bar_margin / 0.8))),
        phrase=float(length * (1.0 - np.exp(-phrase_margin / 0.25))),
    )


def cues(features: Features, heard: Onsets, beats: Array) -> list[Cue]:
    """The evidence, cue by cue; shapes start at count 1."""
    tones = np.sqrt(per_beat(features.tones, TONE_FPS, beats, features.duration))
    bass, chords = _unit_rows(tones[:, :_BASS_TONES]), _unit_rows(tones[:, _BASS_TONES:])
    timbre = per_beat(decibels(features.mel), FPS, beats, features.duration) / 10.0
    bands = {name: peak_near(heard.bands[i], FPS, beats) for i, name in enumerate(BANDS)}
    turning = change(timbre, 16, 16) + change(timbre, 8, 8)
    return [
        Cue("bass attack", bands["low"], (0.5, -1.0, 0.2, 0.3), 0.5),
        Cue("bass held", timbre[:, :3].mean(axis=1), (1.0, -0.6, -0.5, 0.1), 0.6),
        Cue("low drum", bands["mid"], (-0.2, -0.8, 0.0, 1.0), 0.4),
        Cue("harmony", change(bass, 4, 4) + change(chords, 4, 4), (1.0, 0.2, -0.6, -0.6), 1.0),
        Cue("harmony over two bars", change(bass, 8, 8) + change(chords, 8, 8), _PHRASE, 0.8),
        Cue("the band changes", _peaks(turning), _PHRASE, 0.8),
    ]


_PHRASE: Final = (1.0, 0.2, -0.2, -0.2, -0.4, -0.2, -0.2, 0.0)


def _match(cue: Cue) -> Array:
    """Mean product of the cue's standardised curve, folded over eight counts, with its shape at each phase."""
    deviation = float(cue.curve.std())
    if deviation < 1e-9:
        return np.zeros(COUNTS)
    standard = np.clip((cue.curve - cue.curve.mean()) / deviation, -4.0, 4.0)
    folded = np.array([standard[k::COUNTS].mean() for k in range(COUNTS)])
    shape = np.resize(np.asarray(cue.shape), COUNTS)
    return np.array([float(shape @ np.roll(folded, -k)) for k in range(COUNTS)]) / (COUNTS / 4)


def _peaks(curve: Array) -> Array:
    """Only the tops: each value that is the largest of the eight around it, zero elsewhere."""
    padded = np.pad(curve, COUNTS // 2, constant_values=-np.inf)
    around = np.lib.stride_tricks.sliding_window_view(padded, COUNTS + 1).max(axis=1)
    tops = np.where(curve >= around, curve, 0.0)
    return np.where(tops > np.median(curve), tops, 0.0)


def _unit_rows(rows: Array) -> Array:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

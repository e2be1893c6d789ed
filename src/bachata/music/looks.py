"""How much the music changes its look at every beat: in timbre, in what is struck, in harmony, in all of them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.beatwise import per_beat
from bachata.music.features import FPS, TONE_FPS, Features
from bachata.music.onsets import Onsets, decibels
from bachata.music.turns import Harmonies

Array = NDArray[np.float64]

SPANS: Final = (2, 4, 8, 16)
"""Beats on either side that are compared."""

_MELS_PER_COLUMN: Final = 4
_PARTS: Final = (0.0, 0.5, 0.25, 0.75)  # of a beat, at which strokes are compared
_HARD: Final = 4.0
_NEAR_END: Final = 8  # beats: what is compared with a stub always looks new


def novelty(features: Features, heard: Onsets, harmonies: Harmonies, beats: Array) -> Array:
    """Change of look at each beat, standardised over the song; shape (4 looks x 4 spans, beats)."""
    level = per_beat(decibels(features.mel), FPS, beats, features.duration)
    timbre = level.reshape(level.shape[0], -1, _MELS_PER_COLUMN).mean(axis=2)
    strokes = _strokes(heard, beats)
    harmony = per_beat(harmonies.tones, TONE_FPS, beats, features.duration)
    looks = (timbre, strokes, harmony, np.concatenate([timbre, strokes], axis=1))
    return np.stack([_changes(_standard(look), span) for look in looks for span in SPANS])


def _strokes(heard: Onsets, beats: Array) -> Array:
    length = np.append(np.diff(beats), beats[-1] - beats[-2])
    near = np.arange(-2, 3)
    rows = []
    for part in _PARTS:
        frames = np.round((beats + part * length) * FPS).astype(int)[:, None] + near
        rows.append(np.minimum(heard.bands[:, np.clip(frames, 0, heard.bands.shape[1] - 1)].max(axis=2), _HARD).T)
    return np.concatenate(rows, axis=1)


def _standard(rows: Array) -> Array:
    return np.asarray(np.clip((rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-6), -3.0, 3.0))


def _changes(rows: Array, span: int) -> Array:
    size = rows.shape[0]
    total = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    at = np.arange(size)
    first, last = np.maximum(at - span, 0), np.minimum(at + span, size)
    past = (total[at] - total[first]) / np.maximum(at - first, 1)[:, None]
    future = (total[last] - total[at]) / np.maximum(last - at, 1)[:, None]
    change = np.linalg.norm(future - past, axis=1)
    stub = min(span, _NEAR_END)
    known = (at >= stub) & (size - at >= stub)
    if not known.any():
        return np.zeros(size)
    standard = (change - change[known].mean()) / (change[known].std() + 1e-9)
    return np.where(known, np.clip(standard, -3.0, 4.0), 0.0)

"""How strong the rhythm is and how much of it lies off the beat: two numbers for a whole song, each 0 to 1.

The ancestor's definitions (reference, seed-system section 1) with what they meant to measure measured directly:

- strength = 0.4 consistency + 0.3 accent + 0.3 alternation. Consistency: attacks are heard at the beats and do not
  scatter around them (0 at 35 ms). Accent: onsets at the beats against those a quarter, half and three quarters
  later, (on - off) / (on + off). Alternation: what one beat, bar and eight plays, the next plays again (`pulse`).
- syncopation = mean of three shares of all that is struck, weighed by force: more than 80 ms from any beat; 50 to
  150 ms before one; on beats 2 and 4 of those on a beat. A click on every beat has 0.17, clicks midway between them
  0.33 or more.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.beatwise import peak_near
from bachata.music.confidence import alike
from bachata.music.document import Rhythm
from bachata.music.features import FPS
from bachata.music.grid import Grid
from bachata.music.onsets import Onsets

Array = NDArray[np.float64]

_SCATTER: Final = 0.035  # seconds; as in `beat_confidence`
_STRUCK: Final = 1.0  # deviations an onset rises to count as struck
_OFF, _ON, _EARLY = 0.080, 0.050, 0.150  # seconds; the ancestor's


def rhythm(heard: Onsets, grid: Grid, count_one: int, pulse_: float) -> Rhythm | None:
    """The two numbers; None without beats. `pulse_` is the song's."""
    beats = grid.beats
    if beats.size < 8:
        return None
    consistency = float(np.clip(1.0 - grid.spread / _SCATTER, 0.0, 1.0)) * grid.support
    strength = 0.4 * consistency + 0.3 * _accent(heard, beats) + 0.3 * alike(pulse_)
    return Rhythm(
        strength=round(min(1.0, strength), 4),
        syncopation=round(syncopation(heard, beats, count_one), 4),
    )


def hits_at(envelope: Array, beats: Array, part: float, reach: float = 0.03) -> Array:
    """How hard each beat is struck `part` of a beat after it, at most 4 deviations; shape (beats - 1,)."""
    return np.minimum(peak_near(envelope, FPS, beats[:-1] + part * np.diff(beats), reach), 4.0)


def syncopation(heard: Onsets, beats: Array, count_one: int) -> float:
    """See the top of this file; 0..1."""
    strength = heard.strength
    middle = strength[1:-1]
    at = 1 + np.flatnonzero((middle > _STRUCK) & (middle >= strength[:-2]) & (middle > strength[2:]))
    times, force = at / FPS, np.minimum(strength[at], 4.0)
    within = (times >= beats[0] - _ON) & (times <= beats[-1] + _ON)
    times, force = times[within], force[within]
    if times.size == 0:
        return 0.0
    after = np.clip(np.searchsorted(beats, times), 1, beats.size - 1)
    since, until = times - beats[after - 1], beats[after] - times
    near = np.minimum(np.abs(since), np.abs(until))
    beat = np.where(np.abs(since) <= np.abs(until), after - 1, after)
    weak = (beat - count_one) % 2 == 1
    on = near < _ON
    off_beat = float(force[near > _OFF].sum() / force.sum())
    early = float(force[(until >= _ON) & (until <= _EARLY)].sum() / force.sum())
    back = float(force[on & weak].sum() / force[on].sum()) if on.any() else 0.0
    return (off_beat + early + back) / 3.0


def _accent(heard: Onsets, beats: Array) -> float:
    on = float(hits_at(heard.strength, beats, 0.0).mean())
    off = float(np.mean([hits_at(heard.strength, beats, part).mean() for part in (0.25, 0.5, 0.75)]))
    return float(np.clip((on - off) / max(on + off, 1e-9), 0.0, 1.0))

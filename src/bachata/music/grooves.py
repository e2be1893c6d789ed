"""Derecho, majao or mambo: which of bachata's grooves a section is played in, told by the güira (reference section 4).

Derecho scrapes eighths, majao one broad stroke a beat, mambo is the busiest, with strokes between the eighths. What
counts is how hard the güira's band is struck between the beats against on them. A tag with a confidence, not a claim:
not every song has all three, and other percussion hisses too.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.music.document import Groove
from bachata.music.onsets import BANDS, Onsets
from bachata.music.rhythm import hits_at

Array = NDArray[np.float64]

_EIGHTH: Final = (0.40, 0.70)  # of the stroke on the beat: below is majao, above is derecho
_SIXTEENTH: Final = (0.15, 0.45)  # below is no mambo, above is one
_SWUNG: Final = (0.5, 0.58, 0.66)  # where in a beat its second stroke may fall, straight to triplet
_HEARD: Final = 2.0  # deviations the strokes on the beats rise where there is a güira to go by
_EMPTY: Final = (0.125, 0.375, 0.875)
_REACH: Final = 0.02  # seconds
_FAINT: Final = 0.3  # deviations above the hiss: less is no güira
_FEWEST: Final = 8  # beats


def groove(heard: Onsets, beats: Array) -> tuple[Groove | None, float]:
    """(groove, confidence 0..1) of the beats of a section; None when there is too little to tell by."""
    if beats.size <= _FEWEST:
        return None, 0.0
    strokes = heard.bands[BANDS.index("scrape")]

    def struck(part: float) -> Array:
        return hits_at(strokes, beats, part, _REACH)

    # Where no groove strikes: what is heard there as well is hiss.
    floor = float(np.mean([struck(part).mean() for part in _EMPTY]))
    on = float(struck(0.0).mean()) - floor
    if on < _FAINT:
        return None, 0.0
    eighth = max(0.0, float(np.max([struck(part) for part in _SWUNG], axis=0).mean()) - floor) / on
    sixteenth = max(0.0, max(float(struck(part).mean()) for part in (0.25, 0.75)) - floor) / on
    busy, second = _between(sixteenth, *_SIXTEENTH), _between(eighth, *_EIGHTH)
    shares: dict[Groove, float] = {
        "mambo": busy,
        "derecho": (1.0 - busy) * second,
        "majao": (1.0 - busy) * (1.0 - second),
    }
    best = max(shares, key=lambda name: shares[name])
    return best, float(np.clip((shares[best] - 1 / 3) * 1.5, 0.0, 1.0)) * min(1.0, on / _HEARD)


def _between(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))

"""What 512 numbers say of how a couple dances eight counts, before they are scaled.

All lengths are in the couple's own height, all places relative to the middle of their outline. What is left of it is
one person, what is right of it the other: of a couple that faces each other across the picture, lead and follow. Their
sides mirror each other, so that "towards the partner" is one direction. Rows are quarters of the couple's height: heads
and raised arms, chests, hips, feet.

| from | block      | numbers                                                                  | shape         |
|------|------------|--------------------------------------------------------------------------|---------------|
| 0    | places     | how much, towards the partner, downwards: by count, person and row       | 8 × 2 × 4 × 3 |
| 192  | couple     | travel x, y; growth; width to height; how much; left's share: by count   | 8 × 6         |
| 240  | accents    | how much in each quarter of each count, against the whole: by person     | 8 × 4 × 2     |
| 304  | directions | root of the share of all motion, by person, row and eight directions     | 2 × 4 × 8     |
| 368  | periods    | how strongly each of the three changes, by person and row, in five bands | 2 × 4 × 3 × 5 |
| 488  | outline    | the mean shape of the poses                                              | 24            |

The bands are 1, 2–3, 4–6, 7–10 and 11–16 changes in eight counts: phrase, bar, count, syncopation, accent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.eights import COUNTS
from bachata.moves.body.flow import Flow
from bachata.moves.body.places import LEVELS, PERSONS, SIGNALS, Boxes, places_of
from bachata.moves.catalogue import Pose

QUARTERS: Final = 4

BLOCKS: Final = {"places": 192, "couple": 48, "accents": 64, "directions": 64, "periods": 120, "outline": 24}
"""Sizes of the parts of a description, in their order."""

_BANDS: Final = ((1, 2), (2, 4), (4, 7), (7, 11), (11, 17))
_LITTLE: Final = 0.01
"""Activity of one person's row from which on what matters is how many times as much, no longer how much more."""

_Numbers = NDArray[np.float64]


def describe(flow: Flow, poses: Sequence[Pose], beats: Sequence[int], first: int, slot: int) -> _Numbers:
    """The description of the eight counts from beat `first` to beat `first` + 8; (512,).

    `slot`: which count the first of them is, from 0: the numbers of count 1 come first in any case. `poses`: one at
    each beat.
    """
    edges = np.asarray(beats[first : first + COUNTS + 1], dtype=np.float64)
    signals = places_of(flow, Boxes(beats, poses), edges)
    quarters = np.interp(np.arange(COUNTS * QUARTERS + 1) / QUARTERS, np.arange(COUNTS + 1), edges)
    moved = signals.means(quarters).reshape(COUNTS * QUARTERS, PERSONS, LEVELS, SIGNALS)
    stances = poses[first : first + COUNTS + 1]
    couple = _couple(moved, stances)
    moved = np.roll(moved, slot * QUARTERS, axis=0)
    parts = [
        _places(moved), np.roll(couple, slot, axis=0), _accents(moved), _directions(moved), _periods(moved),
        np.mean([p.shape for p in stances], axis=0) / 100,
    ]  # fmt: skip
    return np.concatenate([part.ravel() for part in parts])


def _places(moved: _Numbers) -> _Numbers:
    by_count = moved[..., :3].reshape(COUNTS, QUARTERS, PERSONS, LEVELS, 3).mean(axis=1)
    return np.asarray(np.arcsinh(by_count / _LITTLE))


def _couple(moved: _Numbers, stances: Sequence[Pose]) -> _Numbers:
    """(COUNTS, 6)."""
    x, y, width, height = (np.array([getattr(p, name) for p in stances]) for name in ("x", "y", "width", "height"))
    size = np.median(height)
    by_person = moved[..., 0].sum(axis=2).reshape(COUNTS, QUARTERS, PERSONS).mean(axis=1)
    amount = by_person.sum(axis=1)
    return np.column_stack(
        [
            np.diff(x) / size,
            np.diff(y) / size,
            np.diff(np.log(height)),
            np.log(width / height)[:-1],
            np.arcsinh(amount / _LITTLE),
            (by_person[:, 0] - by_person[:, 1]) / (amount + _LITTLE),
        ]
    )


def _accents(moved: _Numbers) -> _Numbers:
    by_person = moved[..., 0].sum(axis=2)
    return np.asarray(np.log((by_person + _LITTLE) / (by_person.mean() + _LITTLE)))


def _directions(moved: _Numbers) -> _Numbers:
    share = moved[..., 3:].mean(axis=0)
    return np.asarray(np.sqrt(share / max(share.sum(), 1e-12)))


def _periods(moved: _Numbers) -> _Numbers:
    strength = np.abs(np.fft.rfft(moved[..., :3], axis=0)) / len(moved)
    bands = [np.sqrt((strength[a:b] ** 2).sum(axis=0)) for a, b in _BANDS]
    return np.asarray(np.arcsinh(np.stack(bands, axis=-1) / _LITTLE))

"""Who is who from picture to picture, and which two are the couple."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.people.person import Person, likeness

_SAME: Final = 0.3
"""Likeness from which on it is the same person."""
_PATIENCE: Final = 8
"""Pictures a person may be hidden in, behind the other one, and still be known again."""


@dataclass
class Track:
    """One person: in which pictures, and how."""

    pictures: list[int] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    def middle_at(self, picture: int) -> float:
        """Where the person is across, in or nearest to a picture."""
        nearest = int(np.argmin(np.abs(np.asarray(self.pictures) - picture)))
        return float(self.people[nearest].middle[0])


@dataclass(frozen=True, eq=False)
class Couple:
    """Lead and follow in each of n pictures.

    `frames`: (n,), the number of each picture in its clip, of `rate` frames a second. `points`: (n, 2, 17, 2), picture
    heights from the middle of the picture. `sure`: (n, 2, 17), 0 to 1.
    """

    frames: NDArray[np.int64]
    rate: float
    points: NDArray[np.float64]
    sure: NDArray[np.float64]


def tracks_of(pictures: Sequence[Sequence[Person]]) -> list[Track]:
    """People followed through pictures, those most alike first (greedily)."""
    tracks: list[Track] = []
    for number, people in enumerate(pictures):
        open_ = [t for t in tracks if number - t.pictures[-1] <= _PATIENCE]
        pairs = [(likeness(t.people[-1], p), i, j) for i, t in enumerate(open_) for j, p in enumerate(people)]
        taken: set[int] = set()
        given: set[int] = set()
        for alike, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
            if alike < _SAME or i in taken or j in given:
                continue
            taken.add(i)
            given.add(j)
            open_[i].pictures.append(number)
            open_[i].people.append(people[j])
        tracks += [Track([number], [p]) for j, p in enumerate(people) if j not in given]
    return tracks


def couple_of(
    pictures: Sequence[Sequence[Person]], frames: NDArray[np.int64], rate: float, first_beat: int
) -> Couple | None:
    """The two who are seen longest; the one further left at frame `first_beat` leads. None when there are no two.

    `pictures`: who is in each, `frames`: their numbers in a clip of `rate` frames a second.
    While one of them is not seen, their joints go straight from where they were to where they are next.
    """
    longest = sorted(tracks_of(pictures), key=lambda t: (-len(t.pictures), t.pictures[0], t.middle_at(0)))[:2]
    if len(longest) < 2:
        return None
    there = int(np.abs(frames - first_beat).argmin())
    lead, follow = sorted(longest, key=lambda t: t.middle_at(there))
    whole = [_whole(track, len(pictures)) for track in (lead, follow)]
    points, sure = (np.stack(parts, axis=1) for parts in zip(*whole, strict=True))
    return Couple(frames, rate, points, sure)


def _whole(track: Track, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = np.stack([p.points for p in track.people])
    sure = np.stack([p.sure for p in track.people])
    every = np.arange(count)
    known = np.asarray(track.pictures)
    flat = points.reshape(len(points), -1)
    filled = np.column_stack([np.interp(every, known, column) for column in flat.T])
    shown = np.column_stack([np.interp(every, known, column) for column in sure.T])
    return filled.reshape(count, *points.shape[1:]), shown

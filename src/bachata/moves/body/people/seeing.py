"""A clip to what is known of its dancers, by the joints a pose model finds."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body import seeing as by_flow
from bachata.moves.body.descriptor import VERSION as FLOW
from bachata.moves.body.document import Body, Vector
from bachata.moves.body.eights import eights
from bachata.moves.body.flow import flow_of
from bachata.moves.body.motion import kinetic_beats, motion_between
from bachata.moves.body.outline import poses_at as outlines_at
from bachata.moves.body.people import simcc, yolo
from bachata.moves.body.people.descriptor import VERSION, describe, vector_of
from bachata.moves.body.people.joints import USUAL, activity_of, poses_at
from bachata.moves.body.people.model import PoseModel
from bachata.moves.body.people.person import Person
from bachata.moves.body.people.tracks import Couple, couple_of
from bachata.moves.body.pictures import coloured, look
from bachata.moves.body.scaling import unknown

PER_SECOND: Final = 10
"""Pictures a model looks at in a second: five a beat. It is what costs."""
HEIGHT: Final = 360
"""Of those pictures: 640 wide, which is what the models take."""


@dataclass(frozen=True, eq=False)
class PoseEyes:
    """Eyes for people, by a model's keypoints."""

    model: PoseModel

    @property
    def version(self) -> str:
        """The descriptor's, the model's (two do not see alike), and flow's, which tells where no couple is found."""
        return f"{VERSION}.{self.model.digest[:8]}.{FLOW}"

    def __call__(
        self, path: Path, beats: Sequence[int], rate: Fraction, *, count_one: int, stop: threading.Event | None = None
    ) -> Body:
        """As `bachata.moves.body.see`; where no two people are found, motion, kinetic beats and poses are from flow,
        and the vector is not known."""
        frames, people = self._people(path, rate, stop)
        couple = couple_of(people, frames, float(rate), beats[0]) if len(frames) > 1 else None
        if couple is None:
            seen = by_flow.see(path, beats, rate, count_one=count_one, stop=stop)
            return Body(unknown(), self.version, seen.motion, seen.kinetic_beats, seen.poses)
        activity = activity_of(couple)
        return Body(
            _vector(couple, beats, count_one),
            self.version,
            motion_between(activity, beats, USUAL),
            kinetic_beats(activity, float(rate)),
            poses_at(couple, beats),
        )

    def _people(
        self, path: Path, rate: Fraction, stop: threading.Event | None
    ) -> tuple[NDArray[np.int64], list[list[Person]]]:
        """Which pictures were looked at, and who is in each."""
        pictures = coloured(path, rate, per_second=PER_SECOND, height=HEIGHT, stop=stop)
        if self.model.layout == "yolo":
            found = [(number, yolo.people_in(self.model, picture)) for number, picture in pictures]
        else:
            boxes = _Boxes(path, rate, stop)
            found = [(number, simcc.people_in(self.model, picture, boxes.at(number))) for number, picture in pictures]
        return np.array([number for number, _ in found], dtype=np.int64), [people for _, people in found]


class _Boxes:
    """Where two people are, for a model that must be told: the halves of the outline that flow shows."""

    def __init__(self, path: Path, rate: Fraction, stop: threading.Event | None) -> None:
        pictures = look(path, rate, stop=stop)
        self._frames = pictures.frames
        self._poses = outlines_at(pictures, flow_of(pictures), pictures.frames.tolist())

    def at(self, frame: int) -> tuple[simcc.Box, ...]:
        """Two boxes, or none where nobody is ever seen."""
        return simcc.halves(self._poses[int(np.abs(self._frames - frame).argmin())]) if self._poses else ()


def _vector(couple: Couple, beats: Sequence[int], count_one: int) -> Vector:
    found = [describe(couple, beats, first, slot) for first, slot in eights(len(beats), count_one)]
    return vector_of(np.mean(found, axis=0)) if found else unknown()

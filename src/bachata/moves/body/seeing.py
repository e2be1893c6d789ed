"""A clip to what is known of its dancers: one look at its pictures, everything from their flow."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bachata.moves.body.description import describe
from bachata.moves.body.descriptor import VERSION, vector_of
from bachata.moves.body.document import Body, Vector
from bachata.moves.body.eights import eights
from bachata.moves.body.flow import Flow, flow_of
from bachata.moves.body.motion import activity_of, motion_between
from bachata.moves.body.outline import poses_at
from bachata.moves.body.pictures import look
from bachata.moves.body.scaling import unknown
from bachata.moves.body.steps import footfalls
from bachata.moves.catalogue import Pose


def see(
    path: Path, beats: Sequence[int], rate: Fraction, *, count_one: int, stop: threading.Event | None = None
) -> Body:
    """What is seen of the dancers in the clip at `path`, of constant `rate`, with beats at these frames.

    `count_one`: index of a count 1 among the beats. Nobody in it, or nobody who moves: no motion, no poses, and a
    vector of zeros; that, too, when no eight counts lie between its beats.
    Raises MediaUnreadable, InvalidSettings when OpenCV is not installed, Stopped once `stop` is set.
    """
    pictures = look(path, rate, stop=stop)
    flow = flow_of(pictures)
    poses = poses_at(pictures, flow, beats)
    activity = activity_of(flow, poses)
    return Body(
        _vector(flow, poses, beats, count_one),
        VERSION,
        motion_between(activity, beats),
        footfalls(flow, float(rate)),
        poses,
    )


def _vector(flow: Flow, poses: Sequence[Pose], beats: Sequence[int], count_one: int) -> Vector:
    if not poses or not flow.velocity.any():
        return unknown()
    found = descriptions(flow, poses, beats, count_one)
    return vector_of(np.mean(found, axis=0)) if found else unknown()


def descriptions(flow: Flow, poses: Sequence[Pose], beats: Sequence[int], count_one: int) -> list[NDArray[np.float64]]:
    """Of the first eights of the clip, each (512,); none when it has no eight counts."""
    return [describe(flow, poses, beats, first, slot) for first, slot in eights(len(beats), count_one)]

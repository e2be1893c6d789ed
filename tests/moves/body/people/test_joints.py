"""A couple's joints to motion, outline and 512 numbers; the truth is the drawn dancers' own skeleton."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bachata.moves.body.discrimination import mean_cosine, retrieval
from bachata.moves.body.motion import kinetic_beats
from bachata.moves.body.people.descriptor import BLOCKS, describe, vector_of
from bachata.moves.body.people.joints import activity_of, height_of, poses_at, speed_of
from bachata.moves.body.people.tracks import Couple
from benchmarks.body.truth import couple as drawn
from samples.moves.catalogue import MOVES
from tests.moves.body.people.people import STANDING

FRAMES = np.arange(0, 150, 3)
RATE = 30.0


def dancing(period: float = 30.0, size: float = 0.1, *, height: float = 0.5) -> Couple:
    """Two who sway as one, each `height` tall and half of it apart."""
    sway = size * height * np.sin(2 * np.pi * FRAMES / period)
    ways = np.stack([sway - height / 4, sway + height / 4], axis=1)  # (n, 2)
    points = STANDING[None, None] * height + np.stack([ways, np.zeros_like(ways)], axis=-1)[:, :, None]
    return Couple(FRAMES, RATE, points, np.full(points.shape[:3], 0.9))


def test_speed_is_in_heights_of_theirs() -> None:
    near, far = dancing(height=0.8), dancing(height=0.2)
    assert height_of(near) == pytest.approx(0.8 * 0.96, abs=1e-6)
    assert activity_of(near).values == pytest.approx(activity_of(far).values)
    # A sine of a tenth of the height over a second: its mean speed is four times that, less at ten looks a second.
    assert activity_of(near).values.mean() == pytest.approx(0.4 / 0.96, rel=0.1)


def test_joints_nobody_is_sure_of_do_not_move() -> None:
    whole = dancing()
    unsure = replace(whole, sure=np.where(np.arange(17) < 5, 0.1, whole.sure))
    assert not speed_of(unsure)[..., :5].any()
    assert height_of(replace(whole, sure=np.zeros_like(whole.sure))) == 1.0


def test_kinetic_beats_are_where_they_turn_round() -> None:
    found = kinetic_beats(activity_of(dancing()), RATE)
    assert len(found) >= 7
    assert all(abs((f - 7.5) - 15 * round((f - 7.5) / 15)) <= 2.5 for f in found)


def test_the_outline_is_where_they_are() -> None:
    for pose in poses_at(dancing(size=0.0), [0, 60, 120]):
        assert abs(pose.x) < 0.03
        assert pose.height == pytest.approx(0.5, abs=0.08)
        assert pose.width == pytest.approx(0.25 + 0.15, abs=0.1)
    assert poses_at(replace(dancing(), sure=np.zeros((50, 2, 17))), [0, 60]) == ()


def test_a_description_has_its_parts_and_starts_on_count_one() -> None:
    beats = list(range(0, 150, 15))
    plain = describe(dancing(period=60), beats, 0, 0)
    assert plain.shape == (512,) == (sum(BLOCKS.values()),)
    turned = describe(dancing(period=60), beats, 0, 3)
    for part, size in ((plain[:208], 26), (plain[208:416], 26), (plain[416:], 12)):
        at = {26: (0, 208), 12: (416,)}[size]
        other = next(turned[a : a + len(part)] for a in at if np.array_equal(plain[a : a + len(part)], part))
        assert np.array_equal(np.roll(part.reshape(8, size), 3, axis=0).ravel(), other)


def test_where_they_stand_in_the_picture_does_not_matter() -> None:
    beats = list(range(0, 150, 15))
    here = dancing()
    there = replace(here, points=here.points * 0.5 + (0.3, 0.1))
    assert describe(there, beats, 0, 0) == pytest.approx(describe(here, beats, 0, 0))


def test_the_drawn_dancers_joints_tell_their_moves_apart() -> None:
    vectors = []
    for move in MOVES:
        first = move.preroll
        beats = [round(first + i * 60 / move.tempo * RATE) for i in range(9)]
        vectors.append(vector_of(describe(drawn(move.clip_id, 3), beats, 0, 0)))
    told = np.array(vectors)
    assert told.dtype == np.float32
    assert np.linalg.norm(told, axis=1) == pytest.approx(np.ones(len(MOVES)), abs=1e-5)
    assert abs(mean_cosine(told)) < 0.25
    found = retrieval(told, [m.label for m in MOVES], deals=200)
    assert found.rate > 1.5 * found.chance
    assert found.p < 0.1

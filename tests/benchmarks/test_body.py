"""What the figures about bodies are made with."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from bachata.moves.catalogue import Move, Pose
from benchmarks.body import measures
from benchmarks.body.scale import scale_over
from benchmarks.body.truth import couple
from benchmarks.constants import write_scale
from tests.choreography.worlds import make_move


def moves(*, on: int = 0) -> list[Move]:
    """Moves whose kinetic beats lie `on` frames behind their beats, whose poses wander slowly, each elsewhere."""
    made = []
    for number in range(8):
        move = make_move(f"m{number}", energy=("low", "medium", "high")[number % 3])
        poses = [
            Pose(x=number / 5 + i / 200, y=0, width=0.4, height=0.6, shape=[50] * 24) for i in range(len(move.beats))
        ]
        motion = [0.2 + 0.3 * (number % 3)] * (len(move.beats) - 1)
        kinetic = [b + on for b in move.beats[:-1]]
        made.append(move.model_copy(update={"poses": poses, "motion": motion, "kinetic_beats": kinetic}))
    return made


def test_kinetic_beats_on_beats_beat_chance_and_between_them_do_not() -> None:
    near, chance, often = measures.on_beats(moves())
    assert near == pytest.approx(1.0)
    assert 0.2 < chance < 0.5
    assert often == pytest.approx(1.0)
    assert measures.on_beats(moves(on=7))[0] < chance


def test_energy_is_compared_with_what_is_said() -> None:
    rho, p = measures.energy_as_said(moves())
    assert rho == pytest.approx(1.0)
    assert p < 0.01
    assert measures.spread_of_motion(moves()) == pytest.approx((0.2, 0.5, 0.8), abs=0.01)


def test_poses_of_one_clip_are_nearer_than_those_of_two() -> None:
    assert measures.continuity(moves()) > 0.95
    same = [m.model_copy(update={"poses": [moves()[0].poses[0]] * len(m.poses)}) for m in moves()]
    assert measures.continuity(same) == pytest.approx(0.5)


def test_each_library_weighs_the_same_in_a_scale() -> None:
    few, many = [np.full(512, 1.0)] * 3, [np.full(512, 0.0)] * 30
    assert scale_over([few, many]).centre == pytest.approx(np.full(512, 0.5))


def test_a_scale_is_written_as_python(tmp_path: Path) -> None:
    numbers = np.arange(23) / 7
    write_scale(tmp_path / "s.py", "flow-0", "nothing", "nobody", centre=numbers, spread=numbers + 1, digits=4)
    written = runpy.run_path(str(tmp_path / "s.py"))
    assert written["CENTRE"] == pytest.approx(numbers, rel=1e-3)
    assert written["SPREAD"] == pytest.approx(numbers + 1, rel=1e-3)
    assert "flow-0" in written["__doc__"]


def test_the_drawn_dancers_are_where_they_are_drawn() -> None:
    seen = couple("basic_side_basic", 10)
    assert seen.points.shape[1:] == (2, 17, 2)
    ankles, nose = seen.points[:, :, 15:, 1].mean(), seen.points[:, :, 0, 1].mean()
    assert -0.5 < nose < ankles < 0.5
    assert seen.points[0, 0, :, 0].mean() != pytest.approx(seen.points[0, 1, :, 0].mean(), abs=0.02)

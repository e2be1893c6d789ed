"""When dancers step: flows made by hand, whose steps are known, and noise, which has none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata.moves.body.flow import COLUMNS, ROWS, Flow
from bachata.moves.body.steps import footfalls, steps_of

RATE = 30.0
PICTURES = 151
"""Ten seconds, a picture every other frame."""


def flow(velocity: np.ndarray) -> Flow:
    count = len(velocity)
    return Flow(
        velocity.astype(np.float32),
        np.zeros((count, 2), np.float32),
        np.zeros(count, bool),
        np.arange(count + 1, dtype=np.int64) * 2,
    )


def stepping(period: float, first: float, *, noise: float = 0.0, seed: int = 0) -> Flow:
    """A couple that steps every `period` frames from frame `first` on: bodies sink into the step, feet rest on it."""
    middles = np.arange(PICTURES - 1) * 2 + 1.0
    turn = 2 * np.pi * (middles - first) / period
    velocity = np.random.default_rng(seed).normal(0, noise, (PICTURES - 1, ROWS, COLUMNS, 2)) if noise else 0
    velocity = velocity + np.zeros((PICTURES - 1, ROWS, COLUMNS, 2))
    velocity[:, 5:36, 30:50, 1] += 0.1 * np.cos(turn)[:, None, None]
    velocity[:, 36:41, 30:50, 0] += 0.5 * (1 - np.cos(turn))[:, None, None]
    return flow(velocity)


def beats(period: float, first: float) -> list[float]:
    return [first + period * i for i in range(int((2 * PICTURES - first) // period))]


@given(
    period=st.floats(11.0, 20.0),
    late=st.floats(-0.45, 0.45),
    noise=st.floats(0.0, 0.3),
    seed=st.integers(0, 10**6),
)
@settings(deadline=None)
def test_steps_are_found_where_they_are(period: float, late: float, noise: float, seed: int) -> None:
    found = steps_of(stepping(period, 12.0 + late * period, noise=noise, seed=seed), beats(period, 12.0))
    assert found is not None
    assert found.late == pytest.approx(late, abs=0.04)
    assert found.p < 1e-3


def test_noise_steps_no_more_often_than_luck_says() -> None:
    draw = np.random.default_rng(7)
    found = [steps_of(flow(draw.normal(0, 0.3, (60, ROWS, COLUMNS, 2))), beats(14.0, 3.0)[:8]) for _ in range(200)]
    values = np.array([f.p for f in found if f is not None])
    assert len(values) == 200
    assert (values < 0.01).sum() <= 8  # 2 expected
    assert (values < 0.05).mean() < 0.12  # two beats in a row share one: luck is a little luckier


@pytest.mark.parametrize("marks", [[], [3.0], [3.0, 17.0, 31.0, 45.0]])
def test_a_few_beats_are_no_rhythm(marks: list[float]) -> None:
    assert steps_of(stepping(14.0, 3.0), marks) is None


def test_who_does_not_move_does_not_step() -> None:
    still = flow(np.zeros((60, ROWS, COLUMNS, 2)))
    assert steps_of(still, beats(14.0, 3.0)) is None
    assert footfalls(still, RATE) == ()
    assert footfalls(flow(np.zeros((0, ROWS, COLUMNS, 2))), RATE) == ()


@given(period=st.floats(12.0, 20.0), first=st.floats(6.0, 20.0))
@settings(deadline=None)
def test_footfalls_are_the_steps(period: float, first: float) -> None:
    found = footfalls(stepping(period, first, noise=0.05), RATE)
    steps = np.array(beats(period, first))
    assert len(found) >= len(steps) - 3
    assert all(np.abs(steps - f).min() <= 2 for f in found if first < f < steps[-1])

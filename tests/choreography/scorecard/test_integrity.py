"""M10 against sounds that are moved by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.scorecard.integrity import Rendered, integrity, lag, lags

RATE = 8000
SONG = np.random.default_rng(3).normal(0, 0.2, 2 * RATE).astype(np.float32)


def moved(by: int, gain: float = 1.0) -> np.ndarray:
    return (gain * np.roll(SONG, by)).astype(np.float32)


@given(st.integers(-390, 390), st.floats(0.05, 3.0))
def test_a_lag_is_found_to_the_sample_whatever_the_gain(by: int, gain: float) -> None:
    assert lag(moved(by, gain), SONG, RATE) == pytest.approx(by / RATE)


def test_silence_has_no_place() -> None:
    assert lag(np.zeros_like(SONG), SONG, RATE) is None
    assert lag(SONG, np.zeros_like(SONG), RATE) is None
    assert lag(SONG[:0], SONG[:0], RATE) is None


@pytest.mark.parametrize(("drift", "holds"), [(0, True), (8, True), (9, False)])
def test_a_lag_may_not_grow_by_more_than_a_millisecond(drift: int, holds: bool) -> None:
    found = lags([(moved(40), SONG), (moved(40 + drift // 2), SONG), (moved(40 + drift), SONG)], RATE)
    judged = integrity(Rendered(frames=90, planned=90, lags=found))
    assert judged.value == pytest.approx(drift / RATE)
    assert judged.lag == pytest.approx((40 + drift) / RATE)
    assert judged.holds is holds


def test_a_missing_frame_is_a_fault_whatever_is_heard() -> None:
    assert integrity(Rendered(frames=89, planned=90, lags=(0.0, 0.0))).holds is False
    unheard = integrity(Rendered(frames=89, planned=90, lags=(None, 0.0)))
    assert (unheard.value, unheard.holds) == (None, False)
    assert integrity(Rendered(frames=90, planned=90)).holds is None


def test_a_plan_alone_tells_nothing() -> None:
    judged = integrity(None)
    assert (judged.value, judged.holds, judged.measured()) == (None, None, "–")
    assert "not rendered" in judged.why

"""How long the client goes on, on a clock of the test's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.errors import GeminiUnavailable
from bachata.gemini.faults import WORDS, unavailable
from bachata.gemini.retry import PASSING, Patience, persist


class Clock:
    """Time that passes only when somebody works or sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def run(
    patience: Patience, *outcomes: GeminiUnavailable | str, takes: float = 0.0
) -> tuple[object, list[float], Clock]:
    """The result or error, the seconds each attempt was allowed, the clock."""
    clock, allowed, left = Clock(), list[float](), list(outcomes)

    def attempt(seconds: float) -> str:
        allowed.append(seconds)
        clock.now += takes
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, GeminiUnavailable):
            raise outcome
        return outcome

    try:
        return persist(attempt, patience, purpose="test", clock=clock, sleep=clock.sleep), allowed, clock
    except GeminiUnavailable as error:
        return error.reason, allowed, clock


def test_pauses_double_up_to_the_longest() -> None:
    patience = Patience(seconds=1000, attempts=7, first_pause=1, longest_pause=8)
    _, allowed, clock = run(patience, unavailable("server_error"))
    assert len(allowed) == 7
    for pause, most in zip(clock.pauses, (1, 2, 4, 8, 8, 8), strict=True):
        assert most / 2 <= pause <= most


def test_what_the_service_asks_for_is_kept() -> None:
    _, _, clock = run(Patience(seconds=100), unavailable("rate_limited", retry_after=21.0), "done")
    assert clock.pauses == [21.0]


@pytest.mark.parametrize("reason", sorted(set(WORDS) - set(PASSING)))
def test_what_will_not_pass_is_not_tried_again(reason: str) -> None:
    found, allowed, _ = run(Patience(seconds=100), unavailable(reason), "done")  # type: ignore[arg-type]
    assert (found, len(allowed)) == (reason, 1)


def test_one_attempt_may_not_take_all_the_time() -> None:
    _, allowed, _ = run(Patience(seconds=10, share=0.6, first_pause=0.5), unavailable("timeout"), "done", takes=6.0)
    assert allowed[0] == 6.0
    assert 3.0 < allowed[1] < 4.0


@given(
    seconds=st.floats(0.5, 60),
    attempts=st.integers(1, 8),
    takes=st.floats(0.0, 10),
    asked=st.none() | st.floats(0, 100),
)
def test_it_ends_in_time_whatever_happens(seconds: float, attempts: int, takes: float, asked: float | None) -> None:
    patience = Patience(seconds=seconds, attempts=attempts)
    found, allowed, clock = run(patience, unavailable("server_error", retry_after=asked), takes=takes)
    assert found == "server_error"
    assert 1 <= len(allowed) <= attempts
    assert all(a > 0 for a in allowed)
    assert clock.now - takes <= 100.0 + seconds, "the last attempt began before the deadline"

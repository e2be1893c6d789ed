"""What an execution shares with the functions it calls: clock, environment, endpoints, tokens, cancellation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from .errors import WorkflowCancelled

T = TypeVar("T")

TokenSource = Callable[[str, str | None], str | None]
"""(kind "OIDC" or "OAuth2", audience) -> a bearer token, or None for no token."""

_LONGEST_NAP = 0.2


class Clock(Protocol):
    """As the time module."""

    def time(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float, /) -> None:
        """Wait."""


def as_clock(clock: Any) -> Clock | None:
    """The clock given by a caller: with `time()` or `now()`, and `sleep()`; None means real time."""
    if clock is None or hasattr(clock, "time"):
        return clock  # type: ignore[no-any-return]
    return _NowClock(clock)


class _NowClock:
    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self.sleep = clock.sleep

    def time(self) -> float:
        return float(self._clock.now())


@dataclass
class Context:
    """`clock` None means real time; `endpoints` maps an API's short name (`run`, `pubsub`) to a base URL."""

    env: Mapping[str, str] = field(default_factory=dict)
    endpoints: Mapping[str, str] = field(default_factory=dict)
    injected_clock: Clock | None = None
    token_source: TokenSource | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    count_step: Callable[[], None] = lambda: None

    @property
    def clock(self) -> Clock:
        """The clock of this execution."""
        return self.injected_clock or time

    def check_cancelled(self) -> None:
        """Raise WorkflowCancelled once the execution is cancelled."""
        if self.cancelled.is_set():
            raise WorkflowCancelled("the execution was cancelled")

    def sleep(self, seconds: float) -> None:
        """Wait on the execution's clock; a cancelled execution wakes at once on the real one."""
        self.check_cancelled()
        if self.injected_clock is not None:
            self.injected_clock.sleep(seconds)
        else:
            self.cancelled.wait(seconds)
        self.check_cancelled()

    def interruptible(self, work: Callable[[], T], seconds: float) -> T:
        """The result of blocking work, abandoned when the execution is cancelled, or after real `seconds`.

        The latter raises Python's TimeoutError. A socket in the middle of a read cannot be woken: the thread is left to
        end by itself and never outlives the process.
        """
        self.check_cancelled()
        outcome: dict[str, Any] = {}
        done = threading.Event()

        def run() -> None:
            try:
                outcome["value"] = work()
            except BaseException as error:  # noqa: BLE001 - carried to the waiting thread, nothing is swallowed
                outcome["error"] = error
            done.set()

        threading.Thread(target=run, name="workflow-http", daemon=True).start()
        deadline = time.monotonic() + seconds
        while not done.wait(min(_LONGEST_NAP, max(0.0, deadline - time.monotonic()))):
            self.check_cancelled()
            if time.monotonic() >= deadline:
                raise TimeoutError
        if "error" in outcome:
            raise outcome["error"]
        value: T = outcome["value"]
        return value

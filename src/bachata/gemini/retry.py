"""Trying again: counted, with growing pauses, within one deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom
from typing import TypeVar

from bachata.errors import GeminiUnavailable
from bachata.gemini.faults import Reason
from bachata.logs import get_logger

T = TypeVar("T")

PASSING: tuple[Reason, ...] = ("rate_limited", "server_error", "timeout", "unreachable")
"""Reasons that another attempt may overcome."""

log = get_logger(__name__)

_CHANCE = SystemRandom()


@dataclass(frozen=True)
class Patience:
    """How long to go on: `seconds` for everything, of which one attempt may take `share`; pauses double."""

    seconds: float
    attempts: int = 4
    first_pause: float = 0.5
    longest_pause: float = 8.0
    share: float = 0.6

    def pause(self, failed: int, asked: float | None) -> float:
        """Seconds to wait after the `failed`-th failure: at least what the service `asked` for."""
        grown = min(self.longest_pause, self.first_pause * 2.0 ** (failed - 1))
        # Half of it by chance: whoever was turned away together shall not come back together.
        return max(grown * _CHANCE.uniform(0.5, 1.0), asked or 0.0)


def persist(
    attempt: Callable[[float], T],
    patience: Patience,
    *,
    purpose: str,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """The result of `attempt`, called with the seconds it may take, until it succeeds or patience ends.

    Raises the last GeminiUnavailable. A pause that would outlast the deadline is not begun.
    """
    ends = clock() + patience.seconds
    failed = 0
    while True:
        try:
            return attempt(min(patience.seconds * patience.share, ends - clock()))
        except GeminiUnavailable as error:
            failed += 1
            pause = patience.pause(failed, error.retry_after)
            over = failed >= patience.attempts or clock() + pause >= ends
            if error.reason not in PASSING or over:
                raise
            waits = {"reason": error.reason, "pause_s": round(pause, 2)}
            log.info("Gemini, %s: another attempt follows", purpose, extra=waits)
            sleep(pause)

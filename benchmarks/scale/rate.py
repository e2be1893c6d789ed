"""A quota of requests a minute: a bucket of tokens, filled evenly."""

from __future__ import annotations

from simpy import Environment


class Rate:
    """Lets `per_minute` through on average, and at most the allowance of `burst_s` seconds at once.

    Google counts by the minute but is seen to refuse within seconds (cloud-sql-go-connector, issue 415).
    """

    def __init__(self, env: Environment, per_minute: float, burst_s: float) -> None:
        self._env = env
        self._per_second = per_minute / 60
        self._size = max(1.0, self._per_second * burst_s)
        self._tokens = self._size
        self._filled = self._since = env.now
        self.per_minute = per_minute
        self.asked = self.refused = 0.0

    def allow(self, units: float = 1) -> bool:
        """Whether a request of so many units gets through now. One larger than the bucket gets all of it."""
        now = self._env.now
        self._tokens = min(self._size, self._tokens + (now - self._filled) * self._per_second)
        self._filled = now
        self.asked += units
        wanted = min(units, self._size)
        if self._tokens < wanted - 1e-9:  # sums of shares of a second
            self.refused += units
            return False
        self._tokens -= wanted
        return True

    def restart(self) -> None:
        """Begin to measure."""
        self._since = self._env.now
        self.asked = self.refused = 0.0

    @property
    def asked_per_minute(self) -> float:
        """What was asked for, granted or not."""
        passed = self._env.now - self._since
        return self.asked / passed * 60 if passed else 0.0

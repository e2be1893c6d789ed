"""A level over time: its mean, its peak and its integral."""

from __future__ import annotations

from simpy import Environment


class Gauge:
    """Follows a level from the last `restart` on; what was before (warming up) does not count."""

    def __init__(self, env: Environment, level: float = 0.0) -> None:
        self._env = env
        self._area = 0.0
        self._since = self._changed = env.now
        self.level = self.peak = level

    def add(self, change: float) -> None:
        """The level changes now."""
        self._area += self.level * (self._env.now - self._changed)
        self._changed = self._env.now
        self.level += change
        self.peak = max(self.peak, self.level)

    def restart(self) -> None:
        """Forget what was; the level stays."""
        self._area = 0.0
        self._since = self._changed = self._env.now
        self.peak = self.level

    @property
    def area(self) -> float:
        """Level times seconds."""
        return self._area + self.level * (self._env.now - self._changed)

    @property
    def mean(self) -> float:
        """The level's average over time."""
        passed = self._env.now - self._since
        return self.area / passed if passed else self.level

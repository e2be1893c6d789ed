"""So many of something: whoever finds none left waits in line, or is turned away at once."""

from __future__ import annotations

from collections.abc import Generator

from simpy import Container, Environment

from benchmarks.scale.gauge import Gauge


class Pool:
    """`capacity` units, first come first served; a large wish at the head of the line is not overtaken."""

    def __init__(self, env: Environment, capacity: float) -> None:
        self._env = env
        self._free = Container(env, capacity=capacity, init=capacity)
        self.capacity = capacity
        self.used = Gauge(env)
        self.waiting = Gauge(env)
        self.refused = 0

    def try_take(self, units: float = 1) -> bool:
        """Take them now, or not at all."""
        if self._free.get_queue or self._free.level < units:
            self.refused += 1
            return False
        self._free.get(units)
        self.used.add(units)
        return True

    def take(self, units: float = 1) -> Generator:
        """Wait for them."""
        wish = self._free.get(units)
        if not wish.triggered:
            self.waiting.add(1)
            yield wish
            self.waiting.add(-1)
        self.used.add(units)

    def give(self, units: float = 1) -> None:
        """Give them back."""
        self.used.add(-units)
        self._free.put(units)

    def restart(self) -> None:
        """Begin to measure."""
        self.used.restart()
        self.waiting.restart()
        self.refused = 0

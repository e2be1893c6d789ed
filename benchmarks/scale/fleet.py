"""The instances of a function: they start when asked for, serve several requests at once, and go when idle.

After Cloud Run's documentation of instance autoscaling: a request that finds no room waits while one starts, at most
`queue_s` seconds or `queue_startups` start-ups, whichever is longer, and is then answered 429.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum, auto

from simpy import Environment, Event

from benchmarks.scale.gauge import Gauge
from benchmarks.scale.inputs import Function, Run
from benchmarks.scale.shared import Shared
from benchmarks.scale.spread import mean


class Answer(Enum):
    """How a request to a function ends."""

    DONE = auto()
    BUSY = auto()  # 429: no instance had room in time
    AWAY = auto()  # 503: its instance got no connection to the database


@dataclass(eq=False)
class Instance:
    """One of them."""

    busy: int = 0
    connected: bool = False
    idle_since: float = 0.0


class Fleet:
    """All instances of one function."""

    def __init__(
        self,
        env: Environment,
        function: Function,
        run: Run,
        shared: Shared,
        *,
        account: str,
        cold_start: Callable[[], float],
    ) -> None:
        self._env = env
        self._function = function
        self._shared = shared
        self._account = account
        self._cold_start = cold_start
        self._idle_s = run.idle_s.value
        self._patience = max(run.queue_s.value, run.queue_startups.value * mean(function.cold_start_s))
        self._instances: list[Instance] = []
        self._line: deque[Event] = deque()
        self._starting = 0
        self.concurrency = int(function.concurrency)
        self.most = int(function.max_instances)
        self.busy, self.billed, self.waiting = Gauge(env), Gauge(env), Gauge(env)
        self.started = self.refused = 0
        for _ in range(int(function.min_instances)):
            if self._room():
                self._instances.append(Instance(idle_since=env.now))

    def serve(self, work_s: float, connect_s: float) -> Generator:
        """A request that takes `work_s` once it runs; its Answer. Connecting takes `connect_s` an instance, once."""
        instance = yield from self._instance()
        if instance is None:
            self.refused += 1
            return Answer.BUSY
        try:
            if self._function.connects and not instance.connected:
                yield self._env.timeout(connect_s)
                if not instance.connected and not self._shared.connect(self._account, self._shared.pool(self)):
                    return Answer.AWAY
                instance.connected = True
            yield self._env.timeout(work_s)
            return Answer.DONE
        finally:
            self._leave(instance)

    def restart(self) -> None:
        """Begin to measure."""
        for gauge in (self.busy, self.billed, self.waiting):
            gauge.restart()
        self.started = self.refused = 0

    @property
    def instances(self) -> int:
        """Up or starting."""
        return len(self._instances) + self._starting

    def _instance(self) -> Generator:
        free = [i for i in self._instances if i.busy < self.concurrency]
        if free:
            instance = max(free, key=lambda i: i.busy)  # the others may fall idle and go
            self._enter(instance)
            return instance
        place: Event = self._env.event()
        self._line.append(place)
        self.waiting.add(1)
        if len(self._line) > self._starting * self.concurrency:
            self._start()
        yield place | self._env.timeout(self._patience)
        self.waiting.add(-1)
        if place.triggered:
            return place.value
        self._line.remove(place)
        return None

    def _start(self) -> None:
        if self.instances < self.most and self._room():
            self._starting += 1
            self.started += 1
            self._env.process(self._starts())

    def _room(self) -> bool:
        return self._shared.admit(self._function.vcpu.value)

    def _starts(self) -> Generator:
        self.billed.add(1)
        yield self._env.timeout(self._cold_start())
        self.billed.add(-1)
        self._starting -= 1
        instance = Instance(idle_since=self._env.now)
        self._instances.append(instance)
        self._welcome(instance)
        if not instance.busy:
            self._env.process(self._goes(instance))

    def _welcome(self, instance: Instance) -> None:
        while self._line and instance.busy < self.concurrency:
            self._enter(instance)
            self._line.popleft().succeed(instance)

    def _enter(self, instance: Instance) -> None:
        if not instance.busy:
            self.billed.add(1)
        instance.busy += 1
        self.busy.add(1)

    def _leave(self, instance: Instance) -> None:
        instance.busy -= 1
        self.busy.add(-1)
        if not instance.busy:
            self.billed.add(-1)
            instance.idle_since = self._env.now
        self._welcome(instance)
        if not instance.busy and len(self._instances) > int(self._function.min_instances):
            self._env.process(self._goes(instance))

    def _goes(self, instance: Instance) -> Generator:
        since = instance.idle_since
        yield self._env.timeout(self._idle_s)
        if instance.busy or instance.idle_since != since or instance not in self._instances:
            return
        if len(self._instances) > int(self._function.min_instances):
            self._instances.remove(instance)
            self._shared.dismiss(self._function.vcpu.value)
            if instance.connected:
                self._shared.disconnect(self._shared.pool(self))

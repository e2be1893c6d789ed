"""One video's way through the services, as workflows/choreography.yaml prescribes it."""

from __future__ import annotations

from collections.abc import Generator
from random import Random

from simpy import Environment

from benchmarks.scale.draws import Draws
from benchmarks.scale.fleet import Answer, Fleet
from benchmarks.scale.inputs import Function, Inputs
from benchmarks.scale.journal import COMPLETED, REFUSED, Journal, Video
from benchmarks.scale.pool import Pool
from benchmarks.scale.rate import Rate
from benchmarks.scale.render import Renders
from benchmarks.scale.shared import Shared
from benchmarks.scale.spread import draw


class Failed(Exception):
    """A step of a video failed for good; the message says at which stage and why."""


class Pipeline:
    """All services, shared by all videos."""

    def __init__(self, env: Environment, inputs: Inputs, seed: int) -> None:
        self._env = env
        self._inputs = inputs
        self._seed = seed
        self.shared = Shared(env, inputs)
        self.executions = Pool(env, inputs.workflow.executions.value)
        self.fleets = {name: self._fleet(name) for name in ("analyze", "plan", "finalize")}
        self.renders = Renders(env, inputs, self.shared)
        self.gemini_requests = Rate(env, inputs.gemini.requests_per_minute.value, inputs.burst_s.value)
        self.gemini_tokens = Rate(env, inputs.gemini.tokens_per_minute.value, inputs.burst_s.value)
        self.undirected = 0
        self.journal = Journal(env)

    def video(self, index: int, held_s: float = 0.0) -> Generator:
        """From the request to its end. `held_s`: how long whoever paces requests keeps it back."""
        draws = Draws.of(self._inputs, self._seed, index)
        video = self.journal.begin()
        with self.journal.stage(video, "delivery"):
            yield self._env.timeout(held_s + draws.delivery_s)
        if self.executions.waiting.level >= self._inputs.workflow.backlog.value and not self._slot_is_free():
            self.journal.end(video, REFUSED)
            return
        with self.journal.stage(video, "slot"):
            yield from self.executions.take()
        try:
            yield from self._choreograph(video, draws)
            self.journal.end(video, COMPLETED)
        except Failed as failure:
            self.journal.end(video, f"failed: {failure}")
        finally:
            self.executions.give()

    def restart(self) -> None:
        """Begin to measure."""
        self.shared.restart()
        self.executions.restart()
        self.renders.restart()
        for part in (*self.fleets.values(), self.gemini_requests, self.gemini_tokens):
            part.restart()
        self.undirected = 0

    def _choreograph(self, video: Video, draws: Draws) -> Generator:
        yield from self._call(video, "open", "finalize", draws.open_s, draws)
        if draws.chooses_song:
            yield from self._call(video, "choose song", "plan", draws.choose_s, draws)
        yield from self._analyze(video, draws)
        yield from self._call(video, "plan", "plan", draws.plan_s + self._direction(draws), draws)
        with self.journal.stage(video, "assemble"):
            yield self._env.timeout(self._pace)
            started = yield from self.renders.run(draws)
        if not started:
            raise Failed("assemble, Cloud Run refused to start the job")
        yield from self._call(video, "close", "finalize", draws.close_s, draws)

    def _analyze(self, video: Video, draws: Draws) -> Generator:
        """Hearing a song opens a connection of its own to report progress; without one it is heard all the same."""
        if draws.known_song:
            yield from self._call(video, "analyze", "analyze", draws.analyze_s, draws)
            return
        connected = self.shared.connect("analyze", 1)
        wait_s = draws.connect_s if connected else self._inputs.job.without_database_s.value
        try:
            yield from self._call(video, "analyze", "analyze", draws.analyze_s + wait_s, draws)
        finally:
            if connected:
                self.shared.disconnect(1)

    def _call(self, video: Video, stage: str, name: str, work_s: float, draws: Draws) -> Generator:
        """A call of a function, tried again as the workflow's `transient` predicate says."""
        told = self._inputs.workflow
        delay = told.first_delay_s.value
        with self.journal.stage(video, stage):
            yield self._env.timeout(self._pace)
            for attempt in range(int(told.retries) + 1):
                answer = yield from self.fleets[name].serve(work_s, draws.connect_s)
                if answer is Answer.DONE:
                    return
                if attempt < int(told.retries):
                    yield self._env.timeout(delay)
                    delay *= told.delay_multiplier.value
        why = "no instance had room" if answer is Answer.BUSY else "no connection to the database"
        raise Failed(f"{stage}, {why}")

    def _direction(self, draws: Draws) -> float:
        """Seconds Gemini takes; none when its quota is used up: then the dance is made without it."""
        if not draws.directed:
            return 0.0
        if self.gemini_requests.allow() and self.gemini_tokens.allow(self._inputs.gemini.tokens.value):
            return draws.gemini_s
        self.undirected += 1
        return 0.0

    def _slot_is_free(self) -> bool:
        return self.executions.used.level < self.executions.capacity

    @property
    def _pace(self) -> float:
        return self._inputs.workflow.step_s.value * self._inputs.workflow.steps_per_stage.value

    def _fleet(self, name: str) -> Fleet:
        function: Function = getattr(self._inputs.functions, name)
        chance = Random(f"{self._seed}/{name}")
        return Fleet(
            self._env,
            function,
            self._inputs.run,
            self.shared,
            account=name,
            cold_start=lambda: draw(function.cold_start_s, chance),
        )

"""The assembler job: asked for through the Workflows connector, started by Cloud Run, watched by polling."""

from __future__ import annotations

from collections.abc import Generator

from simpy import Environment, Event

from benchmarks.scale.draws import Draws
from benchmarks.scale.gauge import Gauge
from benchmarks.scale.inputs import Inputs
from benchmarks.scale.pool import Pool
from benchmarks.scale.rate import Rate
from benchmarks.scale.shared import Shared


class Renders:
    """All executions of the job."""

    def __init__(self, env: Environment, inputs: Inputs, shared: Shared) -> None:
        self._env = env
        self._inputs = inputs
        self._shared = shared
        burst = inputs.burst_s.value
        self.runs = Rate(env, inputs.run.job_runs_per_minute.value, burst)
        self.reads = Rate(env, inputs.run.reads_per_minute.value, burst)
        self.executions = Pool(env, inputs.run.executions.value)
        self.working = Gauge(env)
        self.billed_s = 0.0
        self.polls = 0
        self.blind = 0
        """Renders that wrote no progress: they got no connection."""

    def run(self, draws: Draws) -> Generator:
        """One execution, from asking for it until a poll finds it done. False when it was refused to the end."""
        if not (yield from self._ask()):
            return False
        done = self._env.event()
        self._env.process(self._execute(draws, done))
        yield from self._watch(done)
        return True

    def restart(self) -> None:
        """Begin to measure."""
        for part in (self.runs, self.reads, self.executions, self.working):
            part.restart()
        self.blind = self.polls = 0
        self.billed_s = 0.0

    def _ask(self) -> Generator:
        told = self._inputs.workflow
        delay = told.connector_first_delay_s.value
        for attempt in range(int(told.connector_retries) + 1):
            if self.runs.allow() and self.executions.try_take():
                return True
            if attempt < int(told.connector_retries):
                yield self._env.timeout(delay)
                delay *= told.connector_delay_multiplier.value
        return False

    def _execute(self, draws: Draws, done: Event) -> Generator:
        job = self._inputs.job
        yield from self._shared.addresses.take()
        yield from self._shared.vcpu.take(job.vcpu.value)
        yield self._env.timeout(draws.job_start_s)
        began = self._env.now
        self.working.add(1)
        connected = self._shared.connect("job", 1)
        if not connected:
            self.blind += 1
            yield self._env.timeout(job.without_database_s.value)
        yield self._env.timeout(draws.job_work_s)
        self.working.add(-1)
        self.billed_s += max(job.billed_least_s.value, self._env.now - began)
        if connected:
            self._shared.disconnect(1)
        self._shared.vcpu.give(job.vcpu.value)
        self.executions.give()
        self._env.process(self._let_go_of_address())
        done.succeed()

    def _let_go_of_address(self) -> Generator:
        yield self._env.timeout(self._inputs.network.kept_after_job_s.value)
        self._shared.addresses.give()

    def _watch(self, done: Event) -> Generator:
        told = self._inputs.workflow
        delay = told.poll_initial_s.value
        while True:
            yield self._env.timeout(delay)
            self.reads.allow()
            self.polls += 1
            if done.triggered:
                return
            delay = min(delay * told.poll_multiplier.value, told.poll_most_s.value)

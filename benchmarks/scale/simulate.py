"""One run: Poisson arrivals at a rate, a time to warm up that does not count, then so many videos that do."""

from __future__ import annotations

from collections.abc import Generator
from random import Random

from simpy import Environment

from benchmarks.scale.inputs import Inputs
from benchmarks.scale.outcome import Outcome, observed
from benchmarks.scale.pipeline import Pipeline

HOUR = 3600.0


def simulate(inputs: Inputs, *, per_hour: float, hours: float, warm_up_hours: float, seed: int) -> Outcome:
    """`hours` at `per_hour` videos an hour after warming up; every video asked for is followed to its end.

    Levels and rates are measured while videos are asked for, stages of all videos asked for in that time. The same
    arguments give the same Outcome.
    """
    env = Environment()
    pipeline = Pipeline(env, inputs, seed)
    begin, end = warm_up_hours * HOUR, (warm_up_hours + hours) * HOUR
    env.process(_arrivals(env, pipeline, per_hour / HOUR, end, Random(f"{seed}/arrivals")))
    env.run(until=begin)
    pipeline.restart()
    env.run(until=end)
    seen = observed(pipeline, per_hour=per_hour, hours=hours)
    env.run()  # no more arrivals: what is under way ends
    return seen.with_journal(pipeline.journal, since=begin)


def rush(inputs: Inputs, *, videos: int, per_second: float | None, seed: int) -> Outcome:
    """All `videos` are asked for at one moment, with nothing up; let through at `per_second`, or all at once."""
    env = Environment()
    pipeline = Pipeline(env, inputs, seed)
    for index in range(videos):
        env.process(pipeline.video(index, 0.0 if per_second is None else index / per_second))
    env.run(until=HOUR)
    seen = observed(pipeline, per_hour=videos, hours=1)
    env.run()
    return seen.with_journal(pipeline.journal, since=0.0)


def _arrivals(env: Environment, pipeline: Pipeline, per_second: float, end: float, chance: Random) -> Generator:
    index = 0
    while True:
        yield env.timeout(chance.expovariate(per_second))
        if env.now >= end:
            return
        env.process(pipeline.video(index))
        index += 1

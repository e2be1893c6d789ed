"""What a run was seen to do: times by stage, how full each resource was, how videos ended."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from benchmarks.scale.journal import COMPLETED, STAGES, Journal
from benchmarks.scale.pipeline import Pipeline


@dataclass(frozen=True)
class Use:
    """Of a resource: what was used of what there is. `refused` counts what was turned away."""

    name: str
    unit: str
    mean: float
    peak: float
    capacity: float
    refused: float = 0.0
    queue_mean: float = 0.0
    queue_peak: float = 0.0

    @property
    def share(self) -> float:
        """Of the capacity, on average; for a rate, what was asked for."""
        return self.mean / self.capacity

    def ceiling(self, per_hour: float) -> float:
        """Videos an hour at which it is used up, if each goes on to need what it needed at `per_hour`."""
        return per_hour / self.share if self.share else math.inf


@dataclass(frozen=True)
class Times:
    """Seconds."""

    count: int
    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        """Percentiles by nearest rank."""
        ordered = sorted(seconds)
        return cls(len(ordered), *(ordered[max(0, math.ceil(p * len(ordered)) - 1)] for p in (0.50, 0.95, 0.99)))


@dataclass(frozen=True)
class Spent:
    """What is paid for, for each video asked for: seconds of instances by function and of job tasks, polls."""

    instance_s: dict[str, float] = field(default_factory=dict)
    job_s: float = 0.0
    job_billed_s: float = 0.0
    polls: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """Of one run at one rate."""

    per_hour: float
    hours: float
    uses: tuple[Use, ...]
    spent: Spent
    blind: int
    undirected: int
    cold_starts: dict[str, int]
    stages: dict[str, Times] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)

    @property
    def completed(self) -> float:
        """Share of the videos asked for that were made."""
        return self.ends[COMPLETED] / max(1, self.ends.total())

    def use(self, name: str) -> Use:
        """Of the resource of that name."""
        return next(u for u in self.uses if u.name == name)

    def fullest(self) -> list[Use]:
        """Resources, the one that is used up first at the head."""
        return sorted(self.uses, key=lambda u: -u.share)

    def with_capacity(self, name: str, capacity: float) -> Outcome:
        """With another capacity of a resource: for reckoning, nothing is simulated again."""
        uses = tuple(replace(u, capacity=capacity) if u.name == name else u for u in self.uses)
        return replace(self, uses=uses)

    def with_journal(self, journal: Journal, since: float) -> Outcome:
        """With the times of the videos asked for from `since` on."""
        made = [v for v in journal.videos if v.asked_at >= since and v.outcome == COMPLETED]
        seconds = {stage: [v.stages[stage] for v in made if stage in v.stages] for stage in STAGES}
        stages = {stage: Times.of(taken) for stage, taken in seconds.items() if taken}
        if made:
            stages["total"] = Times.of([v.total_s for v in made])
        return replace(self, stages=stages, ends=journal.outcomes(since))


def observed(pipeline: Pipeline, *, per_hour: float, hours: float) -> Outcome:
    """Levels and rates since the pipeline was restarted."""
    shared, renders = pipeline.shared, pipeline.renders
    pools = [
        ("workflow executions", "executions", pipeline.executions),
        ("job executions", "executions", renders.executions),
        ("vCPU of the region", "vCPU", shared.vcpu),
        ("addresses of the subnet", "addresses", shared.addresses),
        ("SQL connections", "connections", shared.connections),
    ]
    uses = [
        Use(n, unit, p.used.mean, p.used.peak, p.capacity, p.refused, p.waiting.mean, p.waiting.peak)
        for n, unit, p in pools
    ]
    for name, fleet in pipeline.fleets.items():
        most = fleet.most * fleet.concurrency
        gauges = (fleet.busy.mean, fleet.busy.peak, most, fleet.refused, fleet.waiting.mean, fleet.waiting.peak)
        uses.append(Use(f"function {name}", "requests", *gauges))
    rates = [
        ("job starts", renders.runs),
        ("reads of the Run API", renders.reads),
        *((f"SQL Admin API, account of {a}", r) for a, r in shared.admin.items()),
        ("Gemini requests", pipeline.gemini_requests),
        ("Gemini tokens", pipeline.gemini_tokens),
    ]
    uses += [Use(n, "a minute", r.asked_per_minute, r.asked_per_minute, r.per_minute, r.refused) for n, r in rates]
    videos = per_hour * hours
    seconds = {n: f.billed.area / videos for n, f in pipeline.fleets.items()}
    spent = Spent(seconds, renders.working.area / videos, renders.billed_s / videos, renders.polls / videos)
    cold = {n: f.started for n, f in pipeline.fleets.items()}
    return Outcome(per_hour, hours, tuple(uses), spent, renders.blind, pipeline.undirected, cold)

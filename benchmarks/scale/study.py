"""What is asked of the simulation: three rates, as deployed and changed; what is used up when; which guesses matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchmarks.scale.inputs import Inputs
from benchmarks.scale.outcome import Outcome
from benchmarks.scale.simulate import rush, simulate

SEED: Final = 20_261_126

STOPS: Final = (
    "addresses of the subnet",
    "vCPU of the region",
    "job starts",
    "job executions",
    "workflow executions",
    "SQL connections",
    "SQL Admin API, account of plan",
    "SQL Admin API, account of finalize",
    "function analyze",
    "function plan",
    "function finalize",
)
"""Without these no video is made. Without the others one is made, but unwatched, undirected, or noticed later."""


@dataclass(frozen=True)
class Extent:
    """How long a rate is simulated."""

    per_hour: float
    hours: float
    warm_up_hours: float


RATES: Final = (Extent(1, 4000, 2), Extent(100, 50, 1), Extent(10_000, 0.5, 0.25))
BUSY: Final = Extent(2000, 1, 0.5)
"""Enough that instances are seldom idle, little enough that nothing is used up once the changes are made."""


RUSH: Final = 1000
"""Videos asked for at one moment."""
PACES: Final = (None, 2.0, 1.0)
"""Let through a second: all at once, or by a queue."""


@dataclass(frozen=True)
class Ceiling:
    """The rate at which a resource is used up, from what a video needs of it."""

    name: str
    capacity: float
    unit: str
    need: float
    """Of the resource, on average, for each video an hour."""

    @property
    def per_hour(self) -> float:
        """Videos."""
        return self.capacity / self.need

    @property
    def stops(self) -> bool:
        """Whether videos are no longer made beyond it."""
        return self.name in STOPS


@dataclass(frozen=True)
class Sensitivity:
    """What the answer becomes with another value of something that was guessed."""

    path: str
    value: float
    otherwise: float
    p50: float
    p95: float
    first: Ceiling


@dataclass(frozen=True)
class Study:
    """All that the page shows."""

    deployed: dict[float, Outcome]
    changed: dict[float, Outcome]
    ceilings: list[Ceiling]
    below: Outcome
    above: Outcome
    sensitivities: list[Sensitivity]
    rushes: dict[tuple[bool, float | None], Outcome]
    """By whether the changes are made, and the pace."""


DOUBTS: Final = {
    "network.kept_after_job_s": (0.0,),
    "job.start_s.median": (5.0, 20.0),
    "job.mb_per_s": (25.0,),
    "load.known_songs": (0.0, 1.0),
    "run.vcpu": (1000.0,),
    "gemini.answer_s.median": (3.0, 12.0),
}
"""Guesses and memories that could move the answer, and what else they might be."""


def study(inputs: Inputs, tell: Callable[[str], None], *, quick: bool = False) -> Study:
    """Run it all: some minutes; `quick` is a tenth of the videos. Deterministic."""
    shrink = 0.1 if quick else 1.0

    def run(numbers: Inputs, extent: Extent) -> Outcome:
        tell(f"{extent.per_hour:g} an hour")
        return simulate(
            numbers,
            per_hour=extent.per_hour,
            hours=extent.hours * shrink,
            warm_up_hours=extent.warm_up_hours,
            seed=SEED,
        )

    after = inputs.changed()
    deployed = {e.per_hour: run(inputs, e) for e in RATES}
    changed = {e.per_hour: run(after, e) for e in RATES}
    capacities = deployed[RATES[0].per_hour]
    found = ceilings(capacities, run(after, BUSY))
    wall = next(c for c in found if c.stops).per_hour
    below, above = (run(inputs, Extent(wall * share, 0.5, 0.5)) for share in (0.9, 1.2))
    doubts = []
    for path, values in DOUBTS.items():
        for value in values:
            outcome = run(_with_median(after, path, value), BUSY)
            first = next(c for c in ceilings(_capacities(capacities, path, value), outcome) if c.stops)
            total = outcome.stages["total"]
            doubts.append(Sensitivity(path, inputs.number(path).value, value, total.p50, total.p95, first))
    tell(f"{RUSH} at once")
    rushes = {
        (made, pace): rush(numbers, videos=round(RUSH * shrink), per_second=pace, seed=SEED)
        for made, numbers in ((False, inputs), (True, after))
        for pace in PACES
    }
    return Study(deployed, changed, found, below, above, doubts, rushes)


def ceilings(capacities: Outcome, busy: Outcome) -> list[Ceiling]:
    """The lowest first: needs from a run in which nothing was used up, capacities from another."""
    videos = busy.ends.total() / busy.hours  # chance gave some more or less than the rate
    found = [Ceiling(u.name, capacities.use(u.name).capacity, u.unit, u.mean / videos) for u in busy.uses if u.mean]
    return sorted(found, key=lambda c: c.per_hour)


def _with_median(inputs: Inputs, path: str, value: float) -> Inputs:
    """With another value; a median takes its p95 along."""
    values = {path: value}
    if path.endswith(".median"):
        tail = path.removesuffix("median") + "p95"
        values[tail] = inputs.number(tail).value * value / inputs.number(path).value
    return inputs.with_values(values)


def _capacities(outcome: Outcome, path: str, value: float) -> Outcome:
    """A doubt about a capacity is one about the deployed capacity."""
    if path != "run.vcpu":
        return outcome
    return outcome.with_capacity("vCPU of the region", value)

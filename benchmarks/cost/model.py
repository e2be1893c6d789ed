"""Quantities times prices."""

from __future__ import annotations

from dataclasses import dataclass

from bachata.assembly import prices as render_prices
from benchmarks.cost.prices import Environment, PriceList
from benchmarks.cost.steps import billed_steps
from benchmarks.scale.draws import Draws
from benchmarks.scale.inputs import Function, Inputs
from benchmarks.scale.outcome import Outcome, Spent
from benchmarks.scale.spread import mean

_SAMPLE, _SEED = 2000, 1  # videos whose times are drawn for an average


@dataclass(frozen=True)
class Item:
    """A line of a bill."""

    what: str
    quantity: float
    unit: str
    dollars: float


@dataclass(frozen=True)
class Bill:
    """Its lines."""

    items: tuple[Item, ...]

    @property
    def total(self) -> float:
        """Dollars."""
        return sum(item.dollars for item in self.items)


def spent_warm(inputs: Inputs) -> Spent:
    """Of a video on average, when instances are up and each request has one to itself."""
    sample = [Draws.of(inputs, _SEED, index) for index in range(_SAMPLE)]

    def average(seconds: list[float]) -> float:
        return sum(seconds) / len(sample)

    work = [d.job_work_s for d in sample]
    return Spent(
        instance_s={
            "analyze": average([d.analyze_s for d in sample]),
            "plan": average([d.plan_s + d.gemini_s * d.directed + d.choose_s * d.chooses_song for d in sample]),
            "finalize": average([d.open_s + d.close_s for d in sample]),
        },
        job_s=average(work),
        job_billed_s=average([max(inputs.job.billed_least_s.value, s) for s in work]),
        polls=average([_polls(inputs, d.job_start_s + d.job_work_s) for d in sample]),
    )


def starts_s(inputs: Inputs) -> dict[str, float]:
    """Seconds by function that a video pays as well when no instance is up."""
    return {name: mean(_function(inputs, name).cold_start_s) for name in ("analyze", "plan", "finalize")}


def per_thousand(inputs: Inputs, prices: PriceList, outcome: Outcome | None = None) -> Bill:
    """A thousand videos: as simulated, or warm. Without database, and without sending them to anybody."""
    spent = spent_warm(inputs) if outcome is None else outcome.spent
    p, job, video = prices.prices, inputs.job, prices.video
    items = [_function_item(inputs, prices, name, 1000 * s) for name, s in spent.instance_s.items()]
    job_dollars = job.vcpu.value * p.job_vcpu_s.value + job.memory_gib.value * p.job_gib_s.value
    calls = 4 + inputs.load.songs_to_choose.value
    steps = 1000 * (billed_steps() + spent.polls)
    gb = job.stored_mb.value / 1000 * 1000
    logs = 1000 * video.log_kib.value / 2**20
    tokens_in = 1000 * inputs.load.directed_by_gemini.value * inputs.gemini.tokens.value
    tokens_out = 1000 * inputs.load.directed_by_gemini.value * video.gemini_out.value
    operations = 1000 * render_prices.operations(clips=int(video.clips), pieces=3, tasks=1)
    return Bill((
        *items,
        Item("requests to functions", 1000 * calls, "requests", 1000 * calls * p.function_request.value),
        Item("job, as billed", 1000 * spent.job_billed_s, "s", 1000 * spent.job_billed_s * job_dollars),
        Item("workflow steps, polls included", steps, "steps", steps * p.workflow_step.value),
        Item("storage operations of renders", 1000, "renders", operations),
        Item("videos kept for a month", gb, "GB", gb * p.storage_gb_month.value),
        Item("logs", logs, "GiB", logs * p.log_gib.value),
        Item("Gemini, where it directs", tokens_in + tokens_out, "tokens",
             tokens_in * p.gemini_in.value + tokens_out * p.gemini_out.value),
    ))  # fmt: skip


def a_month(prices: PriceList, environment: Environment) -> Bill:
    """A month in which nobody asks for a video."""
    p, month = prices.prices, prices.month
    hours, zones = month.hours.value, environment.zones.value
    machine = environment.sql_vcpu.value * p.sql_vcpu_hour.value + environment.sql_gib.value * p.sql_gib_hour.value
    disk = zones * month.disk_gib.value
    backups = environment.backups.value * month.database_gib.value
    sweeps = hours * month.sweeps_an_hour.value
    sweep = month.sweep_s.value * (p.function_vcpu_s.value + 0.5 * p.function_gib_s.value) + p.function_request.value
    conditions, images, library = month.alert_conditions.value, month.images_gb.value, month.library_gb.value
    return Bill((
        Item("Cloud SQL, machine", hours * zones, "hours", hours * zones * machine),
        Item("Cloud SQL, disk", disk, "GiB", disk * p.sql_disk_gib_month.value),
        Item("Cloud SQL, backups, at most", backups, "GiB", backups * p.sql_backup_gib_month.value),
        Item("alerts", conditions, "conditions", conditions * p.alert_month.value),
        Item("images", images, "GB", images * p.image_gb_month.value),
        Item("sweeps", sweeps, "calls", sweeps * sweep + p.schedule_month.value),
        Item("the move library", library, "GB", library * p.storage_gb_month.value),
        Item("secrets", environment.secrets.value, "versions", environment.secrets.value * p.secret_month.value),
    ))  # fmt: skip


def starting(inputs: Inputs, prices: PriceList) -> Bill:
    """What a thousand videos pay for starting functions, if every one finds none of them up."""
    return Bill(tuple(_function_item(inputs, prices, n, 1000 * s) for n, s in starts_s(inputs).items()))


def sending(inputs: Inputs, prices: PriceList) -> Item:
    """A thousand videos, each sent to somebody once."""
    gb = inputs.job.stored_mb.value / 1000 * 1000
    return Item("each video sent to somebody once", gb, "GB", gb * prices.prices.egress_gb.value)


def _function(inputs: Inputs, name: str) -> Function:
    function: Function = getattr(inputs.functions, name)
    return function


def _function_item(inputs: Inputs, prices: PriceList, name: str, seconds: float) -> Item:
    function, p = _function(inputs, name), prices.prices
    dollars = function.vcpu.value * p.function_vcpu_s.value + function.memory_gib.value * p.function_gib_s.value
    return Item(f"function {name}", seconds, "s", seconds * dollars)


def _polls(inputs: Inputs, seconds: float) -> int:
    told = inputs.workflow
    delay = passed = told.poll_initial_s.value
    count = 1
    while passed < seconds:
        delay = min(delay * told.poll_multiplier.value, told.poll_most_s.value)
        passed += delay
        count += 1
    return count

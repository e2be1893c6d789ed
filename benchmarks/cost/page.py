"""docs/cost.md."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.cost.model import Bill, Item, a_month, per_thousand, sending, spent_warm, starting
from benchmarks.cost.prices import PriceList
from benchmarks.cost.steps import billed_steps
from benchmarks.scale.inputs import Inputs
from benchmarks.scale.numbers import numbers


@dataclass(frozen=True)
class Videos:
    """What a thousand of them cost, seen from several sides."""

    warm: Bill
    cold: Bill
    sent: Item
    unrounded_job: float
    """Dollars of the job, were it billed by the second."""


def page(inputs: Inputs, prices: PriceList) -> str:
    """Markdown."""
    idle = {name: a_month(prices, environment) for name, environment in (("dev", prices.dev), ("prod", prices.prod))}
    return "\n".join([
        "# What it costs", "",
        "<!-- Written by `python -m benchmarks.cost` from benchmarks/cost/prices.toml and",
        "benchmarks/scale/inputs.toml; change those, not this page. -->", "",
        "List prices in US dollars for us-central1, without free tiers and discounts, **as of the dates in the table",
        "below**. Some are remembered, none was seen on a bill: nobody has deployed this yet. Follow the links before",
        "you rely on a figure.", "",
        "## A month in which nobody asks for a video", "",
        "| | dev | prod |", "|---|---|---|",
        *[f"| {a.what} | {a.dollars:.2f} | {b.dollars:.2f} |"
          for a, b in zip(idle["dev"].items, idle["prod"].items, strict=True)],
        f"| **together** | **{idle['dev'].total:.0f}** | **{idle['prod'].total:.0f}** |", "",
        "Nothing else costs money while it waits: functions and jobs scale to zero, private addresses need no NAT.", "",
        "## 1,000 videos", "",
        *_thousand(inputs, prices), "",
        "How the simulated load changes this: [benchmarks/scale/results.md](../benchmarks/scale/results.md).", "",
        "## Prices", "",
        "| price | $ | for a | kind | date | where |", "|---|---|---|---|---|---|",
        *[f"| {path} | {_plain(n.value)} | {n.unit} | {n.kind} | {n.date} | {_link(n.source)} |"
          for path, n in numbers(prices.prices).items()], "",
        "## Quantities", "",
        "| number | value | unit | kind | where |", "|---|---|---|---|---|",
        *[f"| {part}.{path} | {n.value:g} | {n.unit} | {n.kind} | {n.source} |"
          for part in ("video", "month", "dev", "prod")
          for path, n in numbers(getattr(prices, part)).items()], "",
    ])  # fmt: skip


def _thousand(inputs: Inputs, prices: PriceList) -> list[str]:
    videos = _videos(inputs, prices)
    job, gemini = _dollars(videos.warm, "job, as billed"), _dollars(videos.warm, "Gemini, where it directs")
    return [
        f"Of {prices.video.clips.value:.0f} moves and 232 s at 720p30, half of songs that are known; every function",
        "has an instance up.", "",
        "| | quantity | $ |", "|---|---|---|",
        *[f"| {i.what} | {_amount(i.quantity)} {i.unit} | {i.dollars:.2f} |" for i in videos.warm.items],
        f"| **together** | | **{videos.warm.total:.2f}** |", "",
        f"- The job is billed for at least {inputs.job.billed_least_s.value:.0f} s and needs "
        f"{spent_warm(inputs).job_s:.0f} s on average: by the second it would be {videos.unrounded_job:.2f} instead of "
        f"{job:.2f}.",
        f"- Videos that find no instance up pay for their starting as well: at most {videos.cold.total:.2f} more.",
        f"- {videos.sent.what.capitalize()}: {videos.sent.dollars:.2f} more.",
        f"- Without Gemini: {gemini:.2f} less, and the plan function does not wait for it.",
        f"- An execution takes {billed_steps()} billed steps and its polls: counted while workflows/choreography.yaml",
        "  runs on the laptop's engine.",
    ]  # fmt: skip


def _videos(inputs: Inputs, prices: PriceList) -> Videos:
    warm = per_thousand(inputs, prices)
    spent = spent_warm(inputs)
    return Videos(
        warm=warm,
        cold=starting(inputs, prices),
        sent=sending(inputs, prices),
        unrounded_job=_dollars(warm, "job, as billed") * spent.job_s / spent.job_billed_s,
    )


def _dollars(bill: Bill, what: str) -> float:
    return next(item.dollars for item in bill.items if item.what == what)


def _amount(quantity: float) -> str:
    return f"{quantity:,.0f}" if quantity >= 10 else f"{quantity:.2g}"


def _plain(dollars: float) -> str:
    return f"{dollars:.10f}".rstrip("0").rstrip(".")


def _link(source: str) -> str:
    address, comma, more = source.partition(",")
    address, colon, other = address.partition(": ")
    return f"[{address}](https://{address}){colon}{other}{comma}{more}"

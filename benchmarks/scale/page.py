"""The results page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from benchmarks.scale.inputs import INPUTS, Inputs, load
from benchmarks.scale.journal import COMPLETED
from benchmarks.scale.numbers import numbers as all_numbers
from benchmarks.scale.outcome import Outcome, Use
from benchmarks.scale.study import SEED, Ceiling, Study

_CONSEQUENCE = {
    "addresses of the subnet": "jobs wait to start, in the end the others below follow",
    "vCPU of the region": "jobs wait, functions answer 429",
    "job starts": "the connector tries again for about 8 s, then the video fails",
    "job executions": "as above",
    "reads of the Run API": "a finished job is noticed later",
    "workflow executions": "requests wait, up to 100,000 of them",
    "SQL connections": "functions answer 503 and are tried again; renders write no progress",
    "SQL Admin API, account of job": "renders write no progress and wait 2 s",
    "SQL Admin API, account of analyze": "hearing a song writes no progress and waits 2 s",
    "SQL Admin API, account of plan": "new instances answer 503 and are tried again",
    "SQL Admin API, account of finalize": "new instances answer 503 and are tried again",
    "Gemini requests": "dances are made without a director",
    "Gemini tokens": "dances are made without a director",
    "function analyze": "requests wait, then 429, then are tried again",
    "function plan": "requests wait, then 429, then are tried again",
    "function finalize": "requests wait, then 429, then are tried again",
}


def digest(path: Path = INPUTS) -> str:
    """Of the numbers a page was made from, not of the words about them: a test tells whether they are still those."""
    inputs = load(path)
    told = {p: n.value for p, n in all_numbers(inputs).items()} | {c.name: [c.how, c.values] for c in inputs.changes}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def page(inputs: Inputs, study: Study, cost: dict[float, float]) -> str:
    """Markdown. `cost`: dollars of 1,000 videos by rate, after the changes."""
    return "\n".join([
        "# The pipeline under load", "",
        "<!-- Written by `python -m benchmarks.scale`; change inputs.toml or the code, not this page. -->", "",
        "A simulation, not a measurement: [README.md](README.md) says how it works and where it is weak,",
        f"[inputs.toml](inputs.toml) holds every number. Seed {SEED}; the same inputs give this page again.",
        f"Inputs: `{digest()}`.", "",
        "## What is used up, and at which rate", "",
        "![Ceilings](ceilings.svg)", "",
        *_ceilings(study.ceilings), "",
        f"Proof, as deployed: at 0.9 times the first rate that stops videos ({study.below.per_hour:,.0f} an hour) "
        f"{_ends(study.below)}; at 1.2 times ({study.above.per_hour:,.0f} an hour) {_ends(study.above)}.", "",
        "## As deployed", "",
        *_times(study.deployed), "",
        *_fullest(study.deployed), "",
        "## What to change, and the proof that it helps", "",
        *_changes(inputs), "",
        *_times(study.changed), "",
        *_fullest(study.changed), "",
        "![Stages](stages.svg)", "",
        *_stages(study.changed), "",
        "Dollars for 1,000 videos, without the database and without sending them to anybody: "
        + ", ".join(f"{dollars:.2f} at {rate:,.0f} an hour" for rate, dollars in cost.items()) + ".", "",
        "## A thousand at one moment", "",
        *_rushes(study), "",
        "## What if a guess is wrong", "",
        *_sensitivities(study), "",
        "## Where the numbers come from", "",
        *_kinds(inputs), "",
    ])  # fmt: skip


def _ceilings(found: Iterable[Ceiling]) -> list[str]:
    rows = [
        f"| {c.name} | {c.capacity:,.0f} {c.unit} | {_need(c)} | {c.per_hour:,.0f} | {_CONSEQUENCE[c.name]} |"
        for c in found
    ]
    return ["| resource | there is | a video needs | used up at, an hour | then |", "|---|---|---|---|---|", *rows]


def _need(ceiling: Ceiling) -> str:
    """Of a quota by the minute a number of requests, of anything else so many for so many seconds."""
    if ceiling.unit == "a minute":
        return f"{ceiling.need * 60:,.1f}"
    return f"{ceiling.need * 3600:,.1f} × s"


def _times(outcomes: dict[float, Outcome]) -> list[str]:
    rows = []
    for rate, o in outcomes.items():
        total = o.stages.get("total")
        seconds = f"{total.p50:.1f} | {total.p95:.1f} | {total.p99:.1f}" if total else "– | – | –"
        cold = sum(o.cold_starts.values()) / max(1, o.ends.total())
        videos, asked = f"{o.ends.total():,}", max(1, o.ends.total())
        rows.append(
            f"| {rate:,.0f} | {videos} | {o.completed:.1%} | {seconds} | {cold:.2f} | {o.blind / asked:.1%} "
            f"| {o.undirected / asked:.1%} |"
        )
    head = "videos an hour | asked for | made | p50 s | p95 s | p99 s | cold starts a video | no progress | undirected"
    return [f"| {head} |", "|---|---|---|---|---|---|---|---|---|", *rows]


def _fullest(outcomes: dict[float, Outcome]) -> list[str]:
    rows = [f"| {rate:,.0f} | {_listed(o.fullest()[:4])} |" for rate, o in outcomes.items()]
    return ["| videos an hour | fullest on average; longest queue |", "|---|---|", *rows]


def _listed(uses: Iterable[Use]) -> str:
    return "; ".join(
        f"{u.name} {u.share:.0%}" + (f" (queue {u.queue_peak:,.0f})" if u.queue_peak else "") for u in uses
    )


def _stages(outcomes: dict[float, Outcome]) -> list[str]:
    names = list(next(iter(outcomes.values())).stages)
    rows = []
    for name in names:
        cells = [
            f"{o.stages[name].p50:.1f} / {o.stages[name].p95:.1f} / {o.stages[name].p99:.1f}" for o in outcomes.values()
        ]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    head = " | ".join(f"{rate:,.0f} an hour" for rate in outcomes)
    return [f"| stage: p50 / p95 / p99 s | {head} |", "|---" * (len(outcomes) + 1) + "|", *rows]


def _changes(inputs: Inputs) -> list[str]:
    rows = []
    for change in inputs.changes:
        values = ", ".join(f"{inputs.number(path).value:,.0f} → {new:,.0f}" for path, new in change.values.items())
        rows.append(f"| {change.name} | {values} | {change.how} |")
    return ["| change | from → to | how |", "|---|---|---|", *rows]


def _rushes(study: Study) -> list[str]:
    rows = []
    for (changed, pace), o in study.rushes.items():
        total = o.stages.get("total")
        waits = f"{total.p50:.0f} | {total.p95:.0f}" if total else "– | –"
        failed = [(end, n) for end, n in o.ends.most_common() if end != COMPLETED]
        worst = f"{failed[0][1]} {failed[0][0].removeprefix('failed: ')}" if failed else "–"
        how = "all at once" if pace is None else f"{pace:g} a second"
        rows.append(f"| {'changed' if changed else 'as deployed'} | {how} | {o.completed:.1%} | {waits} | {worst} |")
    head = "| | let through | made | p50 s | p95 s | most failures |"
    return [head, "|---|---|---|---|---|---|", *rows]


def _sensitivities(study: Study) -> list[str]:
    rows = [
        f"| {s.path} | {s.value:g} | {s.otherwise:g} | {s.p50:.1f} | {s.p95:.1f} "
        f"| {s.first.name}, {s.first.per_hour:,.0f} |"
        for s in study.sensitivities
    ]
    head = "| number | taken | instead | p50 s | p95 s | first to stop videos, as deployed; an hour |"
    return [head, "|---|---|---|---|---|---|", *rows]


def _kinds(inputs: Inputs) -> list[str]:
    numbers = all_numbers(inputs)
    kinds = dict.fromkeys(n.kind for n in numbers.values())
    rows = [
        f"| {kind} | {sum(n.kind == kind for n in numbers.values())} | "
        f"{', '.join(path for path, n in numbers.items() if n.kind == kind)} |"
        for kind in kinds
    ]
    return ["| kind | how many | which |", "|---|---|---|", *rows]


def _ends(outcome: Outcome) -> str:
    total = outcome.stages["total"]
    return f"{outcome.completed:.1%} are made, half of them within {total.p50:.0f} s, 95 % within {total.p95:.0f} s"

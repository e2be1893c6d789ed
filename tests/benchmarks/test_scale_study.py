"""Ceilings are capacities over needs; the pages say what was found, and are those of the committed numbers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.scale import charts
from benchmarks.scale.inputs import INPUTS, load
from benchmarks.scale.journal import COMPLETED
from benchmarks.scale.outcome import Outcome, Spent, Times, Use
from benchmarks.scale.page import digest, page
from benchmarks.scale.study import RATES, Ceiling, Sensitivity, Study, ceilings
from tests.benchmarks.scale_small import small

ROOT = Path(__file__).parents[2]
RESULTS = (ROOT / "benchmarks/scale/results.md").read_text(encoding="utf-8")


def outcome(per_hour: float, *uses: Use, ends: dict[str, int] | None = None) -> Outcome:
    times = Times(10, 1.0, 2.0, 3.0)
    counted = Counter(ends or {COMPLETED: int(per_hour)})
    stages = {"open": times, "total": times}
    return Outcome(per_hour, 1.0, uses, Spent({}, 5.0), 1, 0, {"plan": 2}, stages, counted)


JOBS = Use("job executions", "executions", mean=5.0, peak=9.0, capacity=1000)
STARTS = Use("job starts", "a minute", mean=2.0, peak=2.0, capacity=180, refused=0)
IDLE = Use("Gemini requests", "a minute", mean=0.0, peak=0.0, capacity=1000)


def test_a_ceiling_is_capacity_over_need():
    scarce = outcome(1, Use("job executions", "executions", 0, 0, capacity=100), STARTS, IDLE)
    found = ceilings(scarce, outcome(120, JOBS, STARTS, IDLE))
    assert [(c.name, c.per_hour) for c in found] == [
        ("job executions", pytest.approx(100 / (5 / 120))),
        ("job starts", pytest.approx(180 / (2 / 120))),
    ], "the lowest first; what is never needed has none"


def test_needs_are_those_of_the_videos_that_came():
    found = ceilings(outcome(1, JOBS), outcome(120, JOBS, ends={COMPLETED: 240}))
    assert found[0].need == pytest.approx(5 / 240)


def test_what_stops_videos_is_told_from_what_costs_less():
    assert Ceiling("job starts", 1, "a minute", 1).stops
    assert not Ceiling("Gemini tokens", 1, "a minute", 1).stops


def test_percentiles_are_nearest_ranks():
    assert Times.of([float(n) for n in range(1, 101)]) == Times(100, 50.0, 95.0, 99.0)
    assert Times.of([7.0]) == Times(1, 7.0, 7.0, 7.0)


def test_a_use_says_how_full_it_is():
    assert JOBS.share == 0.005
    assert JOBS.ceiling(120) == pytest.approx(24_000)
    assert IDLE.ceiling(120) == float("inf")
    assert outcome(1, JOBS, STARTS).fullest() == [STARTS, JOBS]
    assert outcome(1, JOBS).with_capacity("job executions", 5).use("job executions").share == 1


def made() -> Study:
    found = [Ceiling("job starts", 180, "a minute", 2 / 120), Ceiling("job executions", 1000, "executions", 5 / 120)]
    runs = {e.per_hour: outcome(e.per_hour, JOBS, STARTS) for e in RATES}
    above = outcome(2, JOBS, ends={COMPLETED: 3, "failed: plan, no instance had room": 1})
    doubt = Sensitivity("run.vcpu", 200, 1000, 30.0, 60.0, found[0])
    rushes = {
        (False, None): outcome(4, ends={COMPLETED: 1, "failed: open, no instance had room": 3}),
        (True, 2.0): runs[1],
    }
    return Study(runs, runs, found, outcome(1, JOBS), above, [doubt], rushes)


def test_the_page_says_what_was_found():
    text = page(load(), made(), {1.0: 12.5, 10_000.0: 9.75})
    assert "| job starts | 180 a minute | 1.0 | 10,800 | the connector tries again" in text
    assert "| job executions | 1,000 executions | 150.0 × s | 24,000 |" in text
    assert "(2 an hour) 75.0% are made, half of them within 1 s" in text
    assert "12.50 at 1 an hour, 9.75 at 10,000 an hour" in text
    assert "| as deployed | all at once | 25.0% | 1 | 2 | 3 open, no instance had room |" in text
    assert "| changed | 2 a second | 100.0% | 1 | 2 | – |" in text
    assert "| run.vcpu | 200 | 1000 | 30.0 | 60.0 | job starts, 10,800 |" in text
    for change in load().changes:
        assert f"| {change.name} |" in text
    assert f"`{digest()}`" in text


def test_charts_are_the_same_each_time(tmp_path: Path):
    study = made()
    for draw in (charts.ceilings, charts.stages):
        draw(study, tmp_path / "a.svg")
        draw(study, tmp_path / "b.svg")
        drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
        assert drawn == (tmp_path / "b.svg").read_text(encoding="utf-8")
        assert "job starts" in drawn or "open" in drawn
        assert not re.search(r"[ \t]$", drawn, re.MULTILINE)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("# Every number", "# All numbers", True),
        ("half the songs were analysed", "some songs were analysed", True),
        ("vcpu = { value = 200,", "vcpu = { value = 201,", False),
        ('"run.vcpu" = 600', '"run.vcpu" = 700', False),
    ],
)
def test_a_page_is_of_numbers_and_changes_not_of_words(tmp_path: Path, old: str, new: str, same: bool):
    text = INPUTS.read_text(encoding="utf-8")
    assert old in text
    other = tmp_path / "inputs.toml"
    other.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert (digest(other) == digest()) is same


def test_the_committed_page_is_of_the_committed_numbers():
    assert f"`{digest()}`" in RESULTS, "inputs.toml has changed: run `python -m benchmarks.scale`"


@pytest.mark.parametrize(("name", "least"), [("scale.md", 10), ("deploy.md", 1)])
def test_stories_tell_the_figures_of_the_page(name: str, least: int):
    story = (ROOT / "docs" / name).read_text(encoding="utf-8")
    told = re.findall(r"\*\*([\d,.]+\d)\*\*", story)
    assert len(told) >= least
    assert [figure for figure in told if not re.search(rf"(?<![\d,.]){re.escape(figure)}(?![\d])", RESULTS)] == []


def test_at_ten_thousand_an_hour_jobs_wait_for_addresses_until_the_changes_are_made():
    """What the page claims, simulated again for some minutes at a time."""
    from benchmarks.scale.simulate import simulate

    for inputs, waited in ((load(), True), (load().changed(), False)):
        seen = simulate(inputs, per_hour=10_000, hours=0.03, warm_up_hours=0.14, seed=5)
        assert (seen.use("addresses of the subnet").queue_peak > 0) is waited
        assert (seen.stages["total"].p95 > 90) is waited


def test_a_rush_is_more_than_the_services_take_and_a_queue_in_front_saves_it():
    from benchmarks.scale.simulate import rush

    at_once = rush(load(), videos=400, per_second=None, seed=2)
    paced = rush(load(), videos=400, per_second=1.0, seed=2)
    assert at_once.ends.total() == paced.ends.total() == 400
    assert at_once.completed < 0.9
    assert paced.completed > 0.99
    assert paced.stages["total"].p95 > 300, "whoever is let through last has waited for it"


def test_doubling_what_a_render_needs_halves_its_ceiling():
    from benchmarks.scale.simulate import simulate

    def ceiling(seconds: float) -> float:
        inputs = small(job__work_s__median=seconds, job__start_s__median=seconds)
        seen = simulate(inputs, per_hour=600, hours=0.5, warm_up_hours=0.2, seed=1)
        return next(c for c in ceilings(seen, seen) if c.name == "job executions").per_hour

    assert ceiling(10) / ceiling(20) == pytest.approx(2, rel=0.05)

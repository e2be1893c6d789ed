"""Bills are quantities times prices, reckoned again here by hand; the page is current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bachata.assembly import prices as render_prices
from benchmarks.cost import __main__ as command
from benchmarks.cost.model import a_month, per_thousand, sending, spent_warm, starting
from benchmarks.cost.page import page
from benchmarks.cost.prices import load as load_prices
from benchmarks.cost.steps import billed_steps
from benchmarks.scale.inputs import load
from benchmarks.scale.simulate import simulate
from tests.benchmarks.scale_small import small

FLOW = """
main:
  params: [event]
  steps:
    - two:
        assign:
          - a: 1
          - b: 2
    - decide:
        switch:
          - condition: ${a == 1}
            assign:
              - c: 3
              - d: 4
    - call:
        call: sub
        args: {n: 1}
        result: r
    - done:
        return: ${r}
sub:
  params: [n]
  steps:
    - give:
        return: ${n}
"""


def dollars(bill, what: str) -> float:
    return next(item.dollars for item in bill.items if item.what == what)


def test_every_call_and_every_assignment_is_a_step(tmp_path: Path):
    file = tmp_path / "flow.yaml"
    file.write_text(FLOW, encoding="utf-8")
    # two assignments, a switch with two, the call, the return inside it, the return at the end
    assert billed_steps(file) == 2 + (1 + 2) + 1 + 1 + 1


def test_an_execution_of_the_real_workflow_takes_some_dozens_of_steps():
    assert 40 < billed_steps() < 150


def test_renders_and_functions_are_reckoned_at_one_price():
    prices, others = load_prices().prices, render_prices
    ours = (prices.job_vcpu_s, prices.job_gib_s, prices.storage_gb_month, prices.storage_write, prices.storage_read)
    theirs = (others.VCPU_SECOND, others.GIB_SECOND, others.STORAGE_GB_MONTH, others.WRITE, others.READ)
    assert [n.value for n in ours] == pytest.approx(list(theirs))
    assert prices.egress_gb.value == others.EGRESS_GB


def test_a_thousand_videos_by_hand():
    prices = load_prices()
    inputs = small(
        functions__plan__vcpu=2, functions__plan__memory_gib=4, job__stored_mb=50, load__directed_by_gemini=1,
        gemini__tokens=2000, job__vcpu=2, job__memory_gib=2, job__mb_per_s=50, job__billed_least_s=60,
    )  # fmt: skip
    bill = per_thousand(inputs, prices)
    # one second of planning and one of Gemini
    assert dollars(bill, "function plan") == pytest.approx(2000 * (2 * 0.000024 + 4 * 0.0000025))
    assert dollars(bill, "function finalize") == pytest.approx(2000 * (0.000024 + 0.5 * 0.0000025))
    assert dollars(bill, "requests to functions") == pytest.approx(4000 * 0.0000004)
    # two seconds, one of work and one of storing, billed as sixty
    assert dollars(bill, "job, as billed") == pytest.approx(60_000 * 2 * (0.000018 + 0.000002))
    # polls after 1 s and 1.25 s find a start of one second and two of work not done, the third does
    assert dollars(bill, "workflow steps, polls included") == pytest.approx(1000 * (billed_steps() + 3) * 0.00001)
    assert dollars(bill, "videos kept for a month") == pytest.approx(50 * 0.02)
    assert dollars(bill, "Gemini, where it directs") == pytest.approx(1000 * (2000 * 0.0000005 + 1500 * 0.000003))
    assert sending(inputs, prices).dollars == pytest.approx(50 * 0.12)
    assert bill.total == pytest.approx(sum(item.dollars for item in bill.items))


def test_a_long_render_is_billed_as_long_as_it_took():
    bill = per_thousand(small(job__work_s__median=90, job__billed_least_s=60), load_prices())
    assert next(i.quantity for i in bill.items if i.what == "job, as billed") == pytest.approx(90_000)


def test_a_month_by_hand():
    prices = load_prices()
    dev, prod = a_month(prices, prices.dev), a_month(prices, prices.prod)
    assert dollars(dev, "Cloud SQL, machine") == pytest.approx(730 * (1 * 0.0413 + 3.75 * 0.007))
    assert dollars(prod, "Cloud SQL, machine") == pytest.approx(2 * 730 * (2 * 0.0413 + 7.5 * 0.007))
    assert dollars(prod, "Cloud SQL, disk") == 2 * dollars(dev, "Cloud SQL, disk")
    assert dollars(dev, "sweeps") < 0.5
    assert prod.total > dev.total > 0.8 * dev.items[0].dollars


def test_starting_costs_what_starting_takes():
    bill = starting(small(functions__analyze__cold_start_s__median=5), load_prices())
    assert dollars(bill, "function analyze") == pytest.approx(5000 * (0.000024 + 0.0000025))


def test_what_was_simulated_costs_what_was_reckoned_when_nobody_waits():
    """Two ways to the same dollars. The functions' instances are shared and started, so they differ by more."""
    inputs, prices = load().changed(), load_prices()
    reckoned = per_thousand(inputs, prices)
    simulated = per_thousand(inputs, prices, simulate(inputs, per_hour=2000, hours=0.5, warm_up_hours=0.2, seed=2))
    for what in ("job, as billed", "workflow steps, polls included", "videos kept for a month"):
        assert dollars(simulated, what) == pytest.approx(dollars(reckoned, what), rel=0.08)
    assert simulated.total == pytest.approx(reckoned.total, rel=0.1)


def test_averages_are_of_the_spreads():
    spent = spent_warm(small(load__known_songs=0.5, job__new_song_s__median=4))
    assert spent.job_s == pytest.approx(1 + 2, rel=0.05)
    assert spent.job_billed_s == 60


def test_the_page_is_current_and_the_check_tells_when_it_is_not(tmp_path: Path, monkeypatch, capsys):
    assert command.main(["--check"]) == 0
    other = tmp_path / "cost.md"
    other.write_text(command.PAGE.read_text(encoding="utf-8").replace("$", "€", 1), encoding="utf-8")
    monkeypatch.setattr(command, "PAGE", other)
    assert command.main(["--check"]) == 1
    assert "python -m benchmarks.cost" in capsys.readouterr().err
    assert command.main([]) == 0
    assert command.main(["--check"]) == 0
    assert command.main(["--chekc"]) == 2


def test_the_page_shows_every_price_with_kind_date_and_link():
    text = page(load(), load_prices())
    rows = re.findall(r"^\| (\w+) \| ([\d.]+) \| [^|]+ \| (\w+) \| (20\d\d-\d\d-\d\d) \| \[.+\]\(https://", text, re.M)
    assert {name for name, *_ in rows} == set(type(load_prices().prices).model_fields)
    assert all(float(dollars) > 0 for _, dollars, *_ in rows)

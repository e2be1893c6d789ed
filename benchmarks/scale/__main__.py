"""`python -m benchmarks.scale [--quick]`: simulate, write results.md and the charts beside it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.cost.model import per_thousand
from benchmarks.cost.prices import load as load_prices
from benchmarks.scale import charts
from benchmarks.scale.inputs import load
from benchmarks.scale.page import page
from benchmarks.scale.study import study

HERE = Path(__file__).parent


def main() -> None:
    """Parse the arguments, simulate, write."""
    parser = argparse.ArgumentParser(description="Simulate the pipeline under load")
    parser.add_argument("--quick", action="store_true", help="a tenth of the videos; prints, writes nothing")
    quick = parser.parse_args().quick
    inputs, prices = load(), load_prices()
    found = study(inputs, lambda what: print(what, file=sys.stderr), quick=quick)
    cost = {rate: per_thousand(inputs, prices, outcome).total for rate, outcome in found.changed.items()}
    text = page(inputs, found, cost)
    if quick:
        print(text)
        return
    (HERE / "results.md").write_text(text, encoding="utf-8")
    charts.ceilings(found, HERE / "ceilings.svg")
    charts.stages(found, HERE / "stages.svg")


if __name__ == "__main__":
    main()

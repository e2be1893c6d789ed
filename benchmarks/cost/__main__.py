"""Write docs/cost.md from prices, the simulation's numbers and the workflow file.

python -m benchmarks.cost            write it
python -m benchmarks.cost --check    exit 1 when it is not what they say
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.cost.page import page
from benchmarks.cost.prices import load as load_prices
from benchmarks.scale.inputs import load

PAGE = Path(__file__).parents[2] / "docs" / "cost.md"


def main(arguments: list[str]) -> int:
    """The command; returns its exit code."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    text = page(load(), load_prices())
    if not arguments:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"docs/{PAGE.name} is stale: run `python -m benchmarks.cost`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

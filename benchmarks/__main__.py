"""`python -m benchmarks [--media DIR] [--seconds S]`: run the benchmarks and write their results."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import pipeline

RESULTS = Path(__file__).with_name("results")


def main() -> None:
    """Parse the arguments, measure, write and print."""
    parser = argparse.ArgumentParser(description="Measure; results go to benchmarks/results")
    parser.add_argument("--media", type=Path, help="folder of real clips with annotations.json")
    parser.add_argument("--seconds", type=float, default=180.0, help="length of the song")
    parser.add_argument("--runs", type=int, default=3, help="rounds; medians are shown")
    arguments = parser.parse_args()
    table = pipeline.measure(arguments.media, arguments.seconds, arguments.runs)
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / ("pipeline-media.md" if arguments.media else "pipeline.md")
    target.write_text(f"# Pipeline\n\n{table}", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()

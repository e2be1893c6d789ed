"""`python -m benchmarks.assembly [--media DIR] [--runs 5] [--quick]`: measure, write results.md, hold to bars."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.assembly import compare, pieces
from benchmarks.assembly.bars import bars
from benchmarks.assembly.collected import Collected, Setting
from benchmarks.assembly.material import prepare, real_media
from benchmarks.assembly.page import Circumstances, page
from benchmarks.assembly.peers import PYTHON, Peers
from benchmarks.assembly.scale import FULL, QUICK
from benchmarks.harness import machine

RESULTS = Path(__file__).with_name("results.md")


def main() -> None:
    """Parse the arguments, measure, write and print."""
    parser = argparse.ArgumentParser(description="Measure assembling; results go to benchmarks/assembly/results.md")
    parser.add_argument("--media", type=Path, help="folder of clips with annotations.json, else moves are drawn")
    parser.add_argument("--drawn", action="store_true", help="draw the sample moves even if there are real clips")
    parser.add_argument("--runs", type=int, default=5, help="rounds; medians are shown")
    parser.add_argument("--baseline-runs", type=int, help="rounds in which the others take part; default: all")
    parser.add_argument("--quick", action="store_true", help="a small video, to try it out; results are printed only")
    parser.add_argument("--peers", type=Path, default=PYTHON, help="Python with imageio-ffmpeg and moviepy")
    parser.add_argument("--work", type=Path, help="folder for everything made on the way; default: a temporary one")
    parser.add_argument("--out", type=Path, help="where the results go")
    arguments = parser.parse_args()
    peers = Peers.find(arguments.peers)
    if peers is None:
        sys.exit(f"There is nothing to compare with: {arguments.peers} is missing. Run: make peers")
    with tempfile.TemporaryDirectory(prefix="bachata-bench-", dir=arguments.work) as folder:
        # Python's modules are compiled, once, for all that are measured, as they are in an image.
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder, "bytecode"))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        text, kept = measure(Path(folder), peers, arguments)
    target = arguments.out or (None if arguments.quick else RESULTS)
    if target:
        target.write_text(text, encoding="utf-8")
    print(text)
    sys.exit(0 if kept else 1)


def measure(folder: Path, peers: Peers, arguments: argparse.Namespace) -> tuple[str, bool]:
    """The results page, and whether every bar holds."""
    load = os.getloadavg()[0]
    scale = QUICK if arguments.quick else FULL
    media = None if arguments.drawn else arguments.media or real_media()
    setting = Setting(prepare(folder, scale, media), scale, peers, folder)
    found = Collected()
    compare.once(setting, found)
    large = pieces.large_input(setting)
    runs, baseline_runs = arguments.runs, min(arguments.runs, arguments.baseline_runs or arguments.runs)
    for number in range(runs):
        print(f"round {number + 1} of {runs}", file=sys.stderr, flush=True)
        if number < baseline_runs:
            compare.others(setting, found)
        compare.ours(setting, found)
        compare.growth(setting, found)
        pieces.killed(setting, found)
        pieces.shards(setting, large, found)
    held = bars(found, scale)
    when = Circumstances(datetime.now(UTC).date(), machine(), load, runs, baseline_runs)
    return page(setting, found, held, when), all(bar.holds is not False for bar in held)


if __name__ == "__main__":
    main()

"""`python -m benchmarks.retrieval [--media DIR] [--quick]`: measure, write results.md, hold to bars."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness import machine
from benchmarks.retrieval.cold import cold
from benchmarks.retrieval.discriminate import discriminate
from benchmarks.retrieval.kinds import KINDS
from benchmarks.retrieval.measured import built, job, searched
from benchmarks.retrieval.page import LARGE, Found, page

RESULTS = Path(__file__).with_name("results.md")
SIZES = (150, 1_000, 10_000, 50_000, LARGE)
LOOKS = (2_000, 4_000, 8_000, 12_000, 16_000)


def main() -> None:
    """Parse the arguments, measure, write and print."""
    parser = argparse.ArgumentParser(description="Measure retrieval; results go to benchmarks/retrieval/results.md")
    parser.add_argument("--media", type=Path, help="folder of clips with annotations.json, else moves are drawn")
    parser.add_argument("--runs", type=int, default=5, help="cold plan processes; medians are shown")
    parser.add_argument("--quick", action="store_true", help="small libraries, to try it out; results are printed only")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bachata-bench-") as folder:
        # Python's modules are compiled, once, for all that are measured, as they are in an image.
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder, "bytecode"))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        found = measure(Path(folder), arguments, (lambda _: None) if arguments.quick else _keep)
    print(page(found))
    sys.exit(0 if all(holds for *_, holds in found.bars) else 1)


def measure(folder: Path, arguments: argparse.Namespace, keep: Callable[[Found], None]) -> Found:
    """All figures of the page; `keep` is told after each step, so that a run that is stopped leaves what it found."""
    from bachata.moves.lists import LOOKS as USUAL_LOOKS

    found = Found(machine(), f"{datetime.now(UTC).date()}", os.getloadavg()[0])
    for count in (150, 1_000) if arguments.quick else SIZES:
        _say(f"{count:,} moves")
        made = built("make", folder, count)
        job("truth", folder, count)
        both = [searched(b, folder, "ours", count, b, USUAL_LOOKS) for b in ("faiss", "numpy")]
        found.sizes[count] = (made, both[0], both[1])
        keep(found)
    large = max(found.sizes)
    for looks in LOOKS:
        _say(f"{looks:,} looked at")
        found.looks[looks] = searched("ours", folder, "ours", large, "faiss", looks)
        keep(found)
    found.kinds["lists over the mapped snapshot (ours)"] = (found.sizes[large][0], found.sizes[large][1])
    for kind in KINDS:
        _say(kind)
        made = built("build", folder, large, kind)
        found.kinds[kind] = (made, searched(kind, folder, "theirs", large, kind))
        keep(found)
    _say("cold plan processes")
    found.cold = cold(folder, arguments.runs)
    _say("telling apart")
    clips, found.clips = _clips(folder, arguments)
    found.told = discriminate(clips)
    keep(found)
    return found


def _keep(found: Found) -> None:
    RESULTS.write_text(page(found), encoding="utf-8")


def _clips(folder: Path, arguments: argparse.Namespace) -> tuple[Path, str]:
    if arguments.media:
        return arguments.media, "Real clips."
    from samples.moves import MOVES, make_moves

    target = folder / "clips"
    make_moves(target, moves=MOVES[:3] if arguments.quick else MOVES, height=144)
    return target, "The drawn sample moves."


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

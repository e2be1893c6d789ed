"""The results page."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.harness import Cost
from benchmarks.retrieval.discriminate import Told
from benchmarks.retrieval.job import BEST, NUMBER, TOP
from benchmarks.retrieval.measured import Built, Searched

LARGE = 100_000
_MARKS = {True: "yes", False: "**no**"}


@dataclass
class Found:
    """Everything that was measured."""

    machine: str
    day: str
    load: float
    sizes: dict[int, tuple[Built, Searched, Searched]] = field(default_factory=dict)
    """Moves: building and searching with FAISS, with NumPy."""
    looks: dict[int, Searched] = field(default_factory=dict)
    kinds: dict[str, tuple[Built, Searched]] = field(default_factory=dict)
    cold: dict[str, list[tuple[Cost, dict[str, float]]]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    clips: str = ""

    @property
    def bars(self) -> list[tuple[str, str, str, bool]]:
        """(what, bar, measured, holds), of those that could be measured."""
        bars = []
        if LARGE in self.sizes:
            ours = self.sizes[LARGE][1]
            slowest = max(p95 for _, p95, _ in ours.filters.values())
            bars += [
                _at_most("100,000 moves: a search, 95th percentile of the slowest filter", slowest, 20, "ms"),
                _at_most("100,000 moves: loading the index", ours.load_s, 1, "s"),
                _at_most("100,000 moves: memory of the process, searched", ours.peak_rss_mb, 700, "MB"),
            ]
        for name, runs in self.cold.items():
            wall = statistics.median(cost.wall_s for cost, _ in runs)
            bars.append(_at_most(f"150 moves, four minutes: cold plan process, {name}", wall, 2.5, "s"))
        return bars


def _at_most(what: str, value: float, most: float, unit: str) -> tuple[str, str, str, bool]:
    return what, f"<= {most:g} {unit}", f"{value:.3g} {unit}", value <= most


def page(found: Found) -> str:
    """Markdown."""
    return "\n".join([*_head(found), *_sizes(found), *_looks(found), *_kinds(found), *_cold(found), *_told(found)])


def _head(found: Found) -> Iterator[str]:
    yield f"# Retrieval benchmark, {found.day}"
    yield ""
    yield f"Protocol: README.md. {found.machine}; load when it began {found.load:.2f}. {NUMBER} queries a filter,"
    yield f"{TOP} moves asked for; times are of one search, medians (95th percentile); recall is of the {BEST} best."
    yield ""
    yield "| what | bar | measured | holds |"
    yield "|---|---|---|---|"
    for what, bar, measured, holds in found.bars:
        yield f"| {what} | {bar} | {measured} | {_MARKS[holds]} |"
    yield ""


def _sizes(found: Found) -> Iterator[str]:
    yield "## Ours, by size of the library"
    yield ""
    filters = list(found.sizes[max(found.sizes)][1].filters) if found.sizes else []
    yield from _table(
        "moves", "backend", *(f"{f}: ms" for f in filters), "recall", "load s", "peak RSS MB", "build s", "file MB"
    )
    for count, (made, *backends) in found.sizes.items():
        for one in backends:
            yield _row(
                f"{count:,}", one.name, *_times(one, filters), _recall(one), f"{one.load_s:.2f}",
                f"{one.peak_rss_mb:.0f}", f"{made.build_s:.1f}", f"{made.file_mb:.0f}",
            )  # fmt: skip
    yield ""
    yield "Building: the snapshot from rows at hand, the database's time excepted. Recall: least to most, by filter."
    yield ""


def _looks(found: Found) -> Iterator[str]:
    yield f"## How many of {LARGE:,} moves are looked at"
    yield ""
    filters = list(next(iter(found.looks.values())).filters) if found.looks else []
    yield from _table("moves looked at", *(f"{f}: ms" for f in filters), *(f"{f}: recall" for f in filters))
    for looks, one in found.looks.items():
        yield _row(f"{looks:,}", *_times(one, filters), *(f"{one.filters[f][2]:.3f}" for f in filters))
    yield ""


def _kinds(found: Found) -> Iterator[str]:
    yield f"## Kinds of index, {LARGE:,} moves"
    yield ""
    filters = list(next(iter(found.kinds.values()))[1].filters) if found.kinds else []
    columns = [f"{f}: {what}" for what in ("ms", "recall") for f in filters]
    yield from _table("index", *columns, "load s", "peak RSS MB", "build s", "file MB")
    for name, (made, one) in found.kinds.items():
        yield _row(
            name, *_times(one, filters), *(f"{one.filters[f][2]:.3f}" for f in filters), f"{one.load_s:.2f}",
            f"{one.peak_rss_mb:.0f}", f"{made.build_s:.0f}", f"{made.file_mb:.0f}",
        )  # fmt: skip
    yield ""
    yield "FAISS's own kinds without the exact second look ours gives every candidate."
    yield ""


def _cold(found: Found) -> Iterator[str]:
    yield "## A cold plan process, 150 moves, a song of four minutes"
    yield ""
    yield from _table("", "process s", "until the library is loaded s", "first plan s", "plan again s", "peak RSS MB")
    for name, runs in found.cold.items():
        said = [statistics.median(r[k] for _, r in runs) for k in ("loaded_s", "first_s", "again_s")]
        wall, rss = (statistics.median(getattr(c, k) for c, _ in runs) for k in ("wall_s", "peak_rss_mb"))
        yield _row(name, f"{wall:.2f}", *(f"{s:.2f}" for s in said), f"{rss:.0f}")
    yield ""


def _told(found: Found) -> Iterator[str]:
    yield f"## Do the vectors tell moves apart? {found.clips}"
    yield ""
    yield from _table("part", "mean pairwise cosine", "same label among the nearest 5", "chance")
    for told in found.told:
        yield _row(told.name, f"{told.cosine:.3f}", f"{told.retrieval:.3f}", f"{told.chance:.3f}")
    yield ""


def _times(one: Searched, filters: Sequence[str]) -> list[str]:
    return [f"{one.filters[f][0]:.1f} ({one.filters[f][1]:.1f})" if f in one.filters else "–" for f in filters]


def _recall(one: Searched) -> str:
    shares = [share for _, _, share in one.filters.values()]
    return f"{min(shares):.3f} – {max(shares):.3f}"


def _table(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*["---"] * len(names))


def _row(*cells: Any) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"

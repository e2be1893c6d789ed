"""Figures: medians over rounds, and the bars they are held against. Nothing here measures or prints."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.harness import Cost


@dataclass(frozen=True)
class Row:
    """One thing measured, as often as there were rounds."""

    name: str
    costs: tuple[Cost, ...]
    output_mb: float
    """Size of the video, MB; 0 where none is made."""
    frames: int = 0

    @property
    def cost(self) -> Cost:
        """The median of each figure."""
        return median(self.costs)

    @property
    def besides_mb(self) -> float | None:
        """Written besides the video; None where the kernel keeps no account."""
        written = self.cost.written_mb
        return None if written is None else written - self.output_mb

    @property
    def besides_percent(self) -> float | None:
        """The same as a share of the video, percent."""
        return None if self.besides_mb is None else 100 * self.besides_mb / self.output_mb

    def spread(self, figure: str) -> tuple[float, float]:
        """Least and most of a figure over the rounds."""
        values = [getattr(cost, figure) for cost in self.costs]
        return min(values), max(values)


@dataclass(frozen=True)
class Bar:
    """A promise and what became of it. `holds` is None where it could not be measured; `measured` says why."""

    what: str
    bar: str
    measured: str
    holds: bool | None


def median(costs: Sequence[Cost]) -> Cost:
    """Each figure's median: the parts need not be of the same round."""
    written = [c.written_mb for c in costs if c.written_mb is not None]
    return Cost(
        statistics.median(c.wall_s for c in costs),
        statistics.median(c.cpu_s for c in costs),
        statistics.median(c.peak_rss_mb for c in costs),
        "",
        statistics.median(written) if len(written) == len(costs) else None,
    )


def fraction(what: str, ours: float, theirs: float, most: int) -> Bar:
    """Holds if ours is at most 1/`most` of theirs."""
    return Bar(what, f"≤ 1/{most}", f"1/{theirs / ours:.1f} ({ours:.2f} s of {theirs:.1f} s)", ours * most <= theirs)


def at_most(what: str, value: float | None, most: float, unit: str) -> Bar:
    """Holds if a value is no larger."""
    if value is None:
        return Bar(what, f"≤ {most:g} {unit}", "this kernel keeps no account of it", None)
    return Bar(what, f"≤ {most:g} {unit}", f"{value:.1f} {unit}", value <= most)


def at_least(what: str, value: float, least: float, unit: str) -> Bar:
    """Holds if a value is no smaller."""
    return Bar(what, f"≥ {least:g} {unit}", f"{value:.2f} {unit}", value >= least)


def level(what: str, values: dict[int, float], tolerance: float) -> Bar:
    """Holds if all values lie within `tolerance` (a share) of their middle: half way between least and most."""
    least, most = min(values.values()), max(values.values())
    middle = (least + most) / 2
    deviation = (most - middle) / middle
    listed = ", ".join(f"{count}: {value:.3g}" for count, value in values.items())
    return Bar(what, f"± {tolerance:.0%}", f"± {deviation:.1%} ({listed})", deviation <= tolerance)


def same(what: str, hashes: Sequence[str]) -> Bar:
    """Holds if all are equal."""
    distinct = len(set(hashes))
    told = "all alike" if distinct == 1 else f"{distinct} of them distinct"
    return Bar(what, "byte-identical", f"{len(hashes)} outputs, {told}", distinct == 1)

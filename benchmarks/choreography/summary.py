"""Many scorecards as one line a metric: mean and worst value, how many hold. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bachata.choreography.scorecard import Metric
from benchmarks.choreography.contest import Judged

WORST_IS_MOST = {"m1", "m5", "m7", "m8", "m10"}


@dataclass(frozen=True)
class Line:
    """One metric of one way to dance over all songs and requests. None where it could be measured nowhere."""

    metric: Metric
    mean: float | None
    worst: float | None
    chance: float | None
    judged: int
    held: int

    @property
    def share(self) -> str:
        """Of those that could be judged, how many hold."""
        return f"{self.held} of {self.judged}" if self.judged else "–"

    def worded(self, value: float | None) -> str:
        """A value as the metric words it."""
        return self.metric.worded(value)


def lines(judged: Sequence[Judged]) -> list[Line]:
    """A line for each metric, in order."""
    return [_line(metrics) for metrics in zip(*(j.card.metrics for j in judged), strict=True)]


def _line(metrics: Sequence[Metric]) -> Line:
    values = [m.value for m in metrics if m.value is not None]
    chances = [m.chance for m in metrics if m.chance is not None]
    verdicts = [m.holds for m in metrics if m.holds is not None]
    worst = (max if metrics[0].key in WORST_IS_MOST else min)(values, default=None)
    return Line(
        metric=metrics[0],
        mean=float(np.mean(values)) if values else None,
        worst=worst,
        chance=float(np.mean(chances)) if chances else None,
        judged=len(verdicts),
        held=sum(verdicts),
    )

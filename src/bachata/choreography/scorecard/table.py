"""The scorecard as rows of words: one form for the terminal, for pages and for results of benchmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bachata.choreography.scorecard.card import Scorecard
from bachata.choreography.scorecard.metric import Metric

HEADINGS = ("metric", "what it says", "measured", "bar", "chance", "p", "holds")
_HOLDS = {True: "yes", False: "no"}


@dataclass(frozen=True)
class Row:
    """One metric; `others`: the same of each plan beside it, in their order."""

    metric: str
    says: str
    measured: str
    bar: str
    chance: str
    p: str
    holds: str
    others: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of HEADINGS, then the others."""
        return (self.metric, self.says, self.measured, self.bar, self.chance, self.p, self.holds, *self.others)


def rows(card: Scorecard, others: Mapping[str, Scorecard] | None = None) -> list[Row]:
    """The rows of a scorecard, with the values of `others` beside it."""
    beside = list((others or {}).values())
    return [_row(metric, [other.metrics[number] for other in beside]) for number, metric in enumerate(card.metrics)]


def _row(metric: Metric, others: list[Metric]) -> Row:
    holds = _HOLDS[metric.holds] if metric.holds is not None else "–"
    return Row(
        metric=f"{metric.key.upper()} {metric.name}",
        says=metric.meaning,
        measured=metric.measured(),
        bar=metric.bar,
        chance=metric.worded(metric.chance),
        p=luck(metric.p),
        holds=f"{holds} ({metric.why})" if metric.why else holds,
        others=tuple(other.worded(other.value) for other in others),
    )


def luck(p: float | None) -> str:
    """A p-value: "< 0.001" where more digits would only be noise."""
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"

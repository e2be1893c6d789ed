"""What every metric of the scorecard says: its value, that of chance, how likely luck is, whether it holds."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

Unit = Literal["time", "share", "count", "number"]
"""How a value reads: seconds shown as ms, a share as per cent, a whole number, or a number with two decimals."""

_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of one plan; subclasses add the figures their value is drawn from.

    `value` is None where nothing can be measured, `holds` where nothing can be concluded; `why` then says the reason.
    `chance` is what the value would be by luck, `p` the probability that luck does as well.
    """

    key: ClassVar[str]
    name: ClassVar[str]
    meaning: ClassVar[str]
    """In a few words, for a table."""
    bar: ClassVar[str]
    unit: ClassVar[Unit]

    value: float | None
    chance: float | None = None
    p: float | None = None
    holds: bool | None = None
    why: str = ""

    def measured(self) -> str:
        """The value, and what else the bar looks at, in words."""
        return self.worded(self.value)

    @classmethod
    def worded(cls, value: float | None) -> str:
        """A value of this metric, or its chance level, as people read it."""
        return worded(value, cls.unit)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able: what it is called and every figure; times in seconds, rounded to microseconds."""
        described = {name: getattr(self, name) for name in ("name", "meaning", "unit", "bar")}
        return {**described, **{f.name: _rounded(f.name, getattr(self, f.name)) for f in fields(self)}}


def worded(value: float | None, unit: Unit) -> str:
    """A figure as people read it; a dash for none."""
    if value is None:
        return "–"
    match unit:
        case "time":
            return f"{1000 * value:.1f} ms"
        case "share":
            return f"{100 * value:.0f} %"
        case "count":
            return f"{value:.0f}"
        case "number":
            return f"{value:.2f}"


def _rounded(name: str, value: Any) -> Any:
    if not isinstance(value, float):
        return list(value) if isinstance(value, tuple) else value
    # A p-value far below a millionth still says how far.
    return float(f"{value:.3g}") if name == "p" else round(value, _DIGITS)

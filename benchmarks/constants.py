"""Writes measured constants as Python: the scales of descriptors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

IN_A_ROW = 8


def write_scale(
    path: Path, version: str, over: str, by: str, *, centre: Sequence[float], spread: Sequence[float], digits: int
) -> None:
    """The module of a scale: of descriptor `version`, measured `over` that material `by` a module of benchmarks."""
    path.write_text(
        f'"""The scale of `{version}`, measured over {over}\nby `python -m {by}`.\n\n'
        "Constants on purpose: other numbers would be another version, and stored vectors would no longer compare.\n"
        '"""\n\nfrom __future__ import annotations\n\nfrom typing import Final\n\n'
        + constants("CENTRE", centre, digits)
        + "\n"
        + constants("SPREAD", spread, digits),
        encoding="utf-8",
    )


def constants(name: str, values: Sequence[float], digits: int) -> str:
    """A tuple of numbers of so many digits, as an assignment."""
    written = [f"{value:.{digits}g}" for value in values]
    lines = [", ".join(written[i : i + IN_A_ROW]) for i in range(0, len(written), IN_A_ROW)]
    return f"{name}: Final = (\n" + "".join(f"    {line},\n" for line in lines) + ")  # fmt: skip\n"

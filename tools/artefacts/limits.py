"""The limits of limits.toml, and what is wrong with an artefact that exceeds them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.artefacts.measure import Weight

FILE = Path(__file__).with_name("limits.toml")


@dataclass(frozen=True)
class Limit:
    """See limits.toml. `answer_s` is None where nobody waits."""

    archive_kib: float
    packages: int
    installed_mb: float
    forbidden: tuple[str, ...] = ()
    answer_s: float | None = None


@dataclass(frozen=True)
class Limits:
    """Limits by artefact, and the reasons for packages heavier than `heavy_mb`."""

    artefacts: dict[str, Limit]
    reasons: dict[str, str]
    heavy_mb: float


def load(file: Path = FILE) -> Limits:
    """Read them. Raises TypeError for a key that is none."""
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    heavy, reasons = table.pop("heavy_mb"), table.pop("reasons")
    artefacts = {n: Limit(**{**t, "forbidden": tuple(t.get("forbidden", ()))}) for n, t in table.items()}
    return Limits(artefacts, reasons, heavy)


def excesses(name: str, weight: Weight, limits: Limits) -> Iterator[str]:
    """Everything by which an artefact exceeds its limits, as sentences."""
    limit = limits.artefacts[name]
    for what, is_now, may_be in (
        ("KiB of archive", weight.archive_kib, limit.archive_kib),
        ("packages", len(weight.packages), limit.packages),
        ("MB installed", weight.installed_mb, limit.installed_mb),
    ):
        if is_now > may_be:
            yield f"{name}: {is_now:.0f} {what}, more than {may_be:g} (tools/artefacts/limits.toml)"
    if back := sorted(set(limit.forbidden) & set(weight.packages)):
        yield f"{name}: carries {', '.join(back)}, which it must not"
    for package, size in weight.packages.items():
        if size > limits.heavy_mb and package not in limits.reasons:
            yield f"{name}: {package} takes {size:.0f} MB; say why in the reasons of tools/artefacts/limits.toml"

"""ledger.json: what was measured, and docs/artefacts.md: the same for people, beside the limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.artefacts.limits import Limits, load
from tools.artefacts.measure import STARTS, Start, Weight
from tools.artefacts.spec import ROOT

FILE = Path(__file__).with_name("ledger.json")
PAGE = ROOT / "docs" / "artefacts.md"
_MARGIN = 1.5  # an instance that meets its memory limit is killed, with the request it works on
_SIZES = (512, 1024, 2048, 4096)  # MiB; the second generation of instances, in which jobs run, takes no less


@dataclass(frozen=True)
class Ledger:
    """`when`: date; `machine`: what it was measured on. By artefact: weights, and starts by way of starting."""

    when: str
    machine: str
    weights: dict[str, Weight]
    starts: dict[str, dict[str, Start]]

    def dump(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"


def read(file: Path = FILE) -> Ledger:
    """The committed one."""
    raw: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    weights = {n: Weight(**{**w, "modules": tuple(w["modules"])}) for n, w in raw["weights"].items()}
    starts = {n: {how: Start(**s) for how, s in by.items()} for n, by in raw["starts"].items()}
    return Ledger(raw["when"], raw["machine"], weights, starts)


def page(ledger: Ledger, limits: Limits | None = None) -> str:
    """docs/artefacts.md."""
    limits = limits or load()
    return "\n".join([*_head(ledger), *_sizes(ledger, limits), *_starts(ledger, limits), *_heavy(ledger, limits), ""])


def memory(start: Start) -> int:
    """MiB to give: the smallest size that leaves half of the peak free."""
    return next(size for size in _SIZES if size >= start.peak_mb * _MARGIN)


def _head(ledger: Ledger) -> Iterator[str]:
    yield "# Artefacts"
    yield ""
    yield "<!-- Written by `make measure-artefacts`; change tools/artefacts, not this page. -->"
    yield ""
    yield (
        f"Measured {ledger.when} on {ledger.machine}: built by `make package`, installed from their own requirements\n"
        "as the platform does it, started read-only as another user. `make artefacts` repeats all but the times, and\n"
        "fails when a limit of [limits.toml](../tools/artefacts/limits.toml) is exceeded. What each one carries,\n"
        "module by module, is in [carried.json](../tools/artefacts/carried.json)."
    )
    yield ""


def _sizes(ledger: Ledger, limits: Limits) -> Iterator[str]:
    yield "| artefact | archive, KiB | modules | packages | installed, MB | sha256 |"
    yield "|---|---|---|---|---|---|"
    for name, w in ledger.weights.items():
        limit = limits.artefacts[name]
        yield (
            f"| {name} | {w.archive_kib:.0f} (≤ {limit.archive_kib:g}) | {len(w.modules)} "
            f"| {len(w.packages)} (≤ {limit.packages}) | {w.installed_mb:.0f} (≤ {limit.installed_mb:g}) "
            f"| `{w.sha256[:12]}…` |"
        )
    yield ""


def _starts(ledger: Ledger, limits: Limits) -> Iterator[str]:
    yield "## Cold starts"
    yield ""
    yield (
        f"Medians of {STARTS} starts, files in the page cache. *Answer* is from the start of the process to the first\n"
        "real answer: a task claimed in PostgreSQL (finalize), a song of 20 s heard (analyze), a dance planned from\n"
        "40 moves in PostgreSQL (plan); of a job, to its end. *CPU* is what all its processes had computed by then,\n"
        "which other work on the machine changes less. *Peak* is their memory, of analyze with a four-minute song;\n"
        "*give* leaves at least half of it free. *Way* is how the database is reached: by a URL, or as a Cloud SQL\n"
        "instance through Google's connector with IAM, whose API and TLS are played by this machine; the aims are for\n"
        "the first, the difference is mostly the connector's import."
    )
    yield ""
    yield "| artefact | way | import, s | import, MB | answer, s | aim, s | CPU, s | peak, MB | give, MiB |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, ways in ledger.starts.items():
        for way, s in ways.items():
            aim = limits.artefacts[name].answer_s
            yield (
                f"| {name} | {way} | {s.import_s:.2f} | {s.import_mb:.0f} | {s.answer_s:.2f} "
                f"| {f'≤ {aim:g}' if aim else '–'} | {s.cpu_s:.2f} | {s.peak_mb:.0f} | {memory(s)} |"
            )
    yield ""


def _heavy(ledger: Ledger, limits: Limits) -> Iterator[str]:
    yield f"## Packages above {limits.heavy_mb:g} MB"
    yield ""
    yield "| package | MB | in | why |"
    yield "|---|---|---|---|"
    sizes: dict[str, dict[str, float]] = {}
    for name, w in ledger.weights.items():
        for package, size in w.packages.items():
            sizes.setdefault(package, {})[name] = size
    for package, by in sorted(sizes.items(), key=lambda item: -max(item[1].values())):
        if max(by.values()) > limits.heavy_mb:
            yield f"| {package} | {max(by.values()):.0f} | {', '.join(by)} | {limits.reasons[package]} |"

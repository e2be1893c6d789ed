"""Two drawings: at which rate each resource is used up, and where the time goes."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

from benchmarks.scale.journal import STAGES
from benchmarks.scale.study import Study

mpl.use("svg")
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "bachata", "font.size": 9})

from matplotlib import pyplot as plt  # noqa: E402 - the backend is chosen first

_STOP, _OTHER = "#b3312c", "#d9a441"


def ceilings(study: Study, path: Path) -> None:
    """Bars on a logarithmic scale; red stops videos, yellow costs something less."""
    shown = study.ceilings[::-1]
    figure, axes = plt.subplots(figsize=(7.5, 0.27 * len(shown) + 1))
    colours = [_STOP if c.stops else _OTHER for c in shown]
    axes.barh([c.name for c in shown], [c.per_hour for c in shown], color=colours)
    axes.set_xscale("log")
    axes.set_xlim(left=1000)
    axes.axvline(10_000, color="black", linewidth=1, linestyle="--")
    axes.set_xlabel("videos an hour at which it is used up, as deployed (red: then videos fail or wait)")
    _save(figure, path)


def stages(study: Study, path: Path) -> None:
    """Medians of the stages, one above the other, with the whole's p95."""
    runs = {f"{rate:,.0f} an hour": outcome for rate, outcome in study.changed.items()}
    figure, axes = plt.subplots(figsize=(7.5, 2.4))
    left = [0.0] * len(runs)
    for stage in STAGES:
        widths = [o.stages[stage].p50 if stage in o.stages else 0.0 for o in runs.values()]
        axes.barh(list(runs), widths, left=left, label=stage)
        left = [a + b for a, b in zip(left, widths, strict=True)]
    for row, outcome in enumerate(runs.values()):
        axes.plot([outcome.stages["total"].p95], [row], "k|", markersize=14)
    axes.set_xlabel("seconds: medians of the stages after the changes; the stroke is p95 of the whole")
    axes.invert_yaxis()
    axes.legend(ncols=4, fontsize=7, loc="upper center", bbox_to_anchor=(0.5, 1.35), frameon=False)
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    # matplotlib ends lines with blanks, which no editor keeps
    text = "\n".join(line.rstrip() for line in path.read_text(encoding="utf-8").splitlines())
    path.write_text(text + "\n", encoding="utf-8")

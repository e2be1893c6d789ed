"""An Analysis drawn: the song at a glance, then line by line like a score, every count numbered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bachata.music.document import Analysis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS: Final = {
    "intro": "#7aa6c2",
    "verse": "#2a9d8f",
    "chorus": "#e76f51",
    "bridge": "#9b5de5",
    "outro": "#8d99ae",
}
_INK, _FAINT, _ONE, _ENERGY, _PAPER = "#22303c", "#9aa5b1", "#c1121f", "#f4a300", "#fffdf8"
_EIGHTS_A_LINE: Final = 8
_BARE_LINE: Final = 30.0  # seconds a line shows when there are no beats
_DPI: Final = 110


def plot(analysis: Analysis, path: Path, *, title: str = "") -> None:
    """Draw waveform, beats, counts, sections and energy into a PNG; an hour of song would be a long picture.

    `title` names the song. Raises OSError when `path` cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    lines = _lines(analysis)
    figure = Figure(figsize=(18, 3.3 + 1.25 * len(lines)), facecolor=_PAPER, layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(1 + len(lines), 1, height_ratios=[2.1] + [1.0] * len(lines), squeeze=False)[:, 0]
    _head(figure, analysis, title)
    _overview(rows[0], analysis)
    for axes, (start, end) in zip(rows[1:], lines, strict=True):
        _line(axes, analysis, start, end)
    figure.savefig(path, dpi=_DPI, format="png", metadata={"Software": None})


def _head(figure: Figure, analysis: Analysis, title: str) -> None:
    loud = analysis.loudness.integrated_lufs
    facts = [
        f"{analysis.tempo:.1f} BPM",
        f"{int(analysis.duration // 60)}:{analysis.duration % 60:04.1f}",
        f"{len(analysis.beats)} beats",
        f"{loud:.1f} LUFS" if loud is not None else "loudness unknown",
        f"confidence {analysis.confidence:.2f}  (beat {analysis.evidence.beat:.2f}, bar {analysis.evidence.bar:.2f}, "
        f"eight {analysis.evidence.phrase:.2f})",
    ]
    figure.suptitle(
        "   ·   ".join([title, *facts] if title else facts), x=0.01, ha="left", fontsize=13, color=_INK, weight="bold"
    )


def _lines(analysis: Analysis) -> list[tuple[float, float]]:
    """Spans of seconds, one a line: eight eight-counts each, the first one with the pick-up before count 1."""
    ones = analysis.beats[analysis.count_one :: 8]
    if len(ones) < 2:
        cuts = list(np.arange(0.0, analysis.duration, _BARE_LINE))
    else:
        cuts = [0.0, *ones[_EIGHTS_A_LINE::_EIGHTS_A_LINE]]
    spans = list(zip(cuts, [*cuts[1:], analysis.duration], strict=True))
    # A last line of a second or two joins the one before it.
    if len(spans) > 1 and spans[-1][1] - spans[-1][0] < 0.25 * (spans[0][1] - spans[0][0]):
        spans[-2:] = [(spans[-2][0], spans[-1][1])]
    return spans


def _bare(axes: Axes, start: float, end: float) -> None:
    axes.set_xlim(start, end)
    axes.set_yticks([])
    axes.set_facecolor(_PAPER)
    axes.tick_params(axis="x", labelsize=8, colors=_INK, length=3)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_FAINT)


def _waveform(axes: Axes, analysis: Analysis, start: float, end: float) -> None:
    """The peaks between two seconds, mirrored about 0 and coloured by section."""
    peaks = np.asarray(analysis.waveform.peaks)
    peaks = peaks / max(float(peaks.max(initial=0.0)), 1e-6)
    at = (np.arange(peaks.size) + 0.5) / analysis.waveform.rate
    for section in analysis.sections:
        first, last = max(start, section.start), min(end, section.end)
        if first >= last:
            continue
        colour = COLOURS[section.label]
        axes.axvspan(first, last, color=colour, alpha=0.10, linewidth=0)
        inside = (at >= first - 1 / analysis.waveform.rate) & (at <= last + 1 / analysis.waveform.rate)
        axes.fill_between(at[inside], -0.8 * peaks[inside], 0.8 * peaks[inside], color=colour, alpha=0.75, linewidth=0)


def _energy(axes: Axes, analysis: Analysis, start: float, end: float, *, width: float) -> None:
    beats, energy = np.asarray(analysis.beats), np.asarray(analysis.energy)
    inside = (beats >= start) & (beats <= end)
    axes.step(beats[inside], -1.0 + 2.0 * energy[inside], where="post", color=_ENERGY, linewidth=width)


def _overview(axes: Axes, analysis: Analysis) -> None:
    _bare(axes, 0.0, analysis.duration)
    axes.set_ylim(-1.05, 1.45)
    _waveform(axes, analysis, 0.0, analysis.duration)
    _energy(axes, analysis, 0.0, analysis.duration, width=1.6)
    for section in analysis.sections:
        colour = COLOURS[section.label]
        axes.axvline(section.start, color=colour, linewidth=1.2)
        axes.axvspan(section.start, section.end, ymin=0.90, color=colour, linewidth=0)
        axes.text(
            (section.start + section.end) / 2, 1.32, section.label, ha="center", va="center", fontsize=10,
            color="white", weight="bold", clip_on=True,
        )  # fmt: skip
    axes.vlines(analysis.beats[analysis.count_one :: 8], -1.05, -0.95, color=_ONE, linewidth=1.0)
    axes.text(analysis.duration, 1.08, "energy ", color=_ENERGY, ha="right", fontsize=9, weight="bold")
    axes.set_xlabel("seconds   (red: count 1)", fontsize=8, color=_INK, loc="right", labelpad=1)


def _line(axes: Axes, analysis: Analysis, start: float, end: float) -> None:
    _bare(axes, start, end)
    axes.set_ylim(-1.05, 1.4)
    _waveform(axes, analysis, start, end)
    _energy(axes, analysis, start, end, width=1.1)
    for section in analysis.sections:
        if start <= section.start < end:
            axes.axvline(section.start, color=COLOURS[section.label], linewidth=3.0, alpha=0.9)
            axes.text(
                section.start, -0.98, f" {section.label}", fontsize=9, color=COLOURS[section.label], weight="bold",
                va="bottom",
            )  # fmt: skip
    beats = np.asarray(analysis.beats)
    counts = (np.arange(beats.size) - analysis.count_one) % 8 + 1
    inside = (beats >= start - 1e-6) & (beats < end - 1e-6)
    for one_of, colour, width in (({1}, _ONE, 1.4), ({5}, _INK, 0.8), ({2, 3, 4, 6, 7, 8}, _FAINT, 0.5)):
        shown = inside & np.isin(counts, list(one_of))
        axes.vlines(beats[shown], -0.85, 1.0, color=colour, linewidth=width)
        for beat, count in zip(beats[shown], counts[shown], strict=True):
            axes.text(
                beat, 1.2, str(count), ha="center", va="center", color=colour, fontsize=10 if count == 1 else 8,
                weight="bold" if count in (1, 5) else "normal",
            )  # fmt: skip

"""What an estimate is worth against the truth: mir_eval's measures, and ours beside them."""

from __future__ import annotations

import numpy as np

from bachata.music.document import Analysis
from tests.music.measures import median_offset, phase_of, spearman
from tests.music.synth import Truth

try:
    import mir_eval
except ModuleNotFoundError as error:
    raise SystemExit("benchmarks/music needs mir_eval: python -m pip install -e '.[bench]'") from error

LOWER_IS_BETTER = {"offset ms", "tempo error %", "cpu s"}


def beats_row(found: object, truth: Truth, tempo: float) -> dict[str, float]:
    """Measures any beat tracker can be held to. Untrimmed, except "F@70 after 5 s", which is mir_eval's convention."""
    true, estimated = truth.beats, np.asarray(found, dtype=float)
    correct = mir_eval.beat.continuity(true, estimated)
    return {
        "F@70": mir_eval.beat.f_measure(true, estimated, f_measure_threshold=0.070),
        "F@70 after 5 s": mir_eval.beat.f_measure(mir_eval.beat.trim_beats(true), mir_eval.beat.trim_beats(estimated)),
        "F@25": mir_eval.beat.f_measure(true, estimated, f_measure_threshold=0.025),
        "Cemgil": mir_eval.beat.cemgil(true, estimated)[0],
        **dict(zip(("CMLc", "CMLt", "AMLc", "AMLt"), correct, strict=True)),
        "information gain": mir_eval.beat.information_gain(true, estimated),
        "offset ms": 1_000 * median_offset(estimated, true),
        "tempo error %": 100 * abs(tempo / truth.tempo - 1),
    }


def music_row(analysis: Analysis, truth: Truth) -> dict[str, float]:
    """Measures only an analysis offers. "key" counts exact keys; count phases are shares of songs."""
    one = phase_of(analysis.beats, truth)
    true = _intervals([start for start, _, _ in truth.sections], truth.duration)
    found = _intervals([section.start for section in analysis.sections], analysis.duration)
    nearest = np.abs(np.asarray(analysis.beats)[:, None] - truth.beats[None, :]).argmin(axis=1)
    end = max(true[-1, 1], found[-1, 1])
    true[-1, 1] = found[-1, 1] = end
    return {
        "bar": float(analysis.count_one % 4 == one % 4),
        "eight": float(analysis.count_one == one),
        "sections F@3s": mir_eval.segment.detection(true, found, window=3.0)[2],
        "sections F@0.5s": mir_eval.segment.detection(true, found, window=0.5)[2],
        "section labels": _labelled(analysis, truth),
        "energy rho": spearman(analysis.energy, truth.energy[nearest]),
        "confidence": analysis.confidence,
    }


def share_of_time(analysis: Analysis, spans: list[tuple[float, float, str]], what: str) -> float:
    """Share of the spans' time in which the sections' `what` (an attribute) is what was played."""
    right = sum(
        max(0.0, min(end, section.end) - max(start, section.start))
        for start, end, played in spans
        for section in analysis.sections
        if getattr(section, what) == played
    )
    return right / sum(end - start for start, end, _ in spans)


def _labelled(analysis: Analysis, truth: Truth) -> float:
    return share_of_time(analysis, truth.sections, "label")


def _intervals(starts: list[float], end: float) -> np.ndarray:
    """Boundaries from 0, each start but the first, and the end, as mir_eval's intervals."""
    edges = np.array([0.0, *starts[1:], end])
    return np.stack([edges[:-1], edges[1:]], axis=1)

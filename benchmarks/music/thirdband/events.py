"""What a player plays: strokes at beat positions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.music.thirdband.form import Eight, Score


@dataclass(frozen=True)
class Stroke:
    """One sound of one player."""

    beat: float
    sound: str
    velocity: float
    pitch: int = 0
    length: float = 0.0
    """Beats until it is damped; 0 lets it ring."""
    delay: float = 0.0
    """Seconds after the beat position, as between the strings of one strum."""


Bar = list[tuple[float, str, float]]
"""Position in beats, sound, velocity."""


def bars(eight: Eight) -> list[tuple[float, float, bool]]:
    """The bars of an eight: first beat, how long a written beat lasts, whether it is the filled one."""
    if eight.half_time:
        return [(float(eight.start), 2.0, False)]
    return [(float(eight.start), 1.0, False), (eight.start + 4.0, 1.0, eight.fill)]


def strength(eight: Eight) -> float:
    """How hard everybody plays in an eight."""
    return 0.3 + 0.7 * eight.intensity


def observe_stops(strokes: list[Stroke], score: Score) -> list[Stroke]:
    """Leave out what falls into a stop, damp what would ring on, and drop what lies before the song."""
    kept = []
    stops = [(e.start + e.stop[0], e.start + e.stop[1]) for e in score.eights if e.stop]
    for stroke in strokes:
        if stroke.beat < -1e-6 or any(a - 0.3 < stroke.beat < b - 0.05 for a, b in stops):
            continue
        limits: list[float] = []
        for a, _ in stops:
            damped = stroke.beat <= a - 0.3 and stroke.beat + (stroke.length or 4.0) > a
            limits += [max(a - stroke.beat, 0.2)] if damped else []
        kept.append(replace(stroke, length=min(limits)) if limits else stroke)
    return kept


def accents(score: Score, layer: str) -> list[float]:
    """Beats on which the band hits together: where stops begin and the last hit of the song."""
    hits = [e.start + e.stop[0] for e in score.eights if e.stop and layer in e.layers]
    if score.final is not None and any(layer in e.layers for e in score.eights[-2:]):
        hits.append(float(score.final))
    return hits


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with a probability."""
    return bool(rng.random() < probability)

"""When each beat falls: tempo curves as people and machines make them."""

from __future__ import annotations

import numpy as np

MARGIN = 16
"""Beats kept before the first and after the last, so that pickups and rings have a time."""


class Clock:
    """The grid a band plays around; beat 0 is the first beat played."""

    def __init__(self, tempo: float, beats: int, start: float, deviation: np.ndarray) -> None:
        """Of `beats` beats at `tempo` BPM from `start` seconds; `deviation` is the relative tempo at every beat."""
        periods = 60.0 / tempo / (1.0 + deviation)
        periods = np.concatenate([np.full(MARGIN, periods[0]), periods, np.full(MARGIN, periods[-1])])
        times = np.concatenate([[0.0], np.cumsum(periods)])
        self.times = times - times[MARGIN] + start
        self.indices = np.arange(len(times)) - float(MARGIN)
        self.beats = self.times[MARGIN : MARGIN + beats]

    def at(self, beat: float) -> float:
        """Seconds of a beat position, fractions between beats included."""
        return float(np.interp(beat, self.indices, self.times))


def deviations(kind: str, depth: float, beats: int, rng: np.random.Generator) -> np.ndarray:
    """Relative tempo at every beat, never beyond ±`depth` except in a final ritardando (down to −6 %)."""
    x = np.linspace(0.0, 1.0, beats)
    i = np.arange(beats)
    if kind == "machine":
        return np.zeros(beats)
    if kind == "wander":
        length = rng.uniform(50, 130)
        curve = np.sin(2 * np.pi * (i / length + rng.random())) + 0.4 * np.sin(2 * np.pi * (i / 31 + rng.random()))
    elif kind == "accelerando":
        curve = 2 * x - 1
    elif kind == "slowing":
        curve = 1 - 2 * x
    else:
        curve = np.zeros(beats)
        for n in range(1, beats):
            curve[n] = 0.975 * curve[n - 1] + rng.normal()
    curve = depth * curve / max(float(np.max(np.abs(curve))), 1e-9)
    if kind == "ritardando":
        tail = np.clip((i - (beats - 12)) / 12.0, 0.0, 1.0)
        curve = curve - 0.05 * tail
    return curve


def swung(beat: float, ratio: float) -> float:
    """Where a beat position falls when the off-beat eighth lies at `ratio` of the beat (0.5 is straight)."""
    whole = np.floor(beat)
    part = beat - whole
    bent = part * ratio / 0.5 if part < 0.5 else ratio + (part - 0.5) * (1 - ratio) / 0.5
    return float(whole + bent)

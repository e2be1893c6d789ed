"""What songs and clips share: from a file to features, onsets, beats and counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.errors import AudioUnreadable
from bachata.music.beats import DOUBTFUL, BeatTracker, DynamicTracker, Tracked
from bachata.music.confidence import beat_confidence, pulse
from bachata.music.counts import Counted, count
from bachata.music.decode import Sound
from bachata.music.features import Features, Listener
from bachata.music.grid import NO_GRID, Grid, regress
from bachata.music.onsets import Onsets, onsets
from bachata.music.pulses import STEPS, danced
from bachata.music.turns import Harmonies

Progress = Callable[[float], None]

MIN_SECONDS: Final = 4.0
"""Two bars at 120 BPM: below that nobody can say where the beat is."""

FEWEST_BEATS: Final = 4
"""Fewer are no grid."""

_CLEARLY: Final = 0.03  # of pulse by which other beats must be better: on and off the beat repeat themselves alike
_SILENCE: Final = 10 ** (-60 / 20)  # largest sample of what counts as silence


@dataclass(frozen=True)
class Heard:
    """A sound, its features, and the beats and counts found in it. `beat` 0..1 is the confidence in the beats,
    `pulse` how alike they are (see `confidence`)."""

    sound: Sound
    features: Features
    onsets: Onsets
    grid: Grid
    counted: Counted
    beat: float
    pulse: float


def listen(path: Path, *, name: str | None, progress: Progress | None, tracker: BeatTracker | None = None) -> Heard:
    """Decode `path` and find beats and counts; raises AudioUnreadable, also for silence and for less than 4 s."""
    sound = Sound(path, name=name)
    listener = Listener()
    for block in sound.blocks((lambda done: progress(0.7 * done)) if progress else None):
        listener.push(block)
    features = listener.finish()
    if features.duration < MIN_SECONDS:
        raise AudioUnreadable(
            f"{sound.name} lasts {features.duration:.1f} s; at least {MIN_SECONDS:.0f} s are needed to hear a beat."
        )
    if float(features.peaks.max(initial=0.0)) < _SILENCE:
        raise AudioUnreadable(f"{sound.name} holds only silence; give a file in which the music can be heard.")
    heard = onsets(features)
    grid = beat_grid(tracker or DynamicTracker(), features, heard)
    if progress:
        progress(0.9)
    if grid.beats.size < FEWEST_BEATS:
        return Heard(sound, features, heard, NO_GRID, count(features, heard, NO_GRID.beats), 0.0, 0.0)
    counted = count(features, heard, grid.beats)
    alike = pulse(heard, grid.beats)
    return Heard(sound, features, heard, grid, counted, beat_confidence(alike, grid), alike)


def beat_grid(tracker: BeatTracker, features: Features, heard: Onsets) -> Grid:
    """The grid of the beats that are danced: those the tracker finds, or of another pulse related to them."""
    tracked = tracker.track(heard)
    if tracked.beats.size < FEWEST_BEATS:
        return NO_GRID
    grid, harmonies = _best_grid(tracked, features, heard), Harmonies.of(features)
    chosen = danced(heard, harmonies, grid.beats)
    if not chosen.same_tempo:
        # Found anew: along a tempo that is not danced the tracker may have slipped from one danced beat to another.
        tracked = tracker.track(heard, around=grid.tempo * STEPS / chosen.step)
        if tracked.beats.size < FEWEST_BEATS:
            return grid
        grid = _best_grid(tracked, features, heard)
        chosen = danced(heard, harmonies, grid.beats, same_tempo=True)
    if chosen.is_found:
        return grid
    return regress(replace(tracked, beats=chosen.beats(grid.beats)), features, heard)


def _best_grid(tracked: Tracked, features: Features, heard: Onsets) -> Grid:
    """The grid of the tracker's beats, or of those it would offer instead when that one repeats itself badly."""
    grid = regress(tracked, features, heard)
    best = pulse(heard, grid.beats)
    if best < DOUBTFUL:
        for other in tracked.others:
            if other.beats.size >= FEWEST_BEATS:
                offered = regress(other, features, heard)
                alike = pulse(heard, offered.beats)
                if alike > best + _CLEARLY:
                    grid, best = offered, alike
    return grid


def seconds(times: NDArray[np.float64]) -> list[float]:
    """Times as documents hold them: a tenth of a millisecond is finer than any ear and keeps documents small."""
    return [round(float(t), 4) for t in times]

"""What songs and clips share: from a file to features, onsets, beats and counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bachata.errors import AudioUnreadable
from bachata.music.beats import BeatTracker, DynamicTracker
from bachata.music.confidence import beat_confidence, pulse
from bachata.music.counts import Counted, count
from bachata.music.decode import Sound
from bachata.music.features import Features, Listener
from bachata.music.grid import Grid, regress
from bachata.music.onsets import Onsets, onsets
from bachata.music.pulses import danced
from bachata.music.turns import Harmonies

Progress = Callable[[float], None]

MIN_SECONDS: Final = 4.0
"""Two bars at 120 BPM: below that nobody can say where the beat is."""

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
    tracked = (tracker or DynamicTracker()).track(heard)
    if progress:
        progress(0.85)
    if tracked.beats.size < 4:
        nothing = Grid(np.zeros(0), 0.0, 0.0, 0.0)
        return Heard(sound, features, heard, nothing, count(features, heard, nothing.beats), 0.0, 0.0)
    grid = beat_grid(tracked.beats, features, heard)
    counted = count(features, heard, grid.beats)
    alike = pulse(heard, grid.beats)
    return Heard(sound, features, heard, grid, counted, beat_confidence(alike, grid), alike)


def beat_grid(raw: NDArray[np.float64], features: Features, heard: Onsets) -> Grid:
    """The grid of the beats that are danced: of the `raw` ones (seconds, at least 4), or of a pulse related to them."""
    grid = regress(raw, features, heard)
    if grid.beats.size < 4:
        return grid
    chosen = danced(heard, Harmonies.of(features), grid.beats)
    return grid if chosen.is_found else regress(chosen.beats(grid.beats), features, heard)


def seconds(times: NDArray[np.float64]) -> list[float]:
    """Times as documents hold them: a tenth of a millisecond is finer than any ear and keeps documents small."""
    return [round(float(t), 4) for t in times]

"""The beats of a dance move's own music: the same ears, on 6 to 17 seconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bachata.music.hearing import Progress, listen, seconds


@dataclass(frozen=True)
class ClipBeats:
    """`tempo` in BPM; `beats` in seconds from the clip's first picture, strictly increasing, possibly below zero when
    the sound begins first; `count_one`: index 0..7 of a beat danced as count 1; `confidence` 0..1 in the beats."""

    tempo: float
    beats: list[float]
    count_one: int
    confidence: float


def clip_beats(path: Path, *, name: str | None = None, progress: Progress | None = None) -> ClipBeats:
    """Hear a clip's music. Raises AudioUnreadable when it has none or lasts less than four seconds."""
    heard = listen(path, name=name, progress=progress)
    return ClipBeats(
        tempo=round(heard.grid.tempo, 3),
        beats=seconds(heard.grid.beats + heard.sound.start),
        count_one=heard.counted.count_one,
        confidence=heard.beat,
    )

"""What a song is: beats, counts, sections, energy, loudness. Turns sound into an `Analysis` document.

```
decode.py     any file FFmpeg reads -> blocks of samples, loudness on the way
features.py   samples -> spectra and envelopes, streaming     mel.py   bands as wide as the ear's
onsets.py     where sounds begin
tempo.py      the tempo curve
beats.py      raw beats (the BeatTracker protocol)
grid.py       raw beats -> a grid, milliseconds true, drift followed, gaps bridged
walk.py       the steady run among them carried to both ends     attacks.py  to the millisecond     turns.py  harmony
counts.py     which beat is count 1
energy.py     how much is going on, per count
sections.py   intro, verse, chorus, bridge, outro     grooves.py  derecho, majao, mambo
rhythm.py     how strong, how syncopated              key.py      A minor
analysis.py   all of it -> Analysis      clips.py    the part of it a dance move needs
confidence.py how far the beats can be believed
structure.py  where the band changes, for counts and sections
embedding.py  any span of sound -> 128 numbers of unit norm     description.py  what they say
embedding_scale.py  what is usual     service.py    the analyze function, cached by content     drawing.py  as a picture
```

librosa's beat tracker is the benchmark's baseline (benchmarks/music), not our ears: its first use compiles for seconds
in a cold instance, it is 20 to 50 ms late, slips to the off-beat or the wrong octave and knows no count 1. Nothing of
it is used here but in `tracker.py`, which the laptop compares with; the mel filterbank (`mel.py`) equals its.

Importing this package imports no numerics; the functions below load what they need when called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bachata.music.analysis import analyse
    from bachata.music.clips import ClipBeats, clip_beats
    from bachata.music.drawing import plot
    from bachata.music.embedding import embed

__all__ = ["ClipBeats", "analyse", "clip_beats", "embed", "plot"]

_HOMES = {
    "analyse": "analysis",
    "clip_beats": "clips",
    "ClipBeats": "clips",
    "embed": "embedding",
    "plot": "drawing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

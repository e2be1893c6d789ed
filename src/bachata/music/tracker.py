"""librosa's own beats, as it gives them: what others cut on, to be compared with."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bachata.music.decode import RATE, Sound


def librosa_beats(path: Path) -> list[float]:
    """Beat times of a song, seconds, by `librosa.beat.beat_track` with its defaults: nothing is corrected.

    Raises AudioUnreadable.
    """
    import librosa

    samples = np.concatenate([np.zeros(0, dtype=np.float32), *Sound(path, meter=False).blocks()])
    _, beats = librosa.beat.beat_track(y=samples, sr=RATE, units="time")
    return [float(beat) for beat in beats]

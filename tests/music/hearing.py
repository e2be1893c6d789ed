"""Features of samples, without a file."""

from __future__ import annotations

import numpy as np

from bachata.music.decode import RATE
from bachata.music.features import Features, Listener
from tests.music.synth import RATE as SOUND_RATE


def features_of(samples: np.ndarray) -> Features:
    """What the analyser hears of samples at the synthesiser's 44.1 kHz: every second one, after a gentle low pass."""
    assert SOUND_RATE == 2 * RATE
    listener = Listener()
    listener.push(samples[: samples.size // 2 * 2].reshape(-1, 2).mean(axis=1).astype(np.float32))
    return listener.finish()

"""Songs as files, through the FFmpeg libraries."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from benchmarks.music.thirdband.sounds import SR

CODECS = {
    ".wav": ("pcm_s16le", "s16", SR, None),
    ".flac": ("flac", "s16", SR, None),
    ".mp3": ("libmp3lame", "s16p", SR, 96_000),
    ".m4a": ("aac", "fltp", SR, 96_000),
    ".opus": ("libopus", "s16", 48_000, 64_000),
}
"""Codec, sample format, rate and bit rate by suffix."""


def write(path: Path, samples: np.ndarray, bit_rate: int | None = None) -> None:
    """Write mono (n,) or stereo (2, n) samples at 44.1 kHz; the suffix of the path says how.

    Lossy formats get 96 kb/s (Opus 64) unless `bit_rate` says otherwise. Raises KeyError for another suffix.
    """
    codec, form, rate, usual = CODECS[path.suffix]
    planes = np.atleast_2d(np.clip(samples, -1.0, 1.0)).astype(np.float32)
    layout = "stereo" if planes.shape[0] == 2 else "mono"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        if wanted := bit_rate or usual:
            stream.bit_rate = wanted
        resampler = av.AudioResampler(format=form, layout=layout, rate=rate)
        for start in range(0, planes.shape[1], SR):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes[:, start : start + SR]), "fltp", layout)
            frame.sample_rate, frame.pts, frame.time_base = SR, start, Fraction(1, SR)
            for ready in resampler.resample(frame):
                container.mux(stream.encode(ready))
        for ready in resampler.resample(None):
            container.mux(stream.encode(ready))
        container.mux(stream.encode(None))

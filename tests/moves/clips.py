"""Little clips with known truth: every frame a grey of its own, a click on every beat."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

SOUND_RATE = 48000


def write_clip(
    path: Path,
    *,
    frames: int = 150,
    rate: Fraction = Fraction(30),
    size: tuple[int, int] = (64, 48),
    beats: list[float] | None = None,
    codec: str = "libx264",
    shade: int = 0,
) -> Path:
    """`frames` pictures at `rate`; with `beats` (seconds) a sound track of 20 ms clicks. `shade` varies the content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=rate)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        audio = container.add_stream("aac", rate=SOUND_RATE, layout="mono") if beats is not None else None
        for number in range(frames):
            grey = np.full((size[1], size[0], 3), (number * 3 + shade) % 250, dtype=np.uint8)
            picture = av.VideoFrame.from_ndarray(grey, format="rgb24")
            picture.pts, picture.time_base = number, 1 / rate
            container.mux(video.encode(picture))
        container.mux(video.encode())
        if audio is not None and beats is not None:
            sound = np.zeros((1, round(frames / float(rate) * SOUND_RATE)), dtype=np.float32)
            click = np.sin(2 * np.pi * 1500 * np.arange(960) / SOUND_RATE) * np.hanning(960)
            for beat in beats:
                at = round(beat * SOUND_RATE)
                sound[0, at : at + 960] += click[: max(0, sound.shape[1] - at)]
            for start in range(0, sound.shape[1], 1024):
                block = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[:, start : start + 1024]), "fltp", "mono")
                block.sample_rate, block.pts = SOUND_RATE, start
                container.mux(audio.encode(block))
            container.mux(audio.encode())
    return path

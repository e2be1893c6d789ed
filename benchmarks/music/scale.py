"""python -m benchmarks.music.scale: measure what is usual and write src/bachata/music/embedding_scale.py.

The library measured is generated, so that anybody can repeat it: 24 bachatas of the tests' band and 8 of the sample
band over tempos, keys, densities, voices and noise, each cut into spans of 8 s.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from bachata.music.description import describe
from bachata.music.embedding import Scale, hear_span
from benchmarks.constants import write_scale
from benchmarks.music.songs import recipe
from samples.song import make_song
from tests.music.synth import make, write

TARGET = Path(__file__).parents[2] / "src" / "bachata" / "music" / "embedding_scale.py"
SEED = 501  # a set of its own, apart from those of the benchmark
SONGS, SAMPLES = 24, 8
SPAN = 8.0
KEYS = ("Am", "C", "Dm", "F", "Em", "G", "Bm", "D")


def descriptions() -> np.ndarray:
    """Descriptions of every span, shape (spans, 128)."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="bachata-scale-") as directory:
        path = Path(directory) / "song.wav"
        for number in range(SONGS):
            samples, _ = make(recipe(number, SEED))
            rows += spans(write(path, samples))
        for number in range(SAMPLES):
            make_song(path, tempo=104.0 + 7 * number, seconds=70.0, seed=number, key=KEYS[number], aac=False)
            rows += spans(path)
    return np.array(rows)


def spans(path: Path) -> list[np.ndarray]:
    heard = hear_span(path, 0.0, None)
    starts = np.arange(0.0, heard.duration - SPAN, SPAN)
    return [describe(heard.span(start, start + SPAN)) for start in starts]


def main() -> None:
    rows = descriptions()
    scale = Scale.over(rows)
    over = f"{len(rows)} spans"
    write_scale(
        TARGET, "audio-1", over, "benchmarks.music.scale", centre=scale.centre, spread=scale.spread, digits=5
    )  # fmt: skip
    print(f"{TARGET.name}: {len(rows)} spans")


if __name__ == "__main__":
    main()

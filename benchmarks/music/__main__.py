"""python -m benchmarks.music [--half tune|report] [--songs N]: our analyser and librosa's default on the same songs.

Prints Markdown; results.md holds the last reported run. The protocol is in README.md.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bachata.music import analyse
from bachata.music.decode import RATE, Sound
from bachata.music.document import Analysis
from benchmarks.music.measures import LOWER_IS_BETTER, beats_row, music_row, share_of_time
from benchmarks.music.songs import OTHER_BAND, SEEDS, SONGS, other_band, song
from tests.music.synth import Truth

Row = dict[str, float]
DOUBT = 0.6
"""Confidence below which a song is shown to the user as doubtful."""

FAILED = "F@70 < 0.95, or count 1 wrong"


def ours(path: Path, truth: Truth) -> tuple[Row, Analysis]:
    begun = time.process_time()
    analysis = analyse(path)
    spent = time.process_time() - begun
    row = {**beats_row(analysis.beats, truth, analysis.tempo), **music_row(analysis, truth), "cpu s": spent}
    return row, analysis


def librosa_default(path: Path, truth: Truth) -> Row:
    import librosa

    samples = np.concatenate(list(Sound(path, meter=False).blocks()))
    begun = time.process_time()
    tempo, beats = librosa.beat.beat_track(y=samples, sr=RATE, units="time")
    return {**beats_row(beats, truth, float(np.ravel(tempo)[0])), "cpu s": time.process_time() - begun}


def table(rows: list[Row], baseline: list[Row]) -> Iterator[str]:
    yield "| measure | ours mean | ours worst | librosa mean | librosa worst |"
    yield "|---|---|---|---|---|"
    for measure in rows[0]:
        cells = [*_mean_and_worst(measure, rows), *_mean_and_worst(measure, baseline)]
        yield f"| {measure} | " + " | ".join(cells) + " |"


def _mean_and_worst(measure: str, rows: list[Row]) -> tuple[str, str]:
    if not rows or measure not in rows[0]:
        return "–", "–"
    values = np.array([row[measure] for row in rows])
    worst = values[np.abs(values).argmax()] if measure in LOWER_IS_BETTER else values.min()
    return f"{values.mean():.3f}", f"{worst:.3f}"


def belief(names: list[str], rows: list[Row]) -> Iterator[str]:
    failed = [(name, row) for name, row in zip(names, rows, strict=True) if row["F@70"] < 0.95 or not row["eight"]]
    doubted = [row for row in rows if row["confidence"] < DOUBT]
    caught = [row for _, row in failed if row["confidence"] < DOUBT]
    yield f"Failures ({FAILED}): {len(failed)} of {len(rows)}; below confidence {DOUBT}: {len(caught)} of these, "
    yield f"{len(doubted)} songs in all."
    for name, row in failed:
        yield f"- {name}: F@70 {row['F@70']:.3f}, bar {row['bar']:.0f}, eight {row['eight']:.0f}, confidence " + (
            f"{row['confidence']:.2f}"
        )


def generated(half: str, count: int, directory: Path) -> tuple[list[str], list[Row], list[Row], list[float]]:
    names, rows, baseline, keys = [], [], [], []
    for number in range(count):
        path, truth, key = song(number, SEEDS[half], directory)
        row, analysis = ours(path, truth)
        names.append(path.name)
        rows.append(row)
        baseline.append(librosa_default(path, truth))
        keys.append(float(analysis.key is not None and (analysis.key.tonic, analysis.key.mode) == key))
        path.unlink()
    return names, rows, baseline, keys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=sorted(SEEDS), default="report")
    parser.add_argument("--songs", type=int, default=SONGS)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bachata-bench-") as directory:
        names, rows, baseline, keys = generated(wanted.half, wanted.songs, Path(directory))
        print(f"## {wanted.half} half, {len(rows)} songs, seed {SEEDS[wanted.half]}\n")
        print("\n".join([*table(rows, baseline), "", *belief(names, rows), ""]))
        print(f"Key exact: {np.mean(keys):.2f} of songs.\n")
        rows, baseline, grooves = [], [], []
        for number in range(OTHER_BAND):
            path, truth, played = other_band(number, SEEDS[wanted.half], Path(directory))
            row, analysis = ours(path, truth)
            rows.append(row)
            baseline.append(librosa_default(path, truth))
            grooves.append(share_of_time(analysis, played, "groove"))
        print(f"## The sample band, {len(rows)} songs\n")
        print("\n".join([*table(rows, baseline), "", f"Groove right: {np.mean(grooves):.3f} of the time.", ""]))


if __name__ == "__main__":
    main()

"""python -m benchmarks.music [--half tune|report] [--songs N]: our analyser and librosa's default on the same songs.

Prints Markdown; results.md holds the last reported run. The protocol is in README.md.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bachata.music import analyse
from bachata.music.decode import RATE, Sound
from bachata.music.document import Analysis
from bachata.music.version import ANALYSER
from benchmarks.music.measures import LOWER_IS_BETTER, beats_row, music_row, share_of_time
from benchmarks.music.songs import OTHER_BAND, SEEDS, SONGS, TUNE, other_band, song, third_band
from tests.music.synth import Truth

Row = dict[str, float]
Span = tuple[float, float, str]
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
    values = values[np.isfinite(values)]  # a tracker that hits no beat has no offset
    if values.size == 0:
        return "–", "–"
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


@dataclass
class Heard:
    """What came of the songs of one band, in one order."""

    names: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    baseline: list[Row] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    grooves: list[float] = field(default_factory=list)

    def add(self, path: Path, truth: Any, *, key: tuple[str, str] | None, grooves: list[Span] | None) -> None:
        row, analysis = ours(path, truth)
        self.names.append(path.name)
        self.rows.append(row)
        self.baseline.append(librosa_default(path, truth))
        if key:
            self.keys.append(float(analysis.key is not None and (analysis.key.tonic, analysis.key.mode) == key))
        if grooves:
            self.grooves.append(share_of_time(analysis, grooves, "groove"))
        path.unlink()

    def report(self, title: str) -> str:
        lines = [f"## {title}, {len(self.rows)} songs\n", *table(self.rows, self.baseline), ""]
        lines += belief(self.names, self.rows)
        if self.keys:
            lines.append(f"\nKey exact: {np.mean(self.keys):.2f} of songs.")
        if self.grooves:
            lines.append(f"\nGroove right: {np.mean(self.grooves):.3f} of the time it is played.")
        return "\n".join([*lines, ""])


def main_set(seed: int, count: int, directory: Path) -> Heard:
    heard = Heard()
    for number in range(count):
        path, truth, key = song(number, seed, directory)
        heard.add(path, truth, key=key, grooves=None)
    return heard


def sample_set(seed: int, count: int, directory: Path) -> Heard:
    heard = Heard()
    for number in range(count):
        path, truth, grooves = other_band(number, seed, directory)
        heard.add(path, truth, key=None, grooves=grooves)
    return heard


def third_set(seed: int, count: int, directory: Path) -> Heard:
    heard = Heard()
    for number in range(count):
        path, truth, grooves = third_band(number, seed, directory)
        heard.add(path, truth, key=truth.key, grooves=grooves)
    return heard


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=sorted(SEEDS), default="report")
    parser.add_argument("--songs", type=int, default=SONGS, help="of the main set and of the third band")
    wanted = parser.parse_args()
    seed = SEEDS[wanted.half]
    third_seed = seed if wanted.half == "report" else TUNE["third"][0]
    print(f"{wanted.half} half, seed {seed} (third band {third_seed}), analyser {ANALYSER}\n")
    with tempfile.TemporaryDirectory(prefix="bachata-bench-") as directory:
        print(main_set(seed, wanted.songs, Path(directory)).report("The main set"), flush=True)
        print(third_set(third_seed, wanted.songs, Path(directory)).report("The third band"), flush=True)
        print(sample_set(seed, min(wanted.songs, OTHER_BAND), Path(directory)).report("The sample band"))


if __name__ == "__main__":
    main()

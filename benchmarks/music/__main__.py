"""python -m benchmarks.music [--half tune|report]: our analyser and librosa's default on the same songs.

48 songs from fixed recipes (`tests.music.synth`); even numbers are for tuning, odd ones are only ever reported.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from bachata.music import analyse
from bachata.music.decode import RATE, Sound
from benchmarks.music.songs import recipe
from tests.music.measures import f_measure, median_offset, phase_of, spearman
from tests.music.synth import Truth, make, write

SONGS = 48


def beats_row(beats: object, truth: Truth, tempo: float) -> dict[str, float]:
    return {
        "F@70": f_measure(beats, truth.beats, 0.070),
        "F@25": f_measure(beats, truth.beats, 0.025),
        "offset ms": 1_000 * median_offset(beats, truth.beats),
        "tempo error %": 100 * abs(tempo / truth.tempo - 1),
    }


def ours(path: Path, truth: Truth) -> dict[str, float]:
    begun = time.process_time()
    analysis = analyse(path)
    spent = time.process_time() - begun
    one = phase_of(analysis.beats, truth.beats[truth.count_one])
    true = [0.0, *(start for start, _, _ in truth.sections[1:]), truth.duration]
    found = [section.start for section in analysis.sections] + [analysis.duration]
    nearest = np.abs(np.asarray(analysis.beats)[:, None] - truth.beats[None, :]).argmin(axis=1)
    return {
        **beats_row(analysis.beats, truth, analysis.tempo),
        "bar": float(analysis.count_one % 4 == one % 4),
        "eight": float(analysis.count_one == one),
        "sections F@3s": f_measure(found, true, 3.0),
        "energy rho": spearman(analysis.energy, truth.energy[nearest]),
        "confidence": analysis.confidence,
        "cpu s": spent,
    }


def librosa_default(path: Path, truth: Truth) -> dict[str, float]:
    import librosa

    samples = np.concatenate(list(Sound(path).blocks()))
    begun = time.process_time()
    tempo, beats = librosa.beat.beat_track(y=samples, sr=RATE, units="time")
    return {**beats_row(beats, truth, float(np.ravel(tempo)[0])), "cpu s": time.process_time() - begun}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=["tune", "report"], default="report")
    numbers = range(0 if parser.parse_args().half == "tune" else 1, SONGS, 2)
    rows: dict[str, list[dict[str, float]]] = {"ours": [], "librosa default": []}
    with tempfile.TemporaryDirectory(prefix="bachata-bench-") as directory:
        for number in numbers:
            samples, truth = make(recipe(number, 77))
            mp3 = number % 3 == 0
            path = Path(directory) / f"{number}.{'mp3' if mp3 else 'wav'}"
            write(path, samples, bit_rate=96_000 if mp3 else None)
            rows["ours"].append(ours(path, truth))
            rows["librosa default"].append(librosa_default(path, truth))
            path.unlink()
    for system, results in rows.items():
        print(f"\n{system}, {len(results)} songs\n\n| measure | mean | worst | median |\n|---|---|---|---|")
        for measure in results[0]:
            values = np.array([row[measure] for row in results])
            lower_is_better = measure in {"offset ms", "tempo error %", "cpu s"}
            worst = values[np.abs(values).argmax()] if lower_is_better else values.min()
            print(f"| {measure} | {values.mean():.3f} | {worst:.3f} | {np.median(values):.3f} |")
    failed = [row for row in rows["ours"] if row["F@70"] < 0.95 or not row["eight"]]
    doubted = [row for row in failed if row["confidence"] < 0.6]
    print(f"\nfailures: {len(failed)} (F@70 < 0.95 or wrong count 1), of which {len(doubted)} below confidence 0.6")


if __name__ == "__main__":
    main()

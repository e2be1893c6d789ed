"""python -m benchmarks.music.speed: the cost of a four-minute song, fresh and warm, and where time goes."""

from __future__ import annotations

import cProfile
import pstats
import statistics
import sys
import tempfile
import time
from pathlib import Path

import av

from bachata.music import analyse
from benchmarks.harness import machine, run
from tests.music.synth import Recipe, make, write

FORM = (
    ("intro", 4), ("verse", 8), ("chorus", 8), ("verse", 8), ("chorus", 8), ("bridge", 4), ("chorus", 8), ("verse", 8),
    ("outro", 8),
)  # fmt: skip
RUNS = 5
_FRESH = "import sys; from pathlib import Path; from bachata.music import analyse; analyse(Path(sys.argv[1]))"
_STAGES = {
    "decode and meter": ("decode.py", "blocks"),
    "spectra and envelopes": ("features.py", ("push", "finish")),
    "onsets": ("onsets.py", "onsets"),
    "beats": ("beats.py", "track"),
    "grid": ("grid.py", "regress"),
    "counts": ("counts.py", "count"),
    "sections": ("sections.py", "find_sections"),
}


def stereo_mp3(directory: Path) -> tuple[Path, float]:
    """(a song as shops sell it: stereo MP3 at 192 kb/s, its seconds)."""
    samples, truth = make(Recipe(tempo=128.0, seed=9, form=FORM))
    mono, path = write(directory / "mono.wav", samples), directory / "song.mp3"
    with av.open(str(mono)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream("libmp3lame", rate=44_100)
        stream.layout, stream.bit_rate = "stereo", 192_000
        resampler = av.AudioResampler(stream.format.name, "stereo", 44_100, frame_size=1_152)
        for frame in [*source.decode(audio=0), None]:
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return path, truth.duration


def profile(path: Path) -> list[str]:
    profiler = cProfile.Profile()
    begun = time.perf_counter()
    profiler.runcall(analyse, path)
    whole = time.perf_counter() - begun
    found = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    lines = ["| stage (cumulative, profiler running) | s |", "|---|---|"]
    for stage, (file, functions) in _STAGES.items():
        wanted = (functions,) if isinstance(functions, str) else functions
        spent = max(
            (
                entry[3]
                for (name, _, function), entry in found.items()
                if name.endswith(f"music/{file}") and function in wanted
            ),
            default=0.0,
        )
        lines.append(f"| {stage} | {spent:.2f} |")
    return [*lines, f"| all | {whole:.2f} |"]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bachata-speed-") as directory:
        path, seconds = stereo_mp3(Path(directory))
        fresh = [run([sys.executable, "-c", _FRESH, str(path)]) for _ in range(3)]
        analyse(path)
        warm = []
        for _ in range(RUNS):
            begun = time.perf_counter()
            analyse(path)
            warm.append(time.perf_counter() - begun)
        print(f"Song of {seconds:.0f} s, stereo MP3 at 192 kb/s; {machine()}; medians.\n")
        print("| | measured | bar |\n|---|---|---|")
        print(f"| fresh process, wall s | {statistics.median(c.wall_s for c in fresh):.2f} | 6 |")
        print(f"| fresh process, peak RSS MB | {max(c.peak_rss_mb for c in fresh):.0f} | 350 |")
        print(f"| warm, wall s | {statistics.median(warm):.2f} (slowest {max(warm):.2f}) | 2 |\n")
        print("\n".join(profile(path)))


if __name__ == "__main__":
    main()

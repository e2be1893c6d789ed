"""What each stage of one song → one video costs, on the sample moves or on real clips."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import Cost, machine, run

BACHATA = str(Path(sys.executable).with_name("bachata"))


def _stages(home: Path, song: Path, media: Path) -> dict[str, Cost]:
    env = {"BACHATA_HOME": str(home)}
    costs = {
        "library add": run([BACHATA, "library", "add", str(media), "--json"], env=env),
        "analyze (fresh process)": run([BACHATA, "analyze", str(song), "--json"], env=env),
        "run (whole pipeline)": run([BACHATA, "run", "--song", str(song), "--json"], env=env),
    }
    outcome = costs["run (whole pipeline)"].json()
    blueprint = str(outcome["blueprint"])
    out = str(home / "again.mp4")
    costs["plan (fresh process)"] = run([BACHATA, "plan", "--song", str(song), "--json"], env=env)
    costs["assemble (fresh process)"] = run([BACHATA, "assemble", blueprint, "--out", out, "--json"], env=env)
    costs["run again (song known)"] = run([BACHATA, "run", "--song", str(song), "--json"], env=env)
    return costs


def measure(media: Path | None, seconds: float, runs: int) -> str:
    """The results table, as Markdown."""
    from samples.moves import make_moves
    from samples.song import make_song

    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        make_song(root / "song.wav", tempo=126.0, seconds=seconds)
        material = "real clips" if media else "sample moves"
        if media is None:
            media = root / "moves"
            make_moves(media)
        rounds = [_stages(root / f"home{i}", root / "song.wav", media) for i in range(runs)]
    lines = [
        f"{seconds:.0f} s song, {material}; median of {runs}; {machine()}",
        "",
        "| stage | wall s | CPU s | peak RSS MB |",
        "|---|---|---|---|",
    ]
    for stage in rounds[0]:
        wall, cpu, rss = (
            statistics.median(getattr(r[stage], field) for r in rounds) for field in ("wall_s", "cpu_s", "peak_rss_mb")
        )
        lines.append(f"| {stage} | {wall:.2f} | {cpu:.2f} | {rss:.0f} |")
    return "\n".join(lines) + "\n"

"""The whole benchmark, small: every contestant, every measurement, the page. Its figures mean nothing here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.assembly.compare import CONFORM, CROSSFADES, CUTS, FIRST, GRAPH, MOVIEPY, OLD, PLANNED
from benchmarks.assembly.material import ROOT, link_tree, real_media
from benchmarks.assembly.peers import PYTHON, Peers
from benchmarks.assembly.pieces import ONE, SHARDED, USUAL
from tests.assembly import truth

SIZE = (640, 360)
FRAMES = 150
peers_needed = pytest.mark.skipif(Peers.find() is None, reason=f"no FFmpeg binary at {PYTHON}: make peers")


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Two numbered clips with annotated beats."""
    folder = tmp_path / "clips"
    annotations = []
    for n in range(2):
        sound = truth.clicks(FRAMES / 30, [0.1 + i * (0.45 + 0.05 * n) for i in range(10)])
        truth.numbered_clip(folder / f"{n}.mp4", FRAMES, size=SIZE, first=1000 * n, options={"g": "250"}, sound=sound)
        annotations.append(
            {
                "clip_id": f"clip-{n}",
                "video_path": f"{n}.mp4",
                "move_label": "basic",
                "difficulty": "beginner",
                "energy_level": "low",
                "beats": [round(0.1 + i * (0.45 + 0.05 * n), 4) for i in range(9)],
                "count_one": 0,
            }
        )
    document = {"schema": "bachata.annotations.1", "clips": annotations}
    (folder / "annotations.json").write_text(json.dumps(document))
    return folder


def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.assembly", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@peers_needed
def test_a_small_run_measures_everything_and_writes_its_page(clips: Path, tmp_path: Path) -> None:
    work, out = tmp_path / "work", tmp_path / "results.md"
    work.mkdir()
    told = benchmark("--quick", "--media", str(clips), "--runs", "1", "--work", str(work), "--out", str(out))
    assert out.is_file(), told.stderr
    page = out.read_text()
    verdicts = {line.split(" | ")[0].strip("| "): line for line in page.splitlines() if line.startswith("| ")}
    for name in (OLD, GRAPH, MOVIEPY, CUTS, CROSSFADES, PLANNED, FIRST, ONE, SHARDED, USUAL):
        wall, cpu = float(verdicts[name].split(" | ")[1]), float(verdicts[name].split(" | ")[3])
        assert wall > 0
        assert cpu > 0
    for exact in (
        "killed at 80 %, run again: stored frames encoded again",
        "killed and run again, against never killed",
        "four shards, against one task",
    ):
        assert verdicts[exact].endswith("| yes |"), verdicts[exact]
    assert {"2", "4", "8"} <= verdicts.keys()
    assert told.returncode == (1 if "**no**" in page else 0)
    assert list(work.iterdir()) == []
    assert CONFORM in told.stderr


def test_without_the_others_it_says_how_to_get_them(tmp_path: Path) -> None:
    told = benchmark("--peers", str(tmp_path / "none"))
    assert told.returncode == 1
    assert told.stderr.strip().endswith("Run: make peers")


def test_a_copy_of_a_store_shares_its_bytes_and_not_its_names(tmp_path: Path) -> None:
    (tmp_path / "store/deep").mkdir(parents=True)
    (tmp_path / "store/deep/clip").write_bytes(b"clip")
    copy = link_tree(tmp_path / "store", tmp_path / "copy")
    assert (copy / "deep/clip").stat().st_ino == (tmp_path / "store/deep/clip").stat().st_ino
    (copy / "deep/clip").unlink()
    assert (tmp_path / "store/deep/clip").read_bytes() == b"clip"


def test_real_clips_are_looked_for_beside_the_checkout() -> None:
    found = real_media()
    assert found is None or (found.parent.parent == ROOT.parent and (found / "annotations.json").is_file())

"""What is measured is what is said to be: videos of the same length, pieces that are there, bytes that were written."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from benchmarks.assembly.collected import Collected, Setting, count_frames
from benchmarks.assembly.compare import document
from benchmarks.assembly.job import Rendered, render_and_kill, stored_frames
from benchmarks.assembly.material import SONG, Material, _repeated
from benchmarks.assembly.montage import Clip, montage
from benchmarks.assembly.peers import Peers
from benchmarks.assembly.scale import QUICK
from benchmarks.harness import Cost
from tests.assembly import truth

COST = Cost(2.0, 3.0, 80.0, "", 12.0)


def setting(folder: Path) -> Setting:
    clip = Clip("a", "moves/a.mp4", folder / "a.mp4", 300, tuple(range(3, 300, 15)))
    material = Material(folder / "store", (clip,), folder, False, COST, 10.0, {})
    return Setting(material, QUICK, Peers(folder / "python", "ffmpeg", ""), folder)


def piece(store: Path, name: str, frames: int) -> None:
    path = store / "cache/pieces/plan" / f"{name}.piece"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(json.dumps({"piece": name, "frames": frames}).encode() + b"\n\x00\x01\xff pictures")


def test_a_video_of_another_length_ends_the_run(tmp_path: Path) -> None:
    video = truth.numbered_clip(tmp_path / "v.mp4", 20)
    found = Collected()
    assert count_frames(video) == 20
    with pytest.raises(RuntimeError, match="ours: the video holds 20 frames instead of 21"):
        found.video("ours", COST, video, 21)
    assert found.costs["ours"] == []
    found.video("ours", COST, video, 20)
    row = found.row("ours")
    assert (row.frames, row.output_mb) == (20, video.stat().st_size / 1e6)
    assert row.besides_mb == 12.0 - row.output_mb


def test_renders_of_one_name_collect_their_hashes(tmp_path: Path) -> None:
    truth.numbered_clip(tmp_path / "output/v.mp4", 20)
    result = {"video_key": "output/v.mp4", "frames_encoded": 50, "frames_reused": 35}
    made = Rendered(COST, tmp_path, result)
    found = Collected()
    found.ours("x", made, 20)
    found.ours("x", made, 20)
    assert made.encoded == 15
    assert len(found.hashes["x"]) == 2
    assert len(set(found.hashes["x"])) == 1
    (tmp_path / "output/v.mp4").write_bytes(made.video.read_bytes() + b"\0" * 8)
    found.ours("x", made, 20)
    assert len(set(found.hashes["x"])) == 2


def test_frames_of_stored_pieces_are_counted(tmp_path: Path) -> None:
    assert stored_frames(tmp_path) == 0
    piece(tmp_path, "a", 14)
    piece(tmp_path, "b", 16)
    (tmp_path / "cache/pieces/plan/c.claim").write_bytes(b"begun\n")
    assert stored_frames(tmp_path) == 30


def test_a_job_that_ends_before_it_is_killed_counts_for_nothing(tmp_path: Path) -> None:
    """Here it fails at once: its blueprint names a clip that is not there."""
    store = tmp_path / "store"
    store.mkdir()
    plan = document(setting(tmp_path), 2, crossfades=True, song=SONG)
    assert render_and_kill(store, {**plan, "moves": []}, frames=10) is None


def test_the_measured_blueprint_is_that_of_the_montage(tmp_path: Path) -> None:
    here = setting(tmp_path)
    plan = document(here, 3, crossfades=False, song=SONG)
    cuts = montage(here.material.clips, 3, QUICK)
    assert plan["total_duration"] == round(cuts[-1].end / 30, 6)
    assert plan["audio_path"] == SONG


def test_a_song_is_played_again_until_it_is_long_enough(tmp_path: Path) -> None:
    samples = np.stack([truth.tone(1.0, level=0.5), truth.tone(1.0, hertz=500, level=0.5)])
    truth.write_wav(tmp_path / "short.wav", samples)
    _repeated(tmp_path / "short.wav", tmp_path / "long.wav", 2.5)
    with wave.open(str(tmp_path / "short.wav")) as short, wave.open(str(tmp_path / "long.wav")) as long:
        assert long.getparams()[:3] == short.getparams()[:3]
        assert long.getnframes() == round(2.5 * 48_000)
        one, many = short.readframes(48_000), long.readframes(120_000)
    assert many == one + one + one[: len(one) // 2]

"""The others make the same video: the same frame of the same clip at every moment, mixed where ours are mixed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from bachata.assembly import render
from bachata.blueprint import parse
from bachata.storage import DirectoryStore
from benchmarks.assembly.collected import count_frames
from benchmarks.assembly.montage import Clip, Cut, blueprint, montage
from benchmarks.assembly.peers import PYTHON, Peers
from benchmarks.assembly.scale import QUICK
from tests.assembly import truth

SCALE = replace(QUICK, size=(128, 96))
BEATS = tuple(range(2, 120, 13))

found = Peers.find()
pytestmark = pytest.mark.skipif(found is None, reason=f"no FFmpeg binary to compare with at {PYTHON}: make peers")


@pytest.fixture(scope="module")
def peers() -> Peers:
    assert found is not None
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DirectoryStore:
    root = tmp_path_factory.mktemp("peers")
    for number in range(2):
        how = {"options": {"g": "25", "bf": "2", "preset": "veryfast"}}
        truth.numbered_clip(root / f"clips/{number}.mp4", 120, size=SCALE.size, first=1000 * number, **how)
    truth.write_wav(root / "songs/song.wav", truth.clicks(10.0, [0.1, 1.1, 5.0]))
    return DirectoryStore(root)


@pytest.fixture(scope="module")
def cuts(store: DirectoryStore) -> list[Cut]:
    clips = [Clip(str(n), f"clips/{n}.mp4", store.root / f"clips/{n}.mp4", 120, BEATS) for n in range(2)]
    return montage(clips, 4, SCALE)


@pytest.fixture(scope="module")
def ours(store: DirectoryStore, cuts: list[Cut], tmp_path_factory: pytest.TempPathFactory) -> list[truth.Picture]:
    document = blueprint(cuts, song="songs/song.wav", scale=SCALE, crossfades=True, task="t", user="u")
    out = tmp_path_factory.mktemp("ours") / "video.mp4"
    render(parse(document), store=store, output=out)
    return truth.lumas(out)


def shown(cuts: list[Cut]) -> list[int]:
    return [1000 * int(cut.clip.clip_id) + cut.source + k for cut in cuts for k in range(cut.frames)]


def assert_same_pictures(video: Path, ours: list[truth.Picture], cuts: list[Cut]) -> None:
    theirs = truth.lumas(video)
    assert len(theirs) == len(ours) == cuts[-1].end
    mixed = {cut.start + k for cut in cuts[1:] for k in range(cut.beat)}
    plain = [n for n in range(cuts[-1].end) if n not in mixed]
    assert [truth.number_in(theirs[n]) for n in plain] == [shown(cuts)[n] for n in plain]
    for n in mixed:  # the share of the incoming picture is (i + 1) / (n + 1) here, i / n there
        assert np.abs(theirs[n].astype(int) - ours[n]).mean() < 219 / cuts[1].beat + 3


def test_the_old_pipeline_cuts_on_the_same_frames(
    peers: Peers, store: DirectoryStore, cuts: list[Cut], tmp_path: Path
) -> None:
    target = tmp_path / "old.mp4"
    cost = peers.old_pipeline(cuts, store.root / "songs/song.wav", SCALE, tmp_path, target)
    assert truth.numbers(target) == shown(cuts)
    assert count_frames(target) == cuts[-1].end
    assert cost.written_mb is None or cost.written_mb > 2 * target.stat().st_size / 1e6


def test_the_graph_mixes_the_same_frames(
    peers: Peers, store: DirectoryStore, cuts: list[Cut], ours: list[truth.Picture], tmp_path: Path
) -> None:
    target = tmp_path / "graph.mp4"
    peers.filter_graph(cuts, store.root / "songs/song.wav", SCALE, target)
    assert_same_pictures(target, ours, cuts)
    with av.open(str(target)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"


def test_moviepy_mixes_the_same_frames(
    peers: Peers, store: DirectoryStore, cuts: list[Cut], ours: list[truth.Picture], tmp_path: Path
) -> None:
    target = tmp_path / "moviepy.mp4"
    peers.moviepy(cuts, store.root / "songs/song.wav", SCALE, target)
    assert_same_pictures(target, ours, cuts)


def test_without_the_environment_there_are_none(tmp_path: Path) -> None:
    assert Peers.find(tmp_path / "none") is None

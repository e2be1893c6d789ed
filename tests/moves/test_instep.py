"""Beats follow the dancers: a drawn move, whose steps are known, under beats of another sound."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from bachata.errors import Stopped
from bachata.moves.beats import ClipBeats, FrameGrid, on_frames
from bachata.moves.instep import in_step
from samples.moves.catalogue import MOVES
from samples.moves.clip import FRAME_RATE, timing, write_clip
from tests.moves.clips import write_clip as write_greys
from tests.moves.desk import Desk, Ears, clip

MOVE = next(m for m in MOVES if m.clip_id == "basic_side_basic")
WHEN = timing(MOVE, MOVE.choreograph().counts)
GRID = FrameGrid(FRAME_RATE, WHEN.frames)
PERIOD = 60 / MOVE.tempo


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("drawn") / "side.mp4"
    write_clip(MOVE, path, height=180)
    return path


def heard(off: float = 0.0) -> ClipBeats:
    """Beats of a sound under which the dancers step `off` beats late."""
    return on_frames([b - off * PERIOD for b in WHEN.beats], 0, GRID, 0.8, "measured")


@pytest.mark.parametrize("off", [0.0, 0.05, -0.05])
def test_beats_that_are_danced_stay(film: Path, off: float) -> None:
    assert in_step(film, GRID, heard(off)) == heard(off)


@pytest.mark.parametrize("off", [0.28, 0.4, 0.5, 0.6, -0.26])
def test_beats_beside_the_steps_go_to_the_steps(film: Path, off: float) -> None:
    found = in_step(film, GRID, heard(off))
    assert found.moved == pytest.approx(off, abs=0.12)
    true = np.array(heard().frames)
    assert max(np.abs(true - f).min() for f in found.frames[1:-1]) <= 2  # of 14 frames a beat
    ones = [found.frames[i] for i in range(found.count_one, len(found.frames), 8)]
    assert all(min(abs(one - true[i]) for i in range(0, len(true), 8)) <= 2 for one in ones)
    assert (found.source, found.confidence) == ("measured", 0.8)


def test_about_half_a_beat_off_all_clips_are_counted_alike(film: Path) -> None:
    one, other = (in_step(film, GRID, heard(off)) for off in (0.47, 0.58))
    ones = [[b.frames[i] for i in range(b.count_one, len(b.frames), 8)] for b in (one, other)]
    assert all(abs(a - b) <= 1 for a, b in zip(*ones, strict=True))


def test_a_clip_does_not_lose_its_only_eight(film: Path) -> None:
    end = WHEN.beats[8] + 1.5 / float(GRID.rate)  # just beyond the second count 1
    short = FrameGrid(GRID.rate, round(end * float(GRID.rate)))
    beats = on_frames([b - 0.3 * PERIOD for b in WHEN.beats if b - 0.3 * PERIOD < end], 0, short, 0.8, "measured")
    late = on_frames([b + 0.2 * PERIOD for b in WHEN.beats if b + 0.2 * PERIOD < end], 0, short, 0.8, "measured")
    assert in_step(film, short, beats).moved == pytest.approx(0.3, abs=0.12)  # nine counts are left
    assert in_step(film, short, late).moved == 0.0


def test_it_stops_when_told(film: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        in_step(film, GRID, heard(0.4), stop=stop)


def test_where_nobody_dances_the_sound_counts(tmp_path: Path) -> None:
    greys = write_greys(tmp_path / "greys.mp4", frames=WHEN.frames)
    assert in_step(greys, GRID, heard(0.4)) == heard(0.4)


def test_what_was_moved_is_told_and_measured_once(film: Path, desk: Desk) -> None:
    shutil.copy(film, desk.directory / "one.mp4")
    desk.ears = late = _Ears(heard(0.4))
    report = desk.add(clip("one"))
    (move,) = (e.move for e in desk.repository.load())
    assert move.moved == pytest.approx(0.4, abs=0.12)
    assert {0, *move.beats} <= set(move.keyframes)  # it is cut where its dancers step
    assert any("0.4 of a beat after the beats of its sound" in w for w in report.warnings)
    assert desk.add(clip("one")).unchanged == ("one",)
    assert late.asked == ["one.mp4"]


class _Ears(Ears):
    def __init__(self, beats: ClipBeats) -> None:
        super().__init__()
        self._beats = beats

    def __call__(self, path: Path):
        found = super().__call__(path)
        seconds = [f / float(GRID.rate) for f in self._beats.frames]
        return type(found)(seconds, MOVE.tempo, self._beats.count_one, self._beats.confidence)

"""What ingest sees of the dancers: measured once, kept beside its mezzanine and in the catalogue."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.engine import Engine

from bachata.errors import InvalidSettings
from bachata.moves.body import see
from bachata.moves.body.document import BodyRecord
from bachata.moves.body.keeping import kept
from bachata.moves.catalogue import Move
from bachata.moves.ingest import IngestReport, add
from bachata.moves.repository import MoveRepository
from bachata.storage import DirectoryStore
from tests.moves.body import films

NAMES = ("calm", "wild")


@dataclass(frozen=True)
class Desk:
    folder: Path
    store: DirectoryStore
    engine: Engine
    scratch: Path

    def add(self, *, count_one: int = 1, workers: int = 2, pose_model: Path | None = None) -> IngestReport:
        said = [
            {
                "clip_id": name, "video_path": f"{name}.mp4", "move_label": "basic", "difficulty": "beginner",
                "energy_level": "medium", "beats": [0.25 + 0.5 * i for i in range(11)], "count_one": count_one,
            }
            for name in NAMES
        ]  # fmt: skip
        path = self.folder / "annotations.json"
        path.write_text(json.dumps({"schema": "bachata.annotations.1", "clips": said}))
        return add(
            self.folder, path, library="demo", store=self.store, engine=self.engine, clip_beats=_deaf,
            analyser="none", profile="360p", workers=workers, scratch=self.scratch, pose_model=pose_model,
        )  # fmt: skip

    def moves(self) -> dict[str, Move]:
        return {e.move.clip_id: e.move for e in MoveRepository(self.engine, "demo").load()}

    def path(self, key: str) -> Path:
        path = self.store.local_path(key)
        assert path is not None
        return path


def _deaf(path: Path) -> None:
    raise AssertionError("annotated beats need no ears")


def swaying(size: float) -> films.Draw:
    return lambda n: films.put(films.room(), 160 + size * np.sin(2 * np.pi * n / 30), 95, 60, 120)


@pytest.fixture
def desk(tmp_path: Path, store: DirectoryStore, engine: Engine) -> Iterator[Desk]:
    (tmp_path / "clips").mkdir()
    (tmp_path / "scratch").mkdir()
    for name, size in zip(NAMES, (8.0, 60.0), strict=True):
        films.write(tmp_path / "clips" / f"{name}.mp4", swaying(size), 170)
    yield Desk(tmp_path / "clips", store, engine, tmp_path / "scratch")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_the_catalogue_holds_what_is_seen(desk: Desk) -> None:
    report = desk.add()
    assert report.warnings == ()
    for move in desk.moves().values():
        seen = see(desk.path(move.video_path), move.beats, move.rate, count_one=move.count_one)
        assert (tuple(move.motion), tuple(move.kinetic_beats), tuple(move.poses)) == (
            seen.motion, seen.kinetic_beats, seen.poses,
        )  # fmt: skip
        assert len(move.poses) == len(move.beats) == len(move.motion) + 1
        held = kept(desk.store, move, "flow-2")
        assert held is not None
        assert np.array_equal(held.vector, seen.vector)


def test_energy_is_measured_whatever_is_said(desk: Desk) -> None:
    desk.add()
    moves = desk.moves()
    assert moves["calm"].energy_level == moves["wild"].energy_level
    assert moves["wild"].energy > moves["calm"].energy + 0.1


def test_what_was_seen_is_not_looked_at_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add()
    monkeypatch.setattr("bachata.moves.body.eyes.see", _not_again)
    assert desk.add().unchanged == NAMES


def _not_again(*args: object, **named: object) -> None:
    raise AssertionError("looked at again")


@pytest.mark.parametrize("how", ["gone", "spoilt", "of another version"])
def test_a_record_that_does_not_serve_is_made_again(desk: Desk, how: str) -> None:
    desk.add()
    good = desk.moves()
    path = desk.path(good["wild"].body)
    bytes_ = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "spoilt":
        path.write_bytes(bytes_[:-20])
    else:
        record = BodyRecord.model_validate_json(bytes_)
        path.write_bytes(record.model_copy(update={"version": "flow-0", "motion": [0.0]}).to_json())
    report = desk.add()
    assert (report.conformed, report.unchanged) == ((), NAMES)
    assert path.read_bytes() == bytes_
    assert desk.moves() == good


def test_a_library_from_before_gets_bodies_and_encodes_nothing(desk: Desk) -> None:
    desk.add()
    measured = desk.moves()
    repository = MoveRepository(desk.engine, "demo")
    rows = repository.load()
    for row in rows:
        desk.store.delete(row.move.body)
    nothing = {"motion": [], "kinetic_beats": [], "poses": []}
    older = [replace(row, move=row.move.model_copy(update=nothing)) for row in rows]
    repository.save(older)
    report = desk.add()
    assert (report.updated, report.conformed) == (NAMES, ())
    assert desk.moves() == measured


def test_another_count_one_is_looked_at_anew_and_encoded_no_more(desk: Desk) -> None:
    desk.add()
    before = {n: kept(desk.store, m, "flow-2") for n, m in desk.moves().items()}
    report = desk.add(count_one=2)
    assert (report.updated, report.conformed) == (NAMES, ())
    for name, move in desk.moves().items():
        now, was = kept(desk.store, move, "flow-2"), before[name]
        assert now is not None
        assert was is not None
        assert not np.array_equal(now.vector, was.vector)
        assert (now.motion, now.poses) == (was.motion, was.poses)


def test_what_is_seen_does_not_depend_on_how_many_are_looked_at_at_once(desk: Desk, tmp_path: Path) -> None:
    desk.add(workers=1)
    alone = {n: desk.path(m.body).read_bytes() for n, m in desk.moves().items()}
    for path in map(desk.path, (m.body for m in desk.moves().values())):
        path.unlink()
    desk.add(workers=3)
    assert {n: desk.path(m.body).read_bytes() for n, m in desk.moves().items()} == alone


def test_a_clip_in_which_nobody_moves_is_told(desk: Desk) -> None:
    films.write(desk.folder / "calm.mp4", lambda n: films.room(), 170)
    assert desk.add().warnings == ("calm: nobody is seen to move in it",)
    move = desk.moves()["calm"]
    assert (set(move.motion), move.kinetic_beats, move.poses, move.energy) == ({0.0}, [], [], 0.0)


def test_without_opencv_it_says_what_to_install(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from bachata.moves.body.flow import opencv

    opencv.cache_clear()
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(InvalidSettings, match=r"install bachata-buddy\[library\]"):
        desk.add()
    opencv.cache_clear()
    assert desk.moves() == {}


def test_a_model_that_is_not_there_is_said_before_anything_is_made(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="POSE_MODEL_PATH"):
        desk.add(pose_model=tmp_path / "none.onnx")
    assert list(desk.store.list("moves/")) == []

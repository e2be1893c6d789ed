"""What `library check` finds wrong and says adding again helps against, adding again does help against."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bachata.media.profile import PROFILES
from bachata.moves.catalogue import Move
from bachata.moves.check import AGAIN, CheckReport, check
from bachata.moves.ingest import IngestReport, add
from bachata.moves.mezzanine import Mould, conform
from bachata.moves.probe import probe
from bachata.moves.record import ClipRecord
from bachata.moves.repository import MoveRepository
from bachata.moves.shelf import Shelf
from bachata.storage import DirectoryStore
from bachata.storage.interface import ObjectInfo
from tests.moves.clips import write_clip

PROFILE = PROFILES["360p"]
FRAMES = 60


@dataclass(frozen=True)
class Heard:
    beats: list[float] = field(default_factory=lambda: [0.25, 0.75, 1.25, 1.75])
    tempo: float = 120.0
    count_one: int = 0
    confidence: float = 0.75


class Far(DirectoryStore):
    """A store like a bucket: nothing can be read in place. Counts what is fetched."""

    fetched = 0

    def local_path(self, key: str) -> Path | None:
        return None

    def fetch(self, key: str, destination: Path) -> ObjectInfo:
        self.fetched += 1
        return super().fetch(key, destination)


@dataclass
class Library:
    """Two clips in a library."""

    folder: Path
    store: DirectoryStore
    engine: Engine

    def add(self) -> IngestReport:
        return add(
            self.folder, self.folder / "annotations.json", library="demo", store=self.store, engine=self.engine,
            clip_beats=lambda path: Heard(), analyser="ears/1", profile="360p",
        )  # fmt: skip

    def check(self) -> CheckReport:
        return check("demo", self.moves, self.store)

    @property
    def repository(self) -> MoveRepository:
        return MoveRepository(self.engine, "demo")

    @property
    def moves(self) -> list[Move]:
        return [e.move for e in self.repository.load()]

    def edit(self, **fields: object) -> None:
        """Change the second clip's row in the catalogue."""
        row = self.repository.load()[1]
        self.repository.save([replace(row, move=row.move.model_copy(update=fields))])


@pytest.fixture(params=[DirectoryStore, Far])
def library(request: pytest.FixtureRequest, tmp_path: Path, engine: Engine) -> Library:
    folder = tmp_path / "clips"
    said = []
    for number, name in enumerate(("a", "b")):
        write_clip(folder / f"{name}.mp4", frames=FRAMES, beats=[0.25], shade=40 * number)
        said.append({
            "clip_id": name, "video_path": f"{name}.mp4", "move_label": "basic", "difficulty": "beginner",
            "energy_level": "medium",
        })  # fmt: skip
    (folder / "annotations.json").write_text(json.dumps({"schema": "bachata.annotations.1", "clips": said}))
    library = Library(folder, request.param(tmp_path / "bucket"), engine)
    assert library.add().conformed == ("a", "b")
    return library


def put_other_bytes(library: Library) -> None:
    """As many as before, with a checksum of their own, as a bucket has it."""
    key = library.moves[1].video_path
    data = bytearray(library.store.read_bytes(key))
    data[-100] ^= 1
    library.store.put_bytes(key, bytes(data))


def write_other_bytes(library: Library) -> None:
    """As many as before, past the store: nobody knows their checksum."""
    path = library.store.root / library.moves[1].video_path
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)


def encode_otherwise(library: Library) -> None:
    """With other parameters, as another version of the encoder may; its record says so and the catalogue too."""
    move = library.moves[1]
    other = replace(PROFILE, rate=Fraction(25))
    mould = Mould(move.source_sha256 or "", other, move.frames, tuple(move.keyframes))
    source = library.folder / "b.mp4"
    made = conform(source, "b", mould, library.folder / "other.mp4")
    library.edit(sha256=Shelf(library.store, "demo").put(move, mould, probe(source), made).sha256)


SPOILERS: dict[str, Callable[[Library], None]] = {
    "other bytes, checksum known": put_other_bytes,
    "other bytes, checksum unknown": write_other_bytes,
    "another encoder": encode_otherwise,
    "other keyframes in the catalogue": lambda at: at.edit(keyframes=[0, 9, 23, 38, 53]),
    "fewer keyframes in the catalogue": lambda at: at.edit(keyframes=[0]),
    "other beats in the catalogue": lambda at: at.edit(beats=[9, 23, 38, 53]),
    "other frames in the catalogue": lambda at: at.edit(frames=FRAMES - 1),
    "another hash in the catalogue": lambda at: at.edit(sha256="0" * 64),
    "no thumbnail": lambda at: at.store.delete(at.moves[1].thumbnail) and None,
    "no record": lambda at: at.store.delete(at.moves[1].record) and None,
    "no mezzanine": lambda at: at.store.delete(at.moves[1].video_path) and None,
}


@pytest.mark.parametrize("what", SPOILERS)
def test_adding_again_heals_what_check_finds(library: Library, what: str) -> None:
    good = library.moves
    assert library.check().conforms
    SPOILERS[what](library)
    found = library.check().faults
    assert {f.remedy for f in found if f.clip_id == "b"} == {AGAIN}
    assert "a" not in {f.clip_id for f in found}
    assert set(library.add().conformed) <= {"b"}
    assert library.check().faults == ()
    assert library.moves == good


def test_what_its_record_and_the_checksum_prove_is_not_fetched(library: Library) -> None:
    assert library.add().conformed == ()
    assert getattr(library.store, "fetched", 0) == 0


def test_a_record_without_a_checksum_is_believed_after_a_look_at_the_file(library: Library) -> None:
    for move in library.moves:
        record = ClipRecord.model_validate_json(library.store.read_bytes(move.record))
        older = record.model_copy(update={"crc32c": None, "header_sha256": None})
        library.store.put_bytes(move.record, older.to_json())
    assert library.add().conformed == ()
    assert getattr(library.store, "fetched", 2) == 2

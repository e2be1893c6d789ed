"""Whether a library conforms is proved from what is stored, not from what was promised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest

from bachata.errors import ObjectMissing
from bachata.media.profile import PROFILES
from bachata.moves.catalogue import Move
from bachata.moves.check import AGAIN, ALL_AGAIN, CheckReport, check
from bachata.moves.mezzanine import Mould, conform
from bachata.moves.probe import probe
from bachata.moves.shelf import Shelf, hash_of
from bachata.storage import DirectoryStore
from bachata.storage.interface import ObjectInfo
from tests.choreography.worlds import make_move
from tests.moves.clips import write_clip

PROFILE = PROFILES["360p"]


@dataclass
class Stock:
    """Two conformed clips in a store, and the moves that say so."""

    store: DirectoryStore
    folder: Path
    moves: list[Move]

    def check(self, *moves: Move) -> CheckReport:
        return check("demo", moves or self.moves, self.store)

    def path(self, which: int, what: str = "video_path") -> Path:
        path = self.store.local_path(getattr(self.moves[which], what))
        assert path is not None
        return path


@pytest.fixture
def stock(tmp_path: Path, store: DirectoryStore) -> Stock:
    moves = []
    for number, name in enumerate(("a", "b")):
        source = write_clip(tmp_path / f"{name}.mp4", frames=45, shade=40 * number)
        mould = Mould(hash_of(source), PROFILE, 45, (0, 8, 23, 38))
        move = make_move(name, profile="360p").model_copy(
            update={
                "frames": 45, "beats": [8, 23, 38], "keyframes": [0, 8, 23, 38], "count_one": 0,
                "video_path": f"moves/demo/{name}-{mould.digest[:12]}.mp4",
            }
        )  # fmt: skip
        made = conform(source, name, mould, tmp_path / f"{name}-made.mp4")
        record = Shelf(store, "demo").put(move, mould, probe(source), made)
        moves.append(move.model_copy(update={"sha256": record.sha256}))
    return Stock(store, tmp_path, moves)


def test_what_conforms_is_said_to(stock: Stock) -> None:
    told: list[tuple[int, int, str]] = []
    report = check("demo", stock.moves, stock.store, progress=lambda *step: told.append(step))
    assert (report.conforms, report.profile, report.clips, report.headers) == (True, "360p", 2, 1)
    assert told == [(1, 2, "a"), (2, 2, "b")]


def flip_a_byte(stock: Stock) -> None:
    path = stock.path(1)
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)


def cut_off(stock: Stock) -> None:
    path = stock.path(1)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def replace_by_its_source(stock: Stock) -> None:
    stock.path(1).write_bytes((stock.folder / "b.mp4").read_bytes())


def replace_by_another_profile(stock: Stock) -> None:
    other = replace(PROFILE, crf=30.0, rate=Fraction(25))
    mould = Mould("0" * 64, other, 45, (0, 8, 23, 38))
    made = conform(stock.folder / "b.mp4", "b", mould, stock.folder / "other.mp4")
    stock.path(1).write_bytes(made.path.read_bytes())


def move_its_keyframes(stock: Stock) -> None:
    mould = Mould("0" * 64, PROFILE, 45, (0, 9, 23, 38))
    made = conform(stock.folder / "b.mp4", "b", mould, stock.folder / "other.mp4")
    stock.path(1).write_bytes(made.path.read_bytes())


def shorten(stock: Stock) -> None:
    mould = Mould("0" * 64, PROFILE, 40, (0, 8, 23, 38))
    made = conform(stock.folder / "b.mp4", "b", mould, stock.folder / "other.mp4")
    stock.path(1).write_bytes(made.path.read_bytes())


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (flip_a_byte, ["its mezzanine holds other bytes than were stored"]),
        (cut_off, ["other bytes"]),
        (lambda s: s.path(1).write_bytes(b""), ["other bytes"]),
        (lambda s: s.path(1).unlink(), ["its mezzanine is missing"]),
        (lambda s: s.path(1, "thumbnail").unlink(), ["its thumbnail is missing"]),
        (lambda s: s.path(1, "record").unlink(), ["its record is missing"]),
        (replace_by_its_source, ["other bytes", "it is 64x48, not 640x360"]),
        (replace_by_another_profile, ["other bytes", "it is 25 frames a second, not 30"]),
        (move_its_keyframes, ["keyframes are not those of the catalogue, first at frame 8", "1 of its beats"]),
        (shorten, ["it has 40 frames, the catalogue says 45"]),
    ],
)
def test_what_was_tampered_with_is_caught(stock: Stock, spoil: Callable[[Stock], object], words: list[str]) -> None:
    spoil(stock)
    report = stock.check()
    assert not report.conforms
    assert {f.clip_id for f in report.faults} - {None} == {"b"}
    said = "; ".join(f.fault for f in report.faults)
    assert all(w in said for w in words), said
    assert {f.remedy for f in report.faults if f.clip_id} == {AGAIN}
    assert str(stock.folder) not in said


def test_every_fault_of_every_clip_is_told(stock: Stock) -> None:
    stock.path(0).unlink()
    stock.path(0, "record").unlink()
    flip_a_byte(stock)
    assert [(f.clip_id, f.fault.split()[-1]) for f in stock.check().faults] == [
        ("a", "missing"), ("a", "missing"), ("b", "stored")
    ]  # fmt: skip


def test_clips_of_other_profiles_are_named(stock: Stock) -> None:
    a, b = stock.moves
    older = b.model_copy(update={"clip_id": "old", "profile": "360p.0"})
    never = make_move("never")
    faults = {f.clip_id: (f.fault, f.remedy) for f in stock.check(a, b, older, never).faults}
    assert faults == {
        "old": (f"conforms to 360p.0, the library to {PROFILE.id}", ALL_AGAIN),
        "never": ("was added before clips were conformed", ALL_AGAIN),
    }


def test_a_profile_this_version_does_not_make_is_named(stock: Stock) -> None:
    report = stock.check(*(m.model_copy(update={"profile": "8k.1"}) for m in stock.moves))
    assert {f.fault for f in report.faults} == {"conforms to 8k.1, which this version does not make"}
    assert report.profile is None


def test_an_empty_library_proves_nothing(stock: Stock) -> None:
    report = check("demo", [], stock.store)
    assert not report.conforms
    assert report.faults[0].fault == "holds no clips"


class Far(DirectoryStore):
    """A store whose objects cannot be read in place."""

    def local_path(self, key: str) -> Path | None:
        return None

    def fetch(self, key: str, destination: Path) -> ObjectInfo:
        if "b-" in key:
            raise ObjectMissing("gone meanwhile")
        return super().fetch(key, destination)


@pytest.fixture
def far(stock: Stock) -> Iterator[Stock]:
    yield Stock(Far(stock.store.root), stock.folder, stock.moves)


def test_clips_that_are_not_local_are_fetched(far: Stock) -> None:
    assert far.check(far.moves[0]).conforms
    assert [(f.clip_id, f.fault) for f in far.check().faults] == [("b", "its mezzanine is missing")]

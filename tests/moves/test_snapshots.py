"""A library's snapshot: made once for a state of the catalogue, believed only when it is whole and ours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy.engine import Engine

from bachata.errors import BachataError, Unavailable
from bachata.moves import index, lists, scan, snapshot, snapshots
from bachata.moves.embedding import USUAL, Embedding, Weights
from bachata.moves.library import Library, load
from bachata.moves.repository import MoveRepository
from bachata.moves.snapshots import Snapshots
from bachata.storage import DirectoryStore
from bachata.storage.interface import ObjectInfo
from tests.choreography.worlds import embed, make_library, make_move, make_part

MOVES = make_library(12)
FOLDER = "moves/test/index/"


class Far(DirectoryStore):
    """A store like a bucket: nothing can be read in place. Counts what is fetched."""

    fetched = 0

    def local_path(self, key: str) -> Path | None:
        return None

    def fetch(self, key: str, destination: Path) -> ObjectInfo:
        info = super().fetch(key, destination)
        self.fetched += 1
        return info


@pytest.fixture(params=[DirectoryStore, Far])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Snapshots:
    return Snapshots(request.param(tmp_path / "bucket"), tmp_path / "fetched")


@pytest.fixture
def repository(engine: Engine) -> MoveRepository:
    repository = MoveRepository(engine, "test")
    repository.save([embed(m, audio=make_part("audio", i)) for i, m in enumerate(MOVES)])
    return repository


@pytest.fixture
def made() -> Iterator[list[Path]]:
    """The snapshots that are written from SQL while a test runs."""
    paths: list[Path] = []

    def write(path: Path, *rest: Any) -> Any:
        paths.append(path)
        return snapshot.write_snapshot(path, *rest)

    with patch.object(snapshots, "write_snapshot", write):
        yield paths


def keys(place: Snapshots) -> list[str]:
    assert place.store is not None
    return [o.key for o in place.store.list(FOLDER)]


def same(a: Library, b: Library) -> bool:
    query = Embedding(audio=make_part("audio", 3), text=make_part("text", 3, "lexical-2"))
    return list(a.moves) == list(b.moves) and a.index.search(query, 99) == b.index.search(query, 99)


def test_it_is_made_once_and_says_the_same_as_the_rows(
    place: Snapshots, repository: MoveRepository, made: list[Path]
) -> None:
    direct = load(repository)
    first, again = load(repository, place), load(repository, place)
    assert len(made) == 2  # one without a place to keep it, one kept
    assert len(keys(place)) == 1
    assert same(direct, first)
    assert same(first, again)
    assert again.index.versions == {"audio": "any-1", "text": "lexical-2"}
    assert not any(path.exists() for path in made)


def test_what_was_fetched_is_not_fetched_again(tmp_path: Path, repository: MoveRepository) -> None:
    store = Far(tmp_path / "bucket")
    load(repository, Snapshots(store))
    for _ in range(3):
        load(repository, Snapshots(store, tmp_path / "fetched"))
    assert store.fetched == 1
    load(repository, Snapshots(store))
    assert store.fetched == 2
    repository.save([embed(make_move("new"))])
    load(repository, Snapshots(store))
    load(repository, Snapshots(store, tmp_path / "fetched"))
    assert len([p for p in (tmp_path / "fetched").rglob("*") if p.is_file()]) == 1


def test_a_changed_catalogue_has_another_and_the_last_two_stay(place: Snapshots, repository: MoveRepository) -> None:
    seen = []
    for number in range(4):
        library = load(repository, place)
        assert len(library.moves) == len(MOVES) + number
        seen += [key for key in keys(place) if key not in seen]
        repository.save([embed(make_move(f"new{number}"))])
    assert len(seen) == 4
    assert sorted(keys(place)) == sorted(seen[-2:])


def test_snapshots_of_other_libraries_stay(place: Snapshots, repository: MoveRepository, engine: Engine) -> None:
    other = MoveRepository(engine, "test2")
    other.save([embed(make_move("x"))])
    for number in range(3):
        load(other, place)
        load(repository, place)
        repository.save([embed(make_move(f"new{number}"))])
    assert place.store is not None
    assert len(list(place.store.list("moves/test2/"))) == 1


def test_other_weights_have_another(place: Snapshots, repository: MoveRepository) -> None:
    load(repository, place)
    load(repository, place, Weights(0.5, 0.5, 0))
    assert len(keys(place)) == 2


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def change(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def swap(path: Path) -> None:
    """Put the snapshot of another library under this one's name."""
    (stranger,) = (path.parents[2] / "other").rglob("*.arrays")
    path.write_bytes(stranger.read_bytes())


@pytest.mark.parametrize("spoil", [cut, change, empty, swap])
def test_a_spoilt_one_is_made_anew_and_that_is_told(
    place: Snapshots,
    repository: MoveRepository,
    engine: Engine,
    spoil: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    made: list[Path],
) -> None:
    other = MoveRepository(engine, "other")
    other.save([embed(make_move("stranger"))])
    load(other, place)
    before = load(repository, place)
    (key,) = keys(place)
    good = (tmp_path / "bucket" / key).read_bytes()
    spoil(tmp_path / "bucket" / key)
    made.clear()
    assert same(load(repository, place), before)
    assert len(made) == 1
    assert "is made anew" in caplog.text
    assert str(tmp_path) not in caplog.text
    assert keys(place) == [key]
    assert (tmp_path / "bucket" / key).read_bytes() == good
    load(repository, place)
    assert len(made) == 1


def test_a_spoilt_copy_beside_a_good_one_is_not_believed(
    tmp_path: Path, repository: MoveRepository, made: list[Path]
) -> None:
    place = Snapshots(Far(tmp_path / "bucket"), tmp_path / "fetched")
    load(repository, place)
    before = load(repository, place)
    (copy,) = (p for p in (tmp_path / "fetched").rglob("*.arrays"))
    change(copy)
    assert same(load(repository, place), before)
    assert same(load(repository, place), before)


class Locked(DirectoryStore):
    """A store whose account may read only."""

    def put_file(self, *_: Any, **__: Any) -> ObjectInfo:
        raise BachataError("Cloud Storage refused access")


class Away(DirectoryStore):
    """A store that does not answer."""

    def info(self, key: str) -> ObjectInfo | None:
        raise Unavailable("Cloud Storage does not answer; try again")

    def local_path(self, key: str) -> Path | None:
        raise Unavailable("Cloud Storage does not answer; try again")

    put_file = Locked.put_file


@pytest.mark.parametrize("kind", [Locked, Away])
def test_a_store_that_refuses_costs_time_only(
    tmp_path: Path, repository: MoveRepository, kind: type[DirectoryStore], caplog: pytest.LogCaptureFixture
) -> None:
    assert same(load(repository, Snapshots(kind(tmp_path / "bucket"))), load(repository))
    assert "is not kept: Cloud Storage" in caplog.text


def test_processes_that_come_at_once_agree(place: Snapshots, repository: MoveRepository) -> None:
    found: list[Library] = []
    threads = [threading.Thread(target=lambda: found.append(load(repository, place))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(same(found[0], other) for other in found)
    assert len(keys(place)) == 1


def test_a_large_one_holds_its_lists(place: Snapshots, repository: MoveRepository) -> None:
    with (
        patch.object(snapshot, "FLAT_LIMIT", 10),
        patch.object(scan, "FLAT_LIMIT", 10),
        patch.object(index, "FLAT_LIMIT", 10),
        patch.object(index, "LOOKS", 4),
    ):
        assert same(load(repository, place), load(repository, place))
        with patch.object(lists, "make_lists", side_effect=AssertionError("parted again")):
            library = load(repository, place)
        assert library.index._fused.lists is not None
        assert len(library.index.search(Embedding(audio=make_part("audio", 1)), 3)) == 3


def test_rows_and_fingerprint_are_of_one_moment(engine: Engine, repository: MoveRepository) -> None:
    with repository.reading() as (fingerprint, rows):
        first = next(rows)
        repository.save([embed(make_move("late"))])
        assert len([first, *rows]) == len(MOVES)
    assert repository.fingerprint() != fingerprint


def test_the_same_catalogue_gives_the_same_bytes(tmp_path: Path, repository: MoveRepository) -> None:
    for name in ("a", "b"):
        snapshot.write_snapshot(tmp_path / name, repository, USUAL)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

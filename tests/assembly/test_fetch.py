"""Fetching: once a file, in parallel, three tries, in place when the store is a directory."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from bachata.assembly.fetch import Fetcher
from bachata.errors import ClipMissing, ObjectMissing, SongMissing, Stopped, Unavailable
from bachata.storage import DirectoryStore, ObjectInfo


class Remote(DirectoryStore):
    """A directory that, like a bucket, has no local files; `faults` are raised by the first fetches."""

    def __init__(self, root: Path, *faults: Exception) -> None:
        super().__init__(root)
        self.faults = list(faults)
        self.fetched: list[str] = []
        self.together = threading.Barrier(1)
        self._lock = threading.Lock()

    def local_path(self, key: str) -> None:
        return None

    def fetch(self, key: str, destination: Path) -> ObjectInfo:
        with self._lock:
            self.fetched.append(key)
            fault = self.faults.pop(0) if self.faults else None
        if fault:
            raise fault
        self.together.wait(10)
        return super().fetch(key, destination)


@pytest.fixture
def waits() -> list[float]:
    return []


def fetcher(store: DirectoryStore, folder: Path, waits: list[float], **changes: Any) -> Fetcher:
    folder.mkdir(exist_ok=True)
    return Fetcher(store, folder, pause=waits.append, backoff=0.5, **changes)


def test_each_distinct_file_is_fetched_once(tmp_path: Path, waits: list[float]) -> None:
    store = Remote(tmp_path / "store")
    for name in "ab":
        store.put_bytes(f"clips/{name}.mp4", name.encode())
    paths = ["clips/a.mp4", "clips/b.mp4", "clips/a.mp4"] * 10
    found = fetcher(store, tmp_path / "x", waits).fetch(paths, missing=ClipMissing)
    assert sorted(store.fetched) == ["clips/a.mp4", "clips/b.mp4"]
    assert {path: file.read_bytes() for path, file in found.items()} == {"clips/a.mp4": b"a", "clips/b.mp4": b"b"}


def test_files_are_fetched_side_by_side(tmp_path: Path, waits: list[float]) -> None:
    store = Remote(tmp_path / "store")
    for n in range(4):
        store.put_bytes(f"{n}", b"x")
    store.together = threading.Barrier(4)  # breaks unless four fetches meet
    assert len(fetcher(store, tmp_path / "x", waits, workers=4).fetch("0123", missing=ClipMissing)) == 4


def test_a_directory_is_read_in_place(tmp_path: Path, waits: list[float]) -> None:
    store = DirectoryStore(tmp_path / "store")
    store.put_bytes("clips/a.mp4", b"a")
    found = fetcher(store, tmp_path / "x", waits).fetch(["clips/a.mp4"], missing=ClipMissing)
    assert found == {"clips/a.mp4": store.root / "clips/a.mp4"}
    assert list((tmp_path / "x").iterdir()) == []


def test_an_old_path_is_found_as_written_or_without_its_prefix(tmp_path: Path, waits: list[float]) -> None:
    store = Remote(tmp_path / "store")
    store.put_bytes("data/clips/a.mp4", b"as written")
    store.put_bytes("clips/a.mp4", b"other")
    store.put_bytes("clips/b.mp4", b"canonical")
    found = fetcher(store, tmp_path / "x", waits).fetch(["data/clips/a.mp4", "data/clips/b.mp4"], missing=ClipMissing)
    assert [found[p].read_bytes() for p in sorted(found)] == [b"as written", b"canonical"]
    assert waits == []


@pytest.mark.parametrize("fault", [Unavailable("away"), ObjectMissing("not yet")])
def test_what_comes_back_within_three_tries_is_fetched(tmp_path: Path, waits: list[float], fault: Exception) -> None:
    store = Remote(tmp_path / "store", fault, fault)
    store.put_bytes("a.mp4", b"a")
    assert fetcher(store, tmp_path / "x", waits).fetch(["a.mp4"], missing=ClipMissing)["a.mp4"].read_bytes() == b"a"
    assert waits == [0.5, 1.0]


@pytest.mark.parametrize("missing", [ClipMissing, SongMissing])
def test_what_is_missing_is_named_after_three_tries(
    tmp_path: Path, waits: list[float], missing: type[ClipMissing | SongMissing]
) -> None:
    store = Remote(tmp_path / "store")
    with pytest.raises(missing, match=r"'moves/none\.mp4' is not in storage \(tried 3 times\)") as caught:
        fetcher(store, tmp_path / "x", waits).fetch(["moves/none.mp4"], missing=missing)
    assert caught.value.http_status == 404
    assert store.fetched == ["moves/none.mp4"] * 3
    assert waits == [0.5, 1.0]
    assert str(tmp_path) not in str(caught.value.as_dict())


def test_a_store_that_stays_away_is_unavailable(tmp_path: Path, waits: list[float]) -> None:
    store = Remote(tmp_path / "store", *[Unavailable("away")] * 3)
    with pytest.raises(Unavailable):
        fetcher(store, tmp_path / "x", waits).fetch(["a.mp4"], missing=ClipMissing)


def test_a_stop_ends_the_tries(tmp_path: Path) -> None:
    stop = threading.Event()
    (tmp_path / "x").mkdir()
    store = Remote(tmp_path / "store")
    one = Fetcher(store, tmp_path / "x", stop=stop, pause=lambda _seconds: stop.set())
    with pytest.raises(Stopped):
        one.fetch(["a.mp4"], missing=ClipMissing)
    assert store.fetched == ["a.mp4"]


def test_progress_counts_files(tmp_path: Path, waits: list[float]) -> None:
    store = DirectoryStore(tmp_path / "store")
    for n in range(4):
        store.put_bytes(f"{n}", b"x")
    heard: list[float] = []
    fetcher(store, tmp_path / "x", waits).fetch("0123", missing=ClipMissing, progress=heard.append)
    assert heard == [0.25, 0.5, 0.75, 1.0]


def test_every_missing_file_is_named_at_once(tmp_path: Path, waits: list[float]) -> None:
    store = DirectoryStore(tmp_path / "store")
    store.put_bytes("clips/here.mp4", b"x")
    paths = ["clips/gone1.mp4", "clips/here.mp4", "data/gone2.mp4"]
    with pytest.raises(ClipMissing) as caught:
        fetcher(store, tmp_path / "x", waits).fetch(paths, missing=ClipMissing)
    assert "clips/gone1.mp4" in caught.value.message and "data/gone2.mp4" in caught.value.message
    assert "here.mp4" not in caught.value.message
    assert sorted(waits) == [0.5, 0.5, 1.0, 1.0]

"""What only a directory can do, and what can only go wrong there."""

from __future__ import annotations

import errno
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest

from bachata.errors import InvalidRequest, ObjectMissing, OutOfSpace, PreconditionFailed
from bachata.storage import DirectoryStore
from bachata.storage.interface import fetched_whole

CREATE = """
import sys
from pathlib import Path
from bachata.errors import PreconditionFailed
from bachata.storage import DirectoryStore
store = DirectoryStore(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
try:
    store.put_bytes("claim", sys.argv[2].encode(), if_generation=0)
    print("won")
except PreconditionFailed:
    print("lost")
"""


def test_of_eight_racing_processes_one_wins(store):
    command = [sys.executable, "-c", CREATE, str(store.root)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    racers = [subprocess.Popen([*command, str(n)], **pipes) for n in range(8)]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    outcomes = [racer.communicate(timeout=60)[0].strip() for racer in racers]
    assert sorted(outcomes) == ["lost"] * 7 + ["won"]
    assert store.read_bytes("claim") == str(outcomes.index("won")).encode()


def test_objects_are_plain_files_and_nothing_else_is_seen(store):
    store.put_bytes("songs/amor.mp3", b"sound", content_type="audio/x-special")
    path = store.local_path("songs/amor.mp3")
    assert path == store.root / "songs" / "amor.mp3"
    assert path.read_bytes() == b"sound"
    assert sorted(p.name for p in store.root.iterdir()) == [".store", "songs"]
    assert list((store.root / ".store" / "tmp").iterdir()) == []


def test_a_file_put_there_by_hand_is_an_object(store):
    (store.root / "moves").mkdir(parents=True)
    (store.root / "moves" / "basic.mp4").write_bytes(b"clip")
    info = store.info("moves/basic.mp4")
    assert (info.size, info.content_type, info.crc32c) == (4, "video/mp4", None)
    assert [o.key for o in store.list()] == ["moves/basic.mp4"]
    new = store.put_bytes("moves/basic.mp4", b"again", if_generation=info.generation)
    assert new.generation > info.generation


def test_a_file_edited_by_hand_is_another_generation_without_the_old_notes(store):
    old = store.put_bytes("a.txt", b"one", content_type="text/special")
    (store.root / "a.txt").write_bytes(b"two!")
    new = store.info("a.txt")
    assert (new.size, new.content_type, new.crc32c) == (4, "text/plain", None)
    with pytest.raises(PreconditionFailed):
        store.put_bytes("a.txt", b"three", if_generation=old.generation)


def test_notes_of_old_generations_do_not_pile_up(store):
    for n in range(5):
        store.put_bytes("k", bytes([n]))
    assert len(list((store.root / ".store" / "notes").rglob("*.json"))) == 1
    store.delete("k")
    assert list((store.root / ".store" / "notes").rglob("*.json")) == []


def test_generations_grow_even_when_the_clock_stands_still(store, monkeypatch):
    monkeypatch.setattr("bachata.storage.directory.time.time_ns", lambda: 1_700_000_000_000_000_000)
    generations = [store.put_bytes("k", b"x").generation for _ in range(5)]
    assert generations == sorted(set(generations))


def test_a_link_must_not_lead_out(store, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    store.root.mkdir()
    (store.root / "link").symlink_to(tmp_path / "outside")
    (store.root / "file").symlink_to(tmp_path / "outside" / "secret")
    for key in ("link/secret", "link/new", "file"):
        with pytest.raises(InvalidRequest, match="symbolic link"):
            store.read_bytes(key)
        with pytest.raises(InvalidRequest, match="symbolic link"):
            store.put_bytes(key, b"x")
    assert (tmp_path / "outside" / "secret").read_bytes() == b"secret"
    assert sorted(p.name for p in (tmp_path / "outside").iterdir()) == ["secret"]


def test_a_link_inside_is_fine(store):
    store.put_bytes("real/clip.mp4", b"clip")
    (store.root / "alias").symlink_to(store.root / "real")
    assert store.read_bytes("alias/clip.mp4") == b"clip"


def test_a_folder_with_links_out_can_still_be_listed(store, tmp_path):
    store.put_bytes("a", b"x")
    (tmp_path / "secret").write_bytes(b"secret")
    (store.root / "link").symlink_to(tmp_path / "secret")
    (store.root / "broken").symlink_to(tmp_path / "nowhere")
    (store.root / "back\\slash").write_bytes(b"")
    assert [o.key for o in store.list()] == ["a"]


def test_the_stores_own_folder_is_out_of_reach(store):
    store.put_bytes("a", b"x")
    for attempt in (lambda: store.read_bytes(".store/locks/0"), lambda: store.put_bytes(".store/x", b"")):
        with pytest.raises(InvalidRequest, match="belongs to the store"):
            attempt()
    assert [o.key for o in store.list(".s")] == []
    assert [o.key for o in store.list()] == ["a"]


@pytest.mark.parametrize(("first", "second"), [("a", "a/b"), ("a/b", "a")])
def test_a_folder_cannot_be_an_object(store, first, second):
    store.put_bytes(first, b"x")
    with pytest.raises(InvalidRequest, match="clashes"):
        store.put_bytes(second, b"y")
    assert store.read_bytes(first) == b"x"
    assert [o.key for o in store.list()] == [first]


def test_a_part_longer_than_a_file_name_is_refused(store):
    with pytest.raises(InvalidRequest, match="too long"):
        store.put_bytes("x" * 300, b"")


def _fills_the_disk(target):
    target.write(b"new" * 1000)
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_said_and_leaves_the_old_object_and_no_scraps(store):
    store.put_bytes("k", b"old")
    with pytest.raises(OutOfSpace, match="No room"):
        store._put("k", _fills_the_disk, None, None)
    assert store.read_bytes("k") == b"old"
    assert list((store.root / ".store" / "tmp").iterdir()) == []


def test_a_full_disk_while_fetching_leaves_no_scraps(tmp_path):
    (tmp_path / "f").write_bytes(b"old")
    with pytest.raises(OutOfSpace, match="No room"):
        fetched_whole(tmp_path / "f", _fills_the_disk)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("f", b"old")]


def test_reading_needs_no_permission_to_write(store, tmp_path):
    store.root.mkdir()
    (store.root / "clip.mp4").write_bytes(b"clip")
    before = sorted(store.root.rglob("*"))
    assert store.info("clip.mp4").size == 4
    assert store.read_bytes("clip.mp4") == b"clip"
    store.fetch("clip.mp4", tmp_path / "copy")
    assert [o.key for o in store.list()] == ["clip.mp4"]
    assert sorted(store.root.rglob("*")) == before


def test_its_signed_url_is_the_file(store):
    store.put_bytes("a b/ü.mp4", b"clip")
    url = store.signed_url("a b/ü.mp4", expires=timedelta(minutes=1))
    assert url.startswith("file:///")
    assert Path(url2pathname(urlparse(url).path)).read_bytes() == b"clip"


def test_reading_a_store_that_does_not_exist_yet(tmp_path):
    store = DirectoryStore(tmp_path / "none")
    assert list(store.list()) == []
    with pytest.raises(ObjectMissing):
        store.read_bytes("k")
    assert not (tmp_path / "none").exists()


def test_moving_a_file_in_writes_it_only_once(tmp_path):
    source = tmp_path / "video"
    source.write_bytes(b"x" * 1000)
    inode = source.stat().st_ino
    store = DirectoryStore(tmp_path / "store")
    store.put_file("output/v.mp4", source, move=True)
    assert not source.exists()
    assert (tmp_path / "store/output/v.mp4").stat().st_ino == inode


def test_a_file_of_another_file_system_is_copied(tmp_path, monkeypatch):
    source = tmp_path / "video"
    source.write_bytes(b"x" * 1000)
    replace = Path.replace

    def refuse(self, target):
        if self == source:
            raise OSError(errno.EXDEV, "another file system")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    stored = DirectoryStore(tmp_path / "store").put_file("v.mp4", source, move=True)
    assert (stored.size, source.exists()) == (1000, True)


def test_a_file_that_could_not_be_moved_in_is_still_there(store, tmp_path):
    store.put_bytes("video.mp4", b"first")
    path = tmp_path / "made.mp4"
    path.write_bytes(b"second")
    with pytest.raises(PreconditionFailed):
        store.put_file("video.mp4", path, move=True, if_generation=0)
    assert path.read_bytes() == b"second"
    store.put_file("video.mp4", path, move=True)
    assert (store.read_bytes("video.mp4"), path.exists()) == (b"second", False)

"""One suite for every store."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import google_crc32c
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata.blueprint import path_fault
from bachata.errors import InvalidRequest, ObjectMissing, PreconditionFailed

KEYS = [
    "a",
    "songs/amor.mp3",
    "moves/demo/clips/básico ñ 💃.mp4",
    "a b/c+d&e=f#g?h%20.json",
    "x" * 200 + "/" + "y" * 200,
]
SIZES = [0, 1, 255, 65_537, 1 << 20, (9 << 20) + 1]  # the last is more than one piece of a resumable upload


def _crc(data: bytes) -> str:
    return base64.b64encode(google_crc32c.value(data).to_bytes(4, "big")).decode()


class TestStoring:
    @pytest.mark.parametrize("key", KEYS)
    def test_any_key_holds_what_was_put(self, objects, key):
        put = objects.put_bytes(key, b"data")
        assert objects.read_bytes(key) == b"data"
        assert objects.info(key) == put
        assert [o.key for o in objects.list()] == [key]

    @pytest.mark.parametrize("size", SIZES)
    def test_any_size(self, objects, tmp_path, size):
        data = bytes(i * 7 % 251 for i in range(1000)) * (size // 1000 + 1)
        source, copy = tmp_path / "source", tmp_path / "deep" / "er" / "copy"
        source.write_bytes(data[:size])
        info = objects.put_file("file.bin", source)
        assert (info.size, info.crc32c) == (size, _crc(data[:size]))
        assert objects.fetch("file.bin", copy) == info
        assert copy.read_bytes() == data[:size]
        assert [p.name for p in copy.parent.iterdir()] == ["copy"]
        assert objects.put_bytes("bytes.bin", data[:size]).crc32c == info.crc32c

    @settings(max_examples=100)
    @given(data=st.binary(max_size=300))
    def test_any_bytes(self, objects, data):
        info = objects.put_bytes("any", data)
        assert objects.read_bytes("any") == data
        assert (info.size, info.crc32c) == (len(data), _crc(data))

    def test_what_is_known_of_an_object(self, objects):
        info = objects.put_bytes("v.mp4", b"12345")
        assert (info.key, info.size, info.content_type) == ("v.mp4", 5, "video/mp4")
        assert info.generation > 0
        assert info.updated.tzinfo is not None
        assert abs(datetime.now(UTC) - info.updated) < timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("key", "given_", "expected"),
        [
            ("a.json", None, "application/json"),
            ("a.mp4", None, "video/mp4"),
            ("a", None, "application/octet-stream"),
            ("a.json", "application/schema+json", "application/schema+json"),
        ],
    )
    def test_content_types(self, objects, key, given_, expected):
        assert objects.put_bytes(key, b"{}", content_type=given_).content_type == expected
        assert objects.info(key).content_type == expected

    def test_a_later_write_replaces_everything(self, objects):
        first = objects.put_bytes("k", b"first", content_type="text/plain")
        second = objects.put_bytes("k", b"second!")
        assert second.generation > first.generation
        assert objects.info("k") == second
        assert (second.content_type, second.size) == ("application/octet-stream", 7)

    def test_fetching_replaces_a_file_that_is_there(self, objects, tmp_path):
        objects.put_bytes("k", b"new")
        (tmp_path / "f").write_bytes(b"old and longer")
        objects.fetch("k", tmp_path / "f")
        assert (tmp_path / "f").read_bytes() == b"new"

    @pytest.mark.parametrize("move", [False, True])
    def test_a_file_that_may_be_moved_is_stored_alike(self, objects, tmp_path, move):
        (tmp_path / "f.mp4").write_bytes(b"moving pictures")
        objects.put_bytes("v.mp4", b"earlier")
        stored = objects.put_file("v.mp4", tmp_path / "f.mp4", move=move)
        assert objects.read_bytes("v.mp4") == b"moving pictures"
        assert objects.info("v.mp4") == stored
        assert (stored.size, stored.content_type, bool(stored.crc32c)) == (15, "video/mp4", True)

    def test_a_missing_source_is_the_callers_mistake(self, objects, tmp_path):
        with pytest.raises(FileNotFoundError):
            objects.put_file("k", tmp_path / "nowhere")
        assert objects.info("k") is None


class TestAbsence:
    def test_what_is_not_there(self, objects, tmp_path):
        assert objects.info("nothing") is None
        assert objects.local_path("nothing") is None
        assert not objects.delete("nothing")
        assert list(objects.list()) == []
        for attempt in (
            lambda: objects.read_bytes("nothing"),
            lambda: objects.fetch("nothing", tmp_path / "f"),
            lambda: objects.signed_url("nothing", expires=timedelta(minutes=1)),
        ):
            with pytest.raises(ObjectMissing, match="nothing"):
                attempt()
        assert list(tmp_path.iterdir()) == [] or not (tmp_path / "f").exists()

    def test_a_folder_is_no_object(self, objects):
        objects.put_bytes("folder/file", b"x")
        assert objects.info("folder") is None
        assert objects.local_path("folder") is None
        assert not objects.delete("folder")
        with pytest.raises(ObjectMissing):
            objects.read_bytes("folder")
        assert objects.info("folder/file/below") is None

    def test_deleting(self, objects):
        objects.put_bytes("a/b/c", b"x")
        assert objects.delete("a/b/c")
        assert objects.info("a/b/c") is None
        assert list(objects.list()) == []
        objects.put_bytes("a/b", b"where a folder was")
        assert [o.key for o in objects.list()] == ["a/b"]


class TestPreconditions:
    def test_create_only(self, objects):
        objects.put_bytes("k", b"first", if_generation=0)
        with pytest.raises(PreconditionFailed, match="exists already"):
            objects.put_bytes("k", b"second", if_generation=0)
        assert objects.read_bytes("k") == b"first"

    def test_create_only_from_a_file_of_several_pieces(self, objects, tmp_path):
        big = tmp_path / "big"
        big.write_bytes(b"\0" * SIZES[-1])
        objects.put_file("k", big, if_generation=0)
        with pytest.raises(PreconditionFailed):
            objects.put_file("k", big, if_generation=0)

    def test_compare_and_set(self, objects):
        first = objects.put_bytes("k", b"first")
        second = objects.put_bytes("k", b"second", if_generation=first.generation)
        with pytest.raises(PreconditionFailed):
            objects.put_bytes("k", b"third", if_generation=first.generation)
        assert objects.info("k") == second

    def test_replacing_what_is_not_there(self, objects):
        with pytest.raises(PreconditionFailed):
            objects.put_bytes("k", b"x", if_generation=12345)
        assert objects.info("k") is None

    def test_deleting_a_generation(self, objects):
        old = objects.put_bytes("k", b"first")
        new = objects.put_bytes("k", b"second")
        with pytest.raises(PreconditionFailed):
            objects.delete("k", if_generation=old.generation)
        assert objects.delete("k", if_generation=new.generation)
        with pytest.raises(PreconditionFailed):
            objects.delete("k", if_generation=new.generation)
        assert not objects.delete("k", if_generation=0)

    def test_generations_grow_over_a_deletion(self, objects):
        first = objects.put_bytes("k", b"x")
        objects.delete("k")
        assert objects.put_bytes("k", b"x").generation > first.generation

    @pytest.mark.parametrize("several_pieces", [False, True])
    def test_of_eight_racing_creates_one_wins(self, objects, several_pieces):
        start = threading.Barrier(8)
        padding = b"\0" * (SIZES[-1] if several_pieces else 0)

        def create(n: int) -> int | None:
            start.wait(30)
            try:
                objects.put_bytes("claim", bytes([n]) + padding, if_generation=0)
            except PreconditionFailed:
                return None
            return n

        with ThreadPoolExecutor(8) as pool:
            winners = [n for n in pool.map(create, range(8)) if n is not None]
        assert len(winners) == 1
        assert objects.read_bytes("claim")[0] == winners[0]

    def test_racing_compare_and_set_loses_no_update(self, objects):
        objects.put_bytes("counter", b"0")

        def add(_: int) -> None:
            while True:
                info = objects.info("counter")
                value = int(objects.read_bytes("counter"))
                try:
                    objects.put_bytes("counter", str(value + 1).encode(), if_generation=info.generation)
                    return
                except PreconditionFailed:
                    continue

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(add, range(12)))
        assert objects.read_bytes("counter") == b"12"

    def test_a_reader_sees_old_or_new_never_a_mixture(self, objects, tmp_path):
        size = 100_000
        objects.put_bytes("k", b"\0" * size)
        seen = []

        def read(n: int) -> None:
            for _ in range(10):
                objects.fetch("k", tmp_path / str(n))
                seen.append((tmp_path / str(n)).read_bytes())

        with ThreadPoolExecutor(3) as pool:
            readers = [pool.submit(read, n) for n in range(2)]
            for value in range(1, 10):
                objects.put_bytes("k", bytes([value]) * size)
            for reader in readers:
                reader.result()
        assert len(seen) == 20
        assert all(len(data) == size and len(set(data)) == 1 for data in seen)


class TestListing:
    def test_by_prefix_in_order(self, objects):
        for key in ("b", "a/2", "a/10", "ab", "ä/1"):
            objects.put_bytes(key, key.encode())
        assert [o.key for o in objects.list()] == ["a/10", "a/2", "ab", "b", "ä/1"]
        assert [o.key for o in objects.list("a")] == ["a/10", "a/2", "ab"]
        assert [o.key for o in objects.list("a/")] == ["a/10", "a/2"]
        assert [o.key for o in objects.list("a/1")] == ["a/10"]
        assert [o.key for o in objects.list("ä")] == ["ä/1"]
        assert list(objects.list("nothing/")) == []

    def test_it_tells_what_info_tells(self, objects):
        for n in range(3):
            objects.put_bytes(f"k{n}.json", b"x" * n)
        assert list(objects.list("k")) == [objects.info(f"k{n}.json") for n in range(3)]


class TestKeys:
    BAD = (
        "",
        " ",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        "a\\b",
        "a\x00b",
        "http://x/y",
        "file:x",
        "concat:a|b",
    )
    BAD += ("./a", "a/./b", "-i", "~/x", "a\nb", "k" * 1025, "é" * 513, "\ud800")

    @pytest.mark.parametrize("key", BAD, ids=lambda key: ascii(key)[:20])
    def test_a_dangerous_key_is_refused_everywhere(self, objects, tmp_path, key):
        for attempt in (
            lambda: objects.info(key),
            lambda: objects.read_bytes(key),
            lambda: objects.fetch(key, tmp_path / "f"),
            lambda: objects.local_path(key),
            lambda: objects.put_bytes(key, b"x"),
            lambda: objects.put_file(key, tmp_path),
            lambda: objects.delete(key),
            lambda: objects.uri(key),
            lambda: objects.signed_url(key, expires=timedelta(minutes=1)),
        ):
            with pytest.raises(InvalidRequest, match="storage key"):
                attempt()

    @pytest.mark.parametrize("prefix", ["/", "../", "a/../", "//", "\\"])
    def test_a_dangerous_prefix_is_refused(self, objects, prefix):
        with pytest.raises(InvalidRequest):
            list(objects.list(prefix))

    @settings(max_examples=200)
    @given(key=st.text(st.sampled_from("ab./\\~-: \x00é"), max_size=12))
    def test_every_key_is_kept_inside_or_refused(self, objects, key):
        try:
            objects.put_bytes(key, key.encode())
        except InvalidRequest:
            return  # refused, or on a directory a clash with a folder
        assert path_fault(key) is None
        assert objects.read_bytes(key) == key.encode()
        objects.delete(key)

    @pytest.mark.parametrize("key", KEYS)
    def test_an_address_leads_back_to_its_key(self, objects, key):
        assert objects.key_of(objects.uri(key)) == key
        assert objects.key_of(key) == key

    def test_another_stores_address_is_refused(self, objects):
        with pytest.raises(InvalidRequest):
            objects.key_of("gs://somebody-elses-bucket/k")

"""A library made in one place is the same in another: files, rows, vectors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from bachata.errors import InvalidRequest, MediaUnreadable
from bachata.moves import adoption
from bachata.moves.published import SCHEMA, adopt, catalogue_key, publish
from bachata.moves.repository import Embedded, MoveRepository
from bachata.storage import DirectoryStore
from bachata.storage.gcs import BucketStore
from bachata.tasks.engine import open_url
from bachata.tasks.tables import move_embeddings
from tests.choreography.worlds import embed, make_move, make_part
from tests.conftest import Databases
from tests.storage.emulator import BUCKET, running

SUFFIXES = ("mp4", "jpg", "json", "body.json")


def row(clip_id: str, body: bool = True, **changes: object) -> Embedded:
    path = f"moves/salsa/{clip_id}-{'a' * 12}.mp4"
    move = make_move(clip_id).model_copy(update={"video_path": path, **changes})
    return embed(move, audio=make_part("audio", len(clip_id)), body=make_part("body", len(clip_id)) if body else None)


@pytest.fixture
def here(engine: Engine, store: DirectoryStore) -> DirectoryStore:
    """Three moves with all their files, one not seen dancing; an index, and a film of a clip that was replaced."""
    MoveRepository(engine, "salsa").save([row("a"), row("ñ"), row("c", body=False)])
    for clip_id in ("a", "ñ", "c"):
        for suffix in SUFFIXES:
            store.put_bytes(f"moves/salsa/{clip_id}-{'a' * 12}.{suffix}", f"{clip_id}.{suffix}".encode())
    store.put_bytes(f"moves/salsa/a-{'0' * 12}.mp4", b"replaced")
    store.put_bytes("moves/salsa/index/snapshot.arrays", b"index")
    return store


@pytest.fixture
def there(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "bucket")


@pytest.fixture
def cloud(databases: Databases) -> Iterator[Engine]:
    """The deployment's database: another one."""
    url = databases.create()
    engine = open_url(url)
    yield engine
    engine.dispose()
    databases.drop(url)


def moves(engine: Engine) -> dict[str, Embedded]:
    return {e.move.clip_id: e for e in MoveRepository(engine, "salsa").load()}


def row_ids(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        rows = connection.execute(sa.select(move_embeddings.c.move_id, move_embeddings.c.id)).mappings()
        return {row["move_id"]: row["id"] for row in rows}


def keys(store: DirectoryStore) -> set[str]:
    return {o.key for o in store.list()}


def test_what_is_adopted_is_what_was_published(engine, here, there, cloud):
    report = publish(engine, "salsa", here, there)
    assert (report.moves, len(report.copied), report.present) == (3, 12, 0)
    assert keys(there) == {*report.copied, "moves/salsa/catalogue.jsonl"}, "neither index nor what was replaced"
    assert all(there.read_bytes(k) == here.read_bytes(k) for k in report.copied)
    assert adopt(cloud, "salsa", there) == 3
    ours, theirs = moves(engine), moves(cloud)
    assert ours.keys() == theirs.keys() == {"a", "ñ", "c"}
    for clip_id, held in ours.items():
        assert theirs[clip_id].move == held.move
        for (name, part), (other_name, other) in zip(
            held.embedding.known(), theirs[clip_id].embedding.known(), strict=True
        ):
            assert (name, part.version) == (other_name, other.version)
            assert part.vector.tobytes() == other.vector.tobytes()


def test_a_bucket_is_published_to_once_and_adopted_from(engine, here, cloud):
    with running() as emulator:
        client = emulator.client()
        bucket = BucketStore(BUCKET, client=client, patience=20)
        assert len(publish(engine, "salsa", here, bucket).copied) == 12
        assert publish(engine, "salsa", here, bucket).copied == (), "checksums of bucket and folder are the same kind"
        assert bucket.info(f"moves/salsa/a-{'a' * 12}.jpg").content_type == "image/jpeg"
        assert adopt(cloud, "salsa", bucket) == 3
        client.close()
    assert moves(cloud).keys() == moves(engine).keys()


def test_publishing_again_copies_only_what_is_new_and_goes_on_where_it_was(engine, here, there):
    publish(engine, "salsa", here, there)
    here.put_bytes(f"moves/salsa/a-{'a' * 12}.jpg", b"another picture")
    there.delete(f"moves/salsa/c-{'a' * 12}.mp4")
    report = publish(engine, "salsa", here, there)
    assert sorted(report.copied) == [f"moves/salsa/a-{'a' * 12}.jpg", f"moves/salsa/c-{'a' * 12}.mp4"]
    assert report.present == 10


def test_the_catalogue_comes_last(engine, here, there, monkeypatch):
    put = DirectoryStore.put_file
    calls: list[str] = []

    def fails(self, key, *arguments, **options):
        calls.append(key)
        if len(calls) == 5:
            raise OSError("the network is gone")
        return put(self, key, *arguments, **options)

    monkeypatch.setattr(DirectoryStore, "put_file", fails)
    with pytest.raises(OSError, match="network"):
        publish(engine, "salsa", here, there)
    assert there.info(catalogue_key("salsa")) is None
    monkeypatch.undo()
    assert publish(engine, "salsa", here, there).present == 4


def test_adopting_again_changes_nothing_and_a_change_changes_one_row(engine, here, there, cloud):
    publish(engine, "salsa", here, there)
    adopt(cloud, "salsa", there)
    repository = MoveRepository(cloud, "salsa")
    before = repository.fingerprint()
    adopt(cloud, "salsa", there)
    assert repository.fingerprint() == before, "or every plan function would make its index anew"
    ids = row_ids(cloud)
    MoveRepository(engine, "salsa").save([row("a", difficulty="advanced")])
    MoveRepository(engine, "salsa").remove(["c"])
    publish(engine, "salsa", here, there)
    assert adopt(cloud, "salsa", there) == 2
    assert repository.fingerprint() != before
    assert moves(cloud)["a"].move.difficulty == "advanced"
    after = row_ids(cloud)
    assert after.keys() == {"a", "ñ"}
    assert after["ñ"] == ids["ñ"]


def test_other_libraries_are_left_alone(engine, here, there, cloud):
    """Also where their clips have the same names."""
    MoveRepository(cloud, "other").save([row("a"), row("x")])
    publish(engine, "salsa", here, there)
    adopt(cloud, "salsa", there)
    assert [e.move.clip_id for e in MoveRepository(cloud, "other").load()] == ["a", "x"]


def test_progress_tells_every_file(engine, here, there):
    seen: list[tuple[int, int]] = []
    publish(engine, "salsa", here, there, progress=lambda n, of, _key: seen.append((n, of)))
    assert seen == [(n, 12) for n in range(1, 13)]


def test_an_empty_library_and_a_missing_film_are_said(engine, here, there):
    with pytest.raises(InvalidRequest, match="'tango' is empty"):
        publish(engine, "tango", here, there)
    here.delete(f"moves/salsa/c-{'a' * 12}.mp4")
    with pytest.raises(InvalidRequest, match=r"c-a+\.mp4; `bachata library check`"):
        publish(engine, "salsa", here, there)
    assert keys(there) == set()


def test_nothing_published_is_said(cloud, there):
    with pytest.raises(InvalidRequest, match="bachata library publish"):
        adopt(cloud, "salsa", there)


def _edit(change: Callable[[list[dict]], object]) -> Callable[[bytes], bytes]:
    def edit(data: bytes) -> bytes:
        lines = [json.loads(line) for line in data.decode().splitlines()]
        change(lines)
        return "\n".join(json.dumps(line) for line in lines).encode()

    return edit


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: b"\xff" + data,
        lambda data: b"[1]\n",
        _edit(lambda lines: lines.pop()),
        _edit(lambda lines: lines[0].update(schema="bachata.catalogue.2")),
        _edit(lambda lines: lines[0].update(library="tango")),
        _edit(lambda lines: lines[1].pop("style")),
        _edit(lambda lines: lines[1].update(owner="me")),
        _edit(lambda lines: lines[1].update(audio_part="not base64!")),
    ],
)
def test_a_spoilt_catalogue_changes_nothing(engine, here, there, cloud, spoil):
    publish(engine, "salsa", here, there)
    adopt(cloud, "salsa", there)
    before = MoveRepository(cloud, "salsa").fingerprint()
    there.put_bytes(catalogue_key("salsa"), spoil(there.read_bytes(catalogue_key("salsa"))))
    with pytest.raises(MediaUnreadable, match=SCHEMA):
        adopt(cloud, "salsa", there)
    assert MoveRepository(cloud, "salsa").fingerprint() == before


@given(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1), st.lists(st.sampled_from("abcdef"), unique=True))
def test_whatever_was_there_is_replaced_by_what_is_published(engine, cloud, tmp_path_factory, published, held):
    here, there = (DirectoryStore(tmp_path_factory.mktemp("store")) for _ in range(2))
    for database, clips in ((engine, published), (cloud, held)):
        repository = MoveRepository(database, "salsa")
        repository.remove(moves(database))
        repository.save([row(c) for c in clips])
    for clip_id in published:
        here.put_bytes(f"moves/salsa/{clip_id}-{'a' * 12}.mp4", b"film")
    publish(engine, "salsa", here, there)
    adopt(cloud, "salsa", there)
    assert moves(cloud).keys() == set(published)


def test_as_a_container(engine, here, database_url, there, cloud, monkeypatch, capsys):
    publish(engine, "salsa", here, here)
    monkeypatch.setenv("LOCAL_STORAGE_PATH", str(here.root))
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert adoption.main("salsa") == 0
    assert adoption.main("tango") == 1
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["severity"], line.get("moves")) for line in said] == [("INFO", 3), ("ERROR", None)]
    monkeypatch.delenv("DATABASE_URL")
    assert adoption.main("salsa") == 1
    assert "No database is configured" in capsys.readouterr().err

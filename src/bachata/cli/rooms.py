"""Opens what commands need: the local store, the local database, a way to stop."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bachata.blueprint import path_fault
from bachata.local.home import Home
from bachata.storage import ObjectStore
from bachata.storage.directory import DirectoryStore

if TYPE_CHECKING:
    import sqlalchemy as sa

    from bachata.moves.embedder import Embedder
    from bachata.moves.library import Library


def home() -> Home:
    """Where the laptop cloud keeps its state."""
    return Home.default()


def store() -> ObjectStore:
    """The laptop cloud's objects."""
    return DirectoryStore(home().storage)


def folder(path: Path) -> ObjectStore:
    """Any folder, read as a store."""
    return DirectoryStore(path)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for temporary files; what killed commands left behind goes as well."""
    from bachata.local.scratch import scratch as folder_of_mine

    with folder_of_mine(home().scratch) as folder_:
        yield folder_


@contextmanager
def database() -> Iterator[sa.Engine]:
    """The laptop cloud's database, started when it is not running, at the newest schema."""
    from bachata.local.postgres import Postgres
    from bachata.tasks.engine import open_url
    from bachata.tasks.migrate import upgrade

    with Postgres(home().postgres) as url:
        engine = open_url(url)
        try:
            upgrade(engine)
            yield engine
        finally:
            engine.dispose()


@contextmanager
def tasks() -> Iterator[sa.Engine]:
    """As `database`, after tasks whose worker was killed have been failed: nobody shall read "running" of them."""
    from bachata.local.interrupted import fail_interrupted

    with database() as engine:
        fail_interrupted(home(), engine)
        yield engine


def put_song(objects: ObjectStore, path: Path) -> str:
    """Store a song under a key of its content and name; the same file is stored once. Returns the key.

    The key ends with the file's own name, so that whatever is said about the song names the file its owner knows.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    key = f"songs/{digest[:12]}/{path.name}"
    if path_fault(key) is not None or not _is_text(path.name):
        key = f"songs/{digest[:12]}/song"
    if objects.info(key) is None:
        objects.put_file(key, path)
    return key


def _is_text(name: str) -> bool:
    """Whether a file's name is text at all: on Linux it may be any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def embedder() -> Embedder:
    """Makes the parts of moves' embeddings: of what is said of them, and of their clips' music."""
    from bachata.moves.embedder import ClipEar, Embedder
    from bachata.moves.wording import text_embedder
    from bachata.music import embed
    from bachata.music.embedding import VERSION
    from bachata.settings import load

    return Embedder(text_embedder(load()), ClipEar(VERSION, embed))


def library(engine: sa.Engine, name: str) -> Library:
    """A move library, from its snapshot, which is made if need be."""
    from bachata.moves.embedding import Weights
    from bachata.moves.library import load as open_library
    from bachata.moves.repository import MoveRepository
    from bachata.moves.snapshots import Snapshots
    from bachata.settings import load

    return open_library(MoveRepository(engine, name), Snapshots(store()), Weights.of_settings(load()))


def library_name(engine: sa.Engine, asked: str | None) -> str:
    """The move library to dance from: the one asked for, else MOVE_LIBRARY, else the only one there is."""
    from bachata.moves.repository import libraries
    from bachata.settings import load

    if asked:
        return asked
    usual = load().move_library
    there = libraries(engine)
    return next(iter(there)) if usual not in there and len(there) == 1 else usual

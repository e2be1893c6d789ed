"""Opens what commands need: the local store, the local database, a way to stop."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bachata.local.home import Home
from bachata.storage import ObjectStore
from bachata.storage.directory import DirectoryStore

if TYPE_CHECKING:
    import sqlalchemy as sa


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
def database() -> Iterator[sa.Engine]:
    """The laptop cloud's database, started when it is not running, at the newest schema."""
    from bachata.local.postgres import Postgres
    from bachata.settings import Settings
    from bachata.tasks.engine import open_engine
    from bachata.tasks.migrate import upgrade

    with Postgres(home().postgres) as url:
        engine = open_engine(Settings(database_url=url))
        try:
            upgrade(engine)
            yield engine
        finally:
            engine.dispose()


def put_song(objects: ObjectStore, path: Path) -> str:
    """Store a song under a key of its content and name; the same file is stored once. Returns the key."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:60] or "song"
    key = f"songs/{slug}-{digest[:12]}{path.suffix.lower()}"
    if objects.info(key) is None:
        objects.put_file(key, path)
    return key


def library_name(engine: sa.Engine, asked: str | None) -> str:
    """The move library to dance from: the one asked for, else MOVE_LIBRARY, else the only one there is."""
    from bachata.moves.repository import libraries
    from bachata.settings import load

    if asked:
        return asked
    usual = load().move_library
    there = libraries(engine)
    return next(iter(there)) if usual not in there and len(there) == 1 else usual

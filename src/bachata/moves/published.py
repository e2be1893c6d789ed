"""A library that was made here is used elsewhere: its files and one catalogue file in a bucket, its rows in SQL there.

Whoever brings clips in needs numerics, a video encoder and the clips; the database of the cloud has no public address.
So nobody here writes there: `publish` copies what lies in storage and writes the catalogue beside it, last, and
`adopt`, which runs where the database is, makes its rows from that file. Needs no numerics.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bachata.errors import InvalidRequest, MediaUnreadable, ObjectMissing
from bachata.storage.interface import ObjectInfo, ObjectStore
from bachata.tasks.tables import move_embeddings as table

SCHEMA: Final = "bachata.catalogue.1"
_OWN: Final = frozenset({"id", "library", "created_at", "updated_at"})  # of each database, not of a move
_COLUMNS: Final = tuple(c.name for c in table.c if c.name not in _OWN)
_BINARY: Final = frozenset(c.name for c in table.c if isinstance(c.type, sa.LargeBinary))
_BESIDE: Final = (".mp4", ".jpg", ".json", ".body.json")  # a mezzanine and what lies beside it


@dataclass(frozen=True)
class Published:
    """What came of publishing: keys of the files that were copied, and how many were there already."""

    library: str
    moves: int
    copied: tuple[str, ...]
    present: int


def catalogue_key(library: str) -> str:
    """Where a published library's catalogue lies: one JSON line about it, then one a move."""
    return f"moves/{library}/catalogue.jsonl"


def publish(
    engine: sa.Engine,
    library: str,
    here: ObjectStore,
    there: ObjectStore,
    *,
    progress: Callable[[int, int, str], None] | None = None,
) -> Published:
    """Copy the files of all moves from one store to another, those that are missing or differ; then the catalogue.

    Stopped, it goes on where it was; until it is done, `there` has the old catalogue or none. What `there` holds
    beyond that stays: blueprints may show it. Raises InvalidRequest when the library is empty or a film is missing.
    """
    rows = list(_rows(engine, library))
    if not rows:
        raise InvalidRequest(f"The library {library!r} is empty: bring moves in with `bachata library add`")
    keys = [stem + suffix for row in rows for stem in [row["video_path"].rpartition(".")[0]] for suffix in _BESIDE]
    held = {key: info for key in keys if (info := here.info(key)) is not None}
    if missing := [row["video_path"] for row in rows if row["video_path"] not in held]:
        raise InvalidRequest(f"Not in storage: {', '.join(missing)}; `bachata library check` says what helps")
    copied = []
    with tempfile.TemporaryDirectory(prefix="bachata-publish-") as folder:
        for number, (key, info) in enumerate(held.items(), 1):
            if not _same(info, there.info(key)):
                _copy(key, info, here, there, Path(folder) / "object")
                copied.append(key)
            if progress:
                progress(number, len(held), key)
    head = {"schema": SCHEMA, "library": library, "moves": len(rows)}
    lines = [json.dumps(line, ensure_ascii=False, sort_keys=True) for line in (head, *map(_written, rows))]
    text = "\n".join(lines) + "\n"
    there.put_bytes(catalogue_key(library), text.encode(), content_type="application/x-ndjson")
    return Published(library, len(rows), tuple(copied), len(held) - len(copied))


def adopt(engine: sa.Engine, library: str, store: ObjectStore) -> int:
    """Make a library's rows those of its published catalogue, all or none; how many there are now.

    Rows that are the same are left alone, so that doing it again changes nothing. Raises InvalidRequest when nothing
    was published, MediaUnreadable for a file that is no catalogue of this version.
    """
    key = catalogue_key(library)
    try:
        data = store.read_bytes(key)
    except ObjectMissing:
        raise InvalidRequest(f"Nothing is published under {key}: run `bachata library publish` first") from None
    rows = _parsed(data, key, library)
    ours = table.c.library == library
    with engine.begin() as connection:
        # As MoveRepository does: one writer of a library at a time.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(library))))
        held = {row["move_id"]: row for row in _read(connection, library)}
        changed = [row for row in rows if held.get(row["move_id"]) != row]
        gone = (held.keys() - {row["move_id"] for row in rows}) | {row["move_id"] for row in changed}
        if gone:
            connection.execute(sa.delete(table).where(ours & table.c.move_id.in_(sorted(gone))))
        if changed:
            connection.execute(sa.insert(table), [{"library": library, **row} for row in changed])
    return len(rows)


def _rows(engine: sa.Engine, library: str) -> Iterator[dict[str, Any]]:
    with engine.connect() as connection:
        yield from _read(connection, library)


def _read(connection: sa.Connection, library: str) -> Iterator[dict[str, Any]]:
    query = sa.select(*(table.c[name] for name in _COLUMNS)).where(table.c.library == library)
    for row in connection.execute(query.order_by(table.c.move_id.collate("C"))).mappings():
        yield {name: bytes(v) if name in _BINARY and v is not None else v for name, v in row.items()}


def _written(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: base64.b64encode(value).decode() if isinstance(value, bytes) else value for name, value in row.items()
    }


def _parsed(data: bytes, key: str, library: str) -> list[dict[str, Any]]:
    try:
        head, *lines = [json.loads(line) for line in data.decode().splitlines()]
        _require(head, library, len(lines))
        return [_row(line) for line in lines]
    except (ValueError, KeyError, TypeError) as error:
        raise MediaUnreadable(
            f"{key} is not a whole catalogue of the library {library!r} ({SCHEMA}): publish it again",
            details=f"{type(error).__name__}: {error}",
        ) from None


def _require(head: dict[str, Any], library: str, moves: int) -> None:
    if (head["schema"], head["library"], head["moves"]) != (SCHEMA, library, moves):
        raise ValueError(f"it says {head}, and {moves} moves follow")


def _row(line: dict[str, Any]) -> dict[str, Any]:
    if set(line) != set(_COLUMNS):
        raise ValueError(f"a move has {sorted(set(line) ^ set(_COLUMNS))} too many or too few")
    return {
        name: base64.b64decode(value, validate=True) if name in _BINARY and value is not None else value
        for name, value in line.items()
    }


def _same(one: ObjectInfo, other: ObjectInfo | None) -> bool:
    return other is not None and other.size == one.size and one.crc32c is not None and other.crc32c == one.crc32c


def _copy(key: str, info: ObjectInfo, here: ObjectStore, there: ObjectStore, passing: Path) -> None:
    path = here.local_path(key)
    if path is None:
        here.fetch(key, passing)
        path = passing
    there.put_file(key, path, content_type=info.content_type)

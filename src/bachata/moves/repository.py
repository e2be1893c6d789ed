"""The move library in PostgreSQL: rows of `move_embeddings`, one a move, its parts unweighted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from bachata.errors import InvalidRequest
from bachata.moves.catalogue import Move
from bachata.moves.embedding import NAMES, Embedding, Part
from bachata.tasks.tables import blueprints
from bachata.tasks.tables import move_embeddings as table

_BATCH: Final = 1000  # rows in memory at once while a library is read: 4 MB of vectors
_PARTS: Final = tuple(f"{name}_{what}" for name in NAMES for what in ("part", "version"))


@dataclass(frozen=True)
class Embedded:
    """A move and the parts of its embedding. None known: it was embedded by a version that knew no parts."""

    move: Move
    embedding: Embedding


class MoveRepository:
    """One library's moves. Errors of the database pass through as the engine raises them."""

    def __init__(self, engine: sa.Engine, library: str) -> None:
        self._engine = engine
        self.library = library

    def load(self) -> list[Embedded]:
        """All moves, ordered by clip id (by code point, whatever the database's collation)."""
        with self.reading() as (_, rows):
            return [Embedded(Move.model_validate(document), embedding) for document, embedding in rows]

    @contextmanager
    def reading(self) -> Iterator[tuple[str, Iterator[tuple[dict[str, Any], Embedding]]]]:
        """The fingerprint, and (document, embedding) of all moves in the order of `load`, a batch in memory at a time.

        Both are of one moment: what others write meanwhile is not seen.
        """
        query = (
            sa.select(table.c.document, *(table.c[name] for name in _PARTS))
            .where(table.c.library == self.library)
            .order_by(table.c.move_id.collate("C"))  # UTF-8's order of bytes is that of code points
        )
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            fingerprint = self._fingerprint(connection)
            rows = connection.execution_options(stream_results=True, max_row_buffer=_BATCH).execute(query)
            yield fingerprint, ((row[0], _embedding(row[1:])) for batch in rows.partitions(_BATCH) for row in batch)

    def fingerprint(self) -> str:
        """Changes whenever a move is added, edited or removed; one small query."""
        with self._engine.connect() as connection:
            return self._fingerprint(connection)

    def _fingerprint(self, connection: sa.Connection) -> str:
        c = table.c
        query = sa.select(sa.func.count(), sa.func.max(c.id), sa.func.max(c.updated_at)).where(
            c.library == self.library
        )
        count, newest, updated = connection.execute(query).one()
        return f"{count}/{newest}/{updated.isoformat() if updated else None}"

    def save(self, moves: Sequence[Embedded]) -> None:
        """Add these moves or replace those of the same clip id: all of them or, on any error, none.

        Raises InvalidRequest if the library's moves would then not all conform to one profile: another ingest was
        quicker.
        """
        if not moves:
            return
        statement = insert(table)
        replaced = {c.name: statement.excluded[c.name] for c in table.c if c.name not in _KEPT}
        # clock_timestamp, not now(): two saves of one transaction's length apart must differ for the fingerprint.
        statement = statement.on_conflict_do_update(
            index_elements=[table.c.library, table.c.move_id],
            set_={**replaced, "updated_at": sa.func.clock_timestamp()},
        )
        with self._writing() as connection:
            connection.execute(statement, [_row(self.library, e) for e in moves])
            self._require_one_profile(connection)

    def remove(self, clip_ids: Iterable[str]) -> None:
        """Take moves out of the library; all in one transaction."""
        with self._writing() as connection:
            ours = (table.c.library == self.library) & table.c.move_id.in_(list(clip_ids))
            connection.execute(sa.delete(table).where(ours))

    def named_by_blueprints(self, keys: Iterable[str]) -> set[str]:
        """Those of the storage keys that a stored blueprint shows."""
        shows = blueprints.c.blueprint_json
        with self._engine.connect() as connection:
            return {
                key
                for key in keys
                if connection.execute(
                    sa.select(sa.literal(1)).where(shows.contains({"moves": [{"video_path": key}]})).limit(1)
                ).first()
            }

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction. One writer of a library at a time, so that each sees what the other has entered."""
        with self._engine.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(self.library))))
            yield connection

    def _require_one_profile(self, connection: sa.Connection) -> None:
        profile = table.c.document["profile"].astext
        query = sa.select(sa.func.coalesce(profile, "none")).where(table.c.library == self.library).distinct()
        if len(found := sorted(connection.execute(query).scalars())) > 1:
            raise InvalidRequest(
                f"Nothing was added: meanwhile others brought clips of another profile into the library "
                f"{self.library!r} ({', '.join(found)}); add again to conform these alike"
            )


_KEPT: Final[Collection[str]] = frozenset({"id", "library", "move_id", "created_at", "updated_at"})


def _embedding(columns: Sequence[Any]) -> Embedding:
    parts = {}
    for name, data, version in zip(NAMES, columns[::2], columns[1::2], strict=True):
        if data is not None:
            parts[name] = Part(np.frombuffer(data, dtype="<f4"), version)
    return Embedding(**parts)


def _row(library: str, embedded: Embedded) -> dict[str, object]:
    move = embedded.move
    parts: dict[str, object] = dict.fromkeys(_PARTS)
    for name, part in embedded.embedding.known():
        parts |= {f"{name}_part": part.vector.astype("<f4").tobytes(), f"{name}_version": part.version}
    return {
        "library": library,
        "move_id": move.clip_id,
        "video_path": move.video_path,
        "difficulty": move.difficulty,
        "energy_level": move.energy_level,
        "style": move.style,
        "document": move.model_dump(mode="json"),
        **parts,
    }


def libraries(engine: sa.Engine) -> dict[str, int]:
    """Names of the libraries that hold moves, with how many."""
    query = sa.select(table.c.library, sa.func.count()).group_by(table.c.library).order_by(table.c.library)
    with engine.connect() as connection:
        return {str(name): int(count) for name, count in connection.execute(query)}

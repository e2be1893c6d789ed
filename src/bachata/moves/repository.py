"""The move library in PostgreSQL: rows of `move_embeddings`, one a move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from bachata.errors import InvalidRequest
from bachata.moves.catalogue import Move
from bachata.tasks.tables import move_embeddings as table


@dataclass(frozen=True)
class Embedded:
    """A move with its vector (unit norm, float32) and the vector's version."""

    move: Move
    vector: npt.NDArray[np.float32]
    version: str


class MoveRepository:
    """One library's moves. Errors of the database pass through as the engine raises them."""

    def __init__(self, engine: sa.Engine, library: str) -> None:
        self._engine = engine
        self.library = library

    def load(self) -> list[Embedded]:
        """All moves, ordered by clip id (by code point, whatever the database's collation)."""
        columns = (table.c.document, table.c.embedding, table.c.embedding_version)
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(*columns).where(table.c.library == self.library)).all()
        loaded = [
            Embedded(Move.model_validate(document), np.asarray(vector, dtype=np.float32), version)
            for document, vector, version in rows
        ]
        return sorted(loaded, key=lambda e: e.move.clip_id)

    def fingerprint(self) -> str:
        """Changes whenever a move is added, edited or removed; one small query."""
        c = table.c
        query = sa.select(sa.func.count(), sa.func.max(c.id), sa.func.max(c.updated_at)).where(
            c.library == self.library
        )
        with self._engine.connect() as connection:
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
        with self._engine.begin() as connection:
            # One writer of a library at a time, so that each sees what the other has entered.
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(self.library))))
            connection.execute(statement, [_row(self.library, e) for e in moves])
            self._require_one_profile(connection)

    def _require_one_profile(self, connection: sa.Connection) -> None:
        profile = table.c.document["profile"].astext
        query = sa.select(sa.func.coalesce(profile, "none")).where(table.c.library == self.library).distinct()
        if len(found := sorted(connection.execute(query).scalars())) > 1:
            raise InvalidRequest(
                f"Nothing was added: meanwhile others brought clips of another profile into the library "
                f"{self.library!r} ({', '.join(found)}); add again to conform these alike"
            )


_KEPT = frozenset({"id", "library", "move_id", "created_at", "updated_at"})


def _row(library: str, embedded: Embedded) -> dict[str, object]:
    move = embedded.move
    return {
        "library": library,
        "move_id": move.clip_id,
        "video_path": move.video_path,
        "difficulty": move.difficulty,
        "energy_level": move.energy_level,
        "style": move.style,
        "document": move.model_dump(mode="json"),
        "embedding": [float(x) for x in embedded.vector],
        "embedding_version": embedded.version,
    }


def libraries(engine: sa.Engine) -> dict[str, int]:
    """Names of the libraries that hold moves, with how many."""
    query = sa.select(table.c.library, sa.func.count()).group_by(table.c.library).order_by(table.c.library)
    with engine.connect() as connection:
        return {str(name): int(count) for name, count in connection.execute(query)}

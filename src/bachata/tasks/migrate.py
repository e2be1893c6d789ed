"""Bring a database to the newest schema, and its users to the privileges they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection, Engine

from bachata.settings import DatabasePart
from bachata.tasks.grants import Change, apply

SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x62616368617461  # "bachata": the advisory lock under which processes that start together take turns


@dataclass(frozen=True)
class Migration:
    """What was done: the revisions before and after (None: no schema), and the privileges that changed."""

    before: str | None
    after: str | None
    changes: tuple[Change, ...]


def upgrade(engine: Engine, revision: str = "head", *, grantees: Mapping[str, DatabasePart] | None = None) -> Migration:
    """Apply the migrations up to `revision` and bring `grantees` to what their parts need (`grants.apply`).

    All of it or nothing, safely from several processes at once. Raises Unavailable when the database is away,
    InvalidSettings for a grantee that does not exist.
    """
    with engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        before = _revision(connection)
        command.upgrade(_config(connection), revision)
        return Migration(before, _revision(connection), tuple(apply(connection, grantees or {})))


def downgrade(engine: Engine, revision: str) -> None:
    """Undo the migrations after `revision` (``base`` undoes all): the tables they made go with their rows."""
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.downgrade(_config(connection), revision)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config

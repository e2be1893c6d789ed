"""Where artefacts rehearse: a PostgreSQL with a user for each part, a store anybody may write to, a scratch folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bachata.local.postgres import Postgres
from tools.artefacts.cloud_sql import CloudSql
from tools.artefacts.installed import NOBODY, writable
from tools.artefacts.running import environment

USERS = {part: f"{part}@project.iam" for part in ("finalize", "plan", "analyze", "assembler")}


@dataclass(frozen=True)
class Theatre:
    """`database`: the URL of its administrator. `store`: the folder of the objects.

    `instance`: the database as a Cloud SQL instance, when parts shall reach it that way.
    """

    database: str
    store: Path
    scratch: Path
    instance: CloudSql | None = None

    def environment(self, part: str | None = None, **settings: str) -> dict[str, str]:
        """What a part is told: the store, and the database as its own user (None: as the administrator)."""
        url = sa.make_url(self.database).set(username=USERS[part] if part else "postgres")
        if self.instance is not None:
            there = self.instance.environment(str(url.username))
        else:
            there = {"DATABASE_URL": url.render_as_string(hide_password=False)}
        return environment(self.scratch, LOCAL_STORAGE_PATH=str(self.store), **there, **settings)


@contextmanager
def theatre(root: Path) -> Iterator[Theatre]:
    """Open one below `root`, for others to enter; its users exist and may do nothing yet."""
    root.chmod(0o755)
    with Postgres(root / "postgres", durable=False) as url:
        _admit_others(url)
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            for user in USERS.values():
                connection.exec_driver_sql(f'CREATE ROLE "{user}" LOGIN')
        engine.dispose()
        store = writable(root / "store")
        for folder in ("songs", "moves", "analysis", "blueprints", "output"):
            writable(store / folder)
        yield Theatre(url, store, writable(root / "tmp"))


def _admit_others(url: str) -> None:
    """Let the user that artefacts run as connect: the server's socket is for its owner alone."""
    if os.geteuid() == 0:
        path = Path(str(sa.make_url(url).query["unix_sock"]))
        os.chown(path, NOBODY, -1)
        for folder in (path.parent, path.parent.parent):
            folder.chmod(folder.stat().st_mode | 0o011)

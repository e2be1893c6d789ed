"""The migration as a container: environment in, the newest schema and the users' privileges out, exit code 0 or 1."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bachata import logs, settings
from bachata.errors import BachataError, InvalidSettings
from bachata.tasks.engine import open_engine, words_of
from bachata.tasks.migrate import upgrade

PATIENCE: Final = 1800.0
"""Seconds a statement may take: building an index on a large table. The job's own timeout may end it sooner."""

_log = logs.get_logger(__name__)


def main() -> int:
    """Migrate the database the environment names; the exit code.

    A run that fails or is stopped leaves the database as it was: all of it is one transaction, which the server undoes
    when the connection ends. Repeating a run that succeeded changes nothing.
    """
    try:
        env = settings.load()
        logs.configure(level=env.log_level, json_lines=env.log_format == "json", project=env.google_cloud_project)
        engine = open_engine(env.model_copy(update={"db_pool_size": 1}), timeout=PATIENCE)
    except InvalidSettings as error:
        if not _log.hasHandlers():
            logs.configure()
        _log.error(error.message, extra={"code": error.code})
        return 1
    signal.signal(signal.SIGTERM, _leave)
    try:
        done = upgrade(engine, grantees=env.db_grantees)
    except BachataError as error:
        _log.error(error.message, extra={"code": error.code, "details": error.details})
        return 1
    except SQLAlchemyError as error:
        _log.error("a migration failed; nothing was changed", extra={"reason": words_of(error)})
        return 1
    finally:
        engine.dispose()
    for change in done.changes:
        _log.info("%s", change)
    _log.info(
        "the schema is up to date",
        extra={"before": done.before, "after": done.after, "privileges_changed": len(done.changes)},
    )
    return 0


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End at once: waiting for the statement under way could outlast the ten seconds before SIGKILL."""
    _log.error("asked to stop; the server undoes what was begun")
    os._exit(1)

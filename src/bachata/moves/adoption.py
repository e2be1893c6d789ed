"""Adopting a published library as a container: environment and a name in, rows out, exit code 0 or 1."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from bachata import logs, settings
from bachata.errors import BachataError, InvalidSettings
from bachata.moves.published import adopt
from bachata.storage import open_store
from bachata.tasks.engine import open_engine

_log = logs.get_logger(__name__)


def main(library: str) -> int:
    """Make the rows of `library` those of its catalogue in storage; the exit code.

    Run where the database is. A run that fails leaves the rows as they were; repeating one changes nothing.
    """
    try:
        env = settings.load()
        logs.configure(level=env.log_level, json_lines=env.log_format == "json", project=env.google_cloud_project)
        store, engine = open_store(env), open_engine(env.model_copy(update={"db_pool_size": 1}))
    except InvalidSettings as error:
        logs.configure()
        _log.error(error.message, extra={"code": error.code})
        return 1
    try:
        moves = adopt(engine, library, store)
    except BachataError as error:
        _log.error(error.message, extra={"code": error.code, "details": error.details})
        return 1
    except SQLAlchemyError as error:
        _log.error("the library was not adopted; nothing was changed", extra={"reason": type(error).__name__})
        return 1
    finally:
        engine.dispose()
    _log.info("adopted the library %s", library, extra={"moves": moves})
    return 0

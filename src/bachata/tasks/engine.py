"""Connections to PostgreSQL: a URL on the laptop, the Cloud SQL connector in the cloud.

Every engine made here raises Unavailable, not SQLAlchemy's errors, when the database is away or overloaded, so that
callers and the workflow's retries tell a database that will come back from a statement that is wrong.
"""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from bachata.errors import InvalidSettings, Unavailable
from bachata.settings import Settings

_RECYCLE = 1800  # seconds; below the idle timeouts of proxies on the way

# SQLSTATE classes and codes after which the same statement can succeed (PostgreSQL manual, appendix A): connection
# exceptions, insufficient resources, operator intervention (shutdown, statement timeout), lock timeout, deadlock,
# serialization failure.
_OUTAGE_CLASSES = ("08", "53", "57")
_OUTAGE_CODES = ("55P03", "40P01", "40001")


def open_engine(settings: Settings, *, timeout: float = 30.0, ping: bool = True) -> Engine:
    """An engine for the database the environment names. It connects on first use, never here.

    `timeout` bounds, in seconds, connecting and each statement. `ping` tries a pooled connection before its use, which
    hides a restart of the server at the price of a second wait when it is silent.

    Raises InvalidSettings when no database is configured.
    """
    # The pool logs a stack trace for every connection of a server that died; that it is away, we say ourselves.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    options: dict[str, Any] = {"pool_size": settings.db_pool_size, "max_overflow": 0, "pool_recycle": _RECYCLE}
    options |= {"pool_pre_ping": ping, "pool_timeout": timeout}
    limits = {"statement_timeout": str(round(timeout * 1000))}
    if settings.database_url is not None:
        url = _parsed(settings.database_url.get_secret_value())
        # The socket's timeout is for a server that fell silent; a slow statement is for the server to end.
        arguments = {"timeout": timeout + 1, "startup_params": limits}
        engine = sa.create_engine(url, connect_args=arguments, **options)
    elif settings.instance_connection_name:
        instance = _CloudSql(settings, timeout, limits)
        engine = sa.create_engine("postgresql+pg8000://", creator=instance.connect, **options)
        sa.event.listen(engine, "engine_disposed", instance.close)
    else:
        raise InvalidSettings("No database is configured: set DATABASE_URL, or INSTANCE_CONNECTION_NAME and DB_USER")
    sa.event.listen(engine, "do_connect", _connect)
    sa.event.listen(engine, "handle_error", _raise_outages)
    return engine


def open_url(url: str) -> Engine:
    """As `open_engine`, for the database at `url` whatever the environment says."""
    return open_engine(Settings.model_construct(database_url=SecretStr(url)))


def _parsed(text: str) -> sa.URL:
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        raise InvalidSettings("DATABASE_URL is not a SQLAlchemy URL such as postgresql+pg8000://…") from None
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+pg8000")
    if url.drivername != "postgresql+pg8000":
        raise InvalidSettings(f"DATABASE_URL names the driver {url.drivername}; use postgresql+pg8000")
    return url


class _CloudSql:
    """Connections to the instance the settings name, through Google's connector, which is made at the first one."""

    def __init__(self, settings: Settings, timeout: float, limits: dict[str, str]) -> None:
        self._settings, self._timeout, self._limits = settings, timeout, limits
        self._connector: Any = None

    def connect(self) -> Any:
        """A connection of pg8000. Raises Unavailable when none comes about."""
        password = self._settings.db_password
        try:
            self._connector = self._connector or self._made()
            connection = self._connector.connect(
                self._settings.instance_connection_name,
                "pg8000",
                user=self._settings.db_user,
                password=password.get_secret_value() if password else None,
                db=self._settings.db_name,
                timeout=self._timeout,
                startup_params=self._limits,
            )
        except Exception as error:
            # Whatever the connector, google-auth or aiohttp raise: no connection came about.
            raise Unavailable("The database does not answer; try again", details=type(error).__name__) from error
        with contextlib.suppress(AttributeError):  # pg8000 takes no timeout for a socket that is handed to it
            connection._usock.settimeout(self._timeout + 1)
        return connection

    def close(self, _engine: Engine) -> None:
        """End the connector's thread and session; left open, they complain at the process's end."""
        if self._connector is not None:
            self._connector.close()
            self._connector = None

    def _made(self) -> Any:
        # 1.3 s, 50 MB: imported where it is needed only. LAZY suits instances without CPU between requests.
        from google.cloud.sql.connector import Connector

        logging.getLogger("asyncio").addFilter(_without_headers)
        return Connector(
            ip_type=self._settings.db_ip_type,
            enable_iam_auth=self._settings.db_password is None,
            refresh_strategy="LAZY",
            timeout=math.ceil(self._timeout),
            sqladmin_api_endpoint=self._settings.cloud_sql_api,
        )


def _without_headers(record: logging.LogRecord) -> bool:
    """Keep what a request sent out of the log: the connector may leave a refused one's error to asyncio, which writes
    it with all headers, the access token among them. The refusal itself is raised to whoever connects."""
    return not (record.exc_info and hasattr(record.exc_info[1], "request_info"))


def _connect(dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
    try:
        return dialect.connect(*arguments, **options)
    except OSError as error:  # pg8000 lets the timeouts of its TLS handshake through as they are
        raise Unavailable("The database does not answer; try again", details=type(error).__name__) from error


def _raise_outages(context: Any) -> None:
    if context.is_disconnect or is_outage(context.sqlalchemy_exception):
        original = context.original_exception
        raise Unavailable("The database does not answer; try again", details=type(original).__name__) from original


@contextlib.contextmanager
def transaction(engine: Engine) -> Iterator[sa.Connection]:
    """A connection whose work is kept at the end of the block, all or nothing. Raises Unavailable."""
    try:
        with engine.begin() as connection:
            yield connection
    except sa.exc.TimeoutError as error:  # the pool's; what the server says is translated by the engine
        raise Unavailable("The database is busy; try again", details=type(error).__name__) from error


def is_outage(error: BaseException | None) -> bool:
    """Whether a database error says that trying again can succeed."""
    if isinstance(error, InterfaceError | OperationalError | sa.exc.TimeoutError):
        return True
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    code = _reported(error).get("C", "")
    return code.startswith(_OUTAGE_CLASSES) or code in _OUTAGE_CODES


def words_of(error: sa.exc.SQLAlchemyError) -> str:
    """What the server said, without the statement and its parameters; else the kind of the error."""
    return _reported(error).get("M", type(error).__name__)


def _reported(error: sa.exc.SQLAlchemyError) -> dict[str, str]:
    """The fields of the server's message (PostgreSQL manual, 54.8): pg8000 hands them over as a dict."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else None
    fields = original.args[0] if original is not None and original.args else None
    return {str(k): str(v) for k, v in fields.items()} if isinstance(fields, dict) else {}

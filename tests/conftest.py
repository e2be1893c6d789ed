"""What every room's tests share: a real PostgreSQL, a fresh migrated database a test, a store, quiet logs."""

from __future__ import annotations

import gc
import logging
import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import Engine

from bachata.local.postgres import Postgres
from bachata.media.scheduling import ordinary
from bachata.settings import Settings
from bachata.storage import DirectoryStore
from bachata.tasks.engine import open_engine
from bachata.tasks.migrate import upgrade

# A developer's key shall not be spent by tests or the processes they start, nor their emulator be written to.
_THEIRS = ("GEMINI_", "GOOGLE_GENAI_", "GOOGLE_API_KEY", "PUBSUB_EMULATOR_HOST")
for _name in [name for name in os.environ if name.startswith(_THEIRS)]:
    del os.environ[_name]

# CI repeats exactly the same examples; at a desk each run tries others.
settings.register_profile(
    "here",
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No variable of the developer's shell that our settings read reaches a test; log handlers do not leak."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    root = logging.getLogger("bachata")
    before = (list(root.handlers), root.level, root.propagate)
    yield
    root.handlers[:], root.propagate = before[0], before[2]
    root.setLevel(before[1])


@pytest.fixture(autouse=True)
def _ordinary_scheduling() -> Iterator[None]:
    """Media that tests make with SVT-AV1 would leave the worker, and all it starts, at real-time priority."""
    yield
    ordinary()


class Databases:
    """Fresh databases of one server: copies of one that was migrated once."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        # The timeout turns a server that a test left stopped into a failure instead of a wait without end.
        self._admin = sa.create_engine(
            server.url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool, connect_args={"timeout": 120}
        )
        self._run("CREATE DATABASE migrated")
        engine = open_engine(Settings(database_url=server.url("migrated")))
        upgrade(engine)
        engine.dispose()

    def create(self, *, template: str = "migrated") -> str:
        """The URL of a new database."""
        name = f"test_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.server.url(name)

    def drop(self, url: str) -> None:
        """End whatever still uses it and remove it."""
        self._run(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")

    @property
    def data(self) -> Path:
        """The server's data directory."""
        return self.server.directory / "data"

    def connect(self) -> sa.Connection:
        """A connection of the server's administrator, in autocommit."""
        return self._admin.connect()

    def _run(self, statement: str) -> None:
        with self.connect() as connection:
            connection.execute(sa.text(statement))


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """One server a session (under xdist: a worker), without fsync, gone with the session."""
    with tempfile.TemporaryDirectory(prefix="bachata-tests-") as directory:
        server = Postgres(Path(directory) / "pg", durable=False)
        server.start()
        try:
            yield Databases(server)
        finally:
            server.stop()


@pytest.fixture
def collect_garbage() -> Iterator[None]:
    """What a test leaves to the collector is collected, and complained about, before the next one."""
    yield
    gc.collect()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The URL of this test's own migrated, empty database."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on this test's own database; ten connections, so that threads can race."""
    engine = open_engine(Settings(database_url=database_url, db_pool_size=10))
    yield engine
    engine.dispose()


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    """An empty store in this test's own directory."""
    return DirectoryStore(tmp_path / "store")

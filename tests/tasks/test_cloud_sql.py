"""The Cloud SQL way in. Google's connector is replaced; the database behind it is a real one."""

from __future__ import annotations

from typing import ClassVar

import pg8000.dbapi
import pytest
import sqlalchemy as sa

from bachata.errors import Unavailable
from bachata.settings import Settings
from bachata.tasks.engine import open_engine
from bachata.tasks.store import TaskStore

INSTANCE = {"instance_connection_name": "p:europe-west1:db", "db_user": "job@p.iam"}


@pytest.fixture
def connector(monkeypatch, database_url):
    """The connector's class, recording; what it hands out are connections to the test's database."""
    import google.cloud.sql.connector as package

    url = sa.make_url(database_url)

    class Connector:
        made: ClassVar[list] = []
        connected: ClassVar[list] = []
        fault = None

        def __init__(self, **options):
            self.made.append(options)

        def connect(self, instance, driver, *, user, password, db, timeout, startup_params):
            if self.fault:
                raise self.fault
            self.connected.append((instance, driver, user, password, db))
            return pg8000.dbapi.connect(
                "postgres", database=url.database, unix_sock=url.query["unix_sock"], startup_params=startup_params
            )

    monkeypatch.setattr(package, "Connector", Connector)
    return Connector


def test_it_is_made_on_first_use_once_and_speaks_to_the_database(connector):
    engine = open_engine(Settings(**INSTANCE))
    assert connector.made == []
    TaskStore(engine).open("t1", user_id="ana", execution="e1", request={})
    assert TaskStore(engine).get("t1").user_id == "ana"
    assert connector.made == [
        {"ip_type": "PRIVATE", "enable_iam_auth": True, "refresh_strategy": "LAZY", "timeout": 30}
    ]
    assert connector.connected == [("p:europe-west1:db", "pg8000", "job@p.iam", None, "bachata_buddy")]
    engine.dispose()


def test_a_password_replaces_iam(connector):
    engine = open_engine(Settings(**INSTANCE, db_password="hunter2", db_name="other", db_ip_type="PSC"), timeout=1.5)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SHOW statement_timeout")).scalar() == "1500ms"
    assert connector.made[0]["enable_iam_auth"] is False
    assert (connector.made[0]["ip_type"], connector.made[0]["timeout"]) == ("PSC", 2)
    assert connector.connected[0][3:] == ("hunter2", "other")
    engine.dispose()


@pytest.mark.parametrize("fault", [TimeoutError(), RuntimeError("no route to db with hunter2"), OSError()])
def test_whatever_the_connector_raises_is_an_outage(connector, fault):
    connector.fault = fault
    engine = open_engine(Settings(**INSTANCE, db_password="hunter2"))
    with pytest.raises(Unavailable, match="does not answer") as caught:
        TaskStore(engine).get("t1")
    assert "hunter2" not in caught.value.message + caught.value.details
    connector.fault = None
    with engine.connect() as connection:  # and it comes back
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
    engine.dispose()

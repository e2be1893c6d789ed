"""Engines connect late, speak to real servers, and tell outages from mistakes."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from bachata.errors import InvalidSettings, Unavailable
from bachata.settings import Settings
from bachata.tasks.engine import is_outage, open_engine

# pg8000 leaves the socket of a failed connection to the collector.
pytestmark = [pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"), pytest.mark.usefixtures("collect_garbage")]


def test_it_connects_on_first_use_only():
    engine = open_engine(Settings(database_url="postgresql+pg8000://u@127.0.0.1:1/x"), timeout=1)
    with pytest.raises(Unavailable, match="does not answer") as caught, engine.connect():
        pass
    assert "127.0.0.1" not in caught.value.details
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [(None, "DATABASE_URL"), ("mysql://u@h/x", "use postgresql"), ("not a url", "not a SQLAlchemy URL")],
)
def test_a_wrong_address_is_said(url, words):
    with pytest.raises(InvalidSettings, match=words):
        open_engine(Settings(database_url=url))


def test_a_plain_postgresql_url_gets_our_driver(database_url):
    engine = open_engine(Settings(database_url=database_url.replace("+pg8000", "")))
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
    engine.dispose()


def test_a_statement_that_takes_too_long_is_an_outage(database_url):
    engine = open_engine(Settings(database_url=database_url), timeout=0.2)
    with pytest.raises(Unavailable), engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_sleep(5)"))
    with engine.connect() as connection:  # and the connection lives on
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
    engine.dispose()


def test_a_server_that_ends_the_session_is_an_outage_and_the_next_use_recovers(engine, databases):
    with pytest.raises(Unavailable), engine.connect() as connection:
        pid = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar()
        with databases.connect() as admin:
            admin.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        connection.execute(sa.text("SELECT 1"))
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1


def test_a_session_that_ended_leaves_no_stack_trace_in_the_log(engine, databases, caplog):
    with pytest.raises(Unavailable), engine.connect() as connection:
        pid = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar()
        with databases.connect() as admin:
            admin.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        connection.execute(sa.text("SELECT 1"))
    assert caplog.text == ""


def test_a_mistake_of_ours_stays_a_mistake(engine):
    with pytest.raises(DatabaseError) as caught, engine.connect() as connection:
        connection.execute(sa.text("SELECT nonsense"))
    assert not is_outage(caught.value)
    assert not is_outage(ValueError())
    assert not is_outage(None)


def test_a_deadlock_is_worth_another_try(engine):
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE d (id int PRIMARY KEY, n int)"))
        connection.execute(sa.text("INSERT INTO d VALUES (1, 0), (2, 0)"))
    both = threading.Barrier(2)
    outcomes = []

    def cross(first: int, second: int) -> None:
        try:
            with engine.begin() as connection:
                update = sa.text("UPDATE d SET n = n + 1 WHERE id = :id")
                connection.execute(update, {"id": first})
                both.wait(10)
                connection.execute(update, {"id": second})
            outcomes.append("done")
        except Unavailable:
            outcomes.append("again")

    threads = [threading.Thread(target=cross, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["again", "done"]

"""The migrate job as Cloud Run runs it: a real process, a real PostgreSQL, users with and without privileges."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from bachata.tasks.engine import open_url

MAIN = Path(__file__).parents[2] / "jobs/migrate/main.py"
USER = "bachata-finalize@project.iam"


def _start(url: str, **env: str) -> subprocess.Popen[str]:
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "PYTHONPATH"}}
    command = [sys.executable, str(MAIN)]
    return subprocess.Popen(command, env={**kept, "DATABASE_URL": url, **env}, stderr=subprocess.PIPE, text=True)


def _run(url: str, **env: str) -> tuple[int, list[dict[str, object]]]:
    with _start(url, **env) as process:
        _, text = process.communicate(timeout=60)
    return process.returncode, [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def blank(databases):
    url = databases.create(template="template0")
    yield url
    databases.drop(url)


@pytest.fixture
def user(databases):
    """A user who may log in and nothing else, as Cloud SQL makes them."""
    with databases.connect() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{USER}" LOGIN')
    yield USER
    with databases.connect() as connection:
        connection.exec_driver_sql(f'DROP ROLE "{USER}"')


def _revision(url: str) -> object:
    engine = open_url(url)
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    finally:
        engine.dispose()


def test_it_migrates_and_grants_and_says_so_once(user, blank):
    grantees = json.dumps({user: "finalize"})
    code, first = _run(blank, DB_GRANTEES=grantees)
    assert code == 0
    assert [line["message"] for line in first[:-1]] == [
        f"granted {action} on choreography_tasks to {user}" for action in ("INSERT", "SELECT", "UPDATE")
    ]
    assert (first[-1]["before"], first[-1]["privileges_changed"]) == (None, 3)
    assert first[-1]["after"] == _revision(blank)
    code, again = _run(blank, DB_GRANTEES=grantees)
    assert (code, [line["message"] for line in again]) == (0, ["the schema is up to date"])
    assert (again[0]["before"], again[0]["privileges_changed"]) == (first[-1]["after"], 0)


def test_without_privileges_it_fails_and_says_why(user, blank):
    url = sa.make_url(blank).set(username=user)
    code, lines = _run(url.render_as_string(hide_password=False))
    assert code == 1
    assert "permission denied" in str(lines[-1]["reason"])
    assert lines[-1]["severity"] == "ERROR"
    assert _revision(blank) is None


def test_an_unknown_user_fails_it_and_nothing_is_left(user, blank):
    code, lines = _run(blank, DB_GRANTEES=json.dumps({"nobody@p.iam": "plan", user: "plan", "ghost": "plan"}))
    assert code == 1
    assert "does not have: ghost, nobody@p.iam" in str(lines[-1]["message"])
    assert _revision(blank) is None


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"DATABASE_URL": ""}, "No database is configured"),
        ({"DB_GRANTEES": "{'a': 'plan'}"}, "DB_GRANTEES"),
        ({"DB_GRANTEES": '{"a": "admin", "b": "owner"}'}, "DB_GRANTEES.A: Input should be 'finalize'"),
    ],
)
def test_a_wrong_environment_is_named(env, words):
    code, lines = _run("postgresql+pg8000://u@localhost/d", **env)
    assert code == 1
    assert words in str(lines[-1]["message"])


def test_a_database_that_is_away_is_an_error_without_secrets():
    code, lines = _run("postgresql+pg8000://u:hunter2@127.0.0.1:1/d")
    assert (code, lines[-1]["code"]) == (1, "UNAVAILABLE")
    assert "hunter2" not in json.dumps(lines)


def test_stopped_while_it_waits_it_leaves_everything_as_it_was(databases, blank):
    engine = open_url(blank)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE songs (id int)")  # in the first migration's way
        with _start(blank) as process:
            _await_waiting(databases, sa.make_url(blank).database)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 1
            assert "asked to stop" in process.stderr.read()
        connection.rollback()
    engine.dispose()
    assert _revision(blank) is None
    assert _run(blank)[0] == 0


def _await_waiting(databases, database: str) -> None:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND wait_event_type = 'Lock'"
    deadline = time.monotonic() + 60
    while True:
        with databases.connect() as connection:
            if connection.execute(sa.text(query), {"name": database}).scalar():
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)

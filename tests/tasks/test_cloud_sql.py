"""The Cloud SQL way in: Google's own connector, against a double of the calls it makes and of the instance's TLS.

In processes of their own: google-auth looks for the metadata server when it is imported.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bachata import settings
from bachata.errors import InvalidSettings
from bachata.tasks.engine import _without_headers
from tools.artefacts.cloud_sql import TOKEN, cloud_sql

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the double needs loopback addresses other than 127.0.0.1"
)
MIGRATE = Path(__file__).parents[2] / "jobs/migrate/main.py"
_USE = """
import contextlib, json, sys
from bachata import settings
from bachata.errors import Unavailable
from bachata.tasks.engine import open_engine
import sqlalchemy as sa
said = []
engine = open_engine(settings.load(), timeout=20)
said.append("google.cloud.sql.connector" in sys.modules)
with contextlib.ExitStack() as held:
    for _ in range(2):
        try:
            connection = held.enter_context(engine.connect())
            query = sa.text("SELECT current_user || current_setting('statement_timeout')")
            said.append(connection.execute(query).scalar())
        except Unavailable as error:
            said.append([error.message, error.details])
engine.dispose()
print(json.dumps(said))
"""


@pytest.fixture
def instance(database_url, tmp_path):
    with cloud_sql(database_url, tmp_path) as there:
        yield there


def _environment(instance, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "PYTHONPATH"}}
    return {**kept, **instance.environment("postgres"), **more}


def _use(instance, **more: str) -> list[object]:
    done = subprocess.run(
        [sys.executable, "-c", _USE], env=_environment(instance, **more), capture_output=True, text=True, check=True
    )
    assert done.stderr == ""  # nothing is left open
    return list(json.loads(done.stdout))


def test_it_connects_by_the_account_of_the_machine_and_asks_once_for_all(instance):
    assert _use(instance) == [False, "postgres20s", "postgres20s"]
    assert [path.rsplit("/", 1)[1] for path, _ in instance.asked] == [
        "connectSettings",
        "bachata:generateEphemeralCert",
    ]
    assert instance.asked[1][1]["access_token"] == TOKEN


def test_a_password_replaces_the_account(instance):
    assert _use(instance, DB_PASSWORD="hunter2")[1:] == ["postgres20s"] * 2
    assert "access_token" not in instance.asked[1][1]


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_of_the_api_is_an_outage_without_secrets(instance, status):
    instance.refuses = status
    said = _use(instance, DB_PASSWORD="hunter2")
    assert said[1:] == [["The database does not answer; try again", "ClientResponseError"]] * 2


@pytest.mark.parametrize("refused", [True, False])
def test_a_refused_requests_headers_stay_out_of_the_log(refused, caplog):
    """Whether asyncio speaks of the connector's forgotten task depends on timing, so the record is made here."""

    async def fails():
        error = RuntimeError(f"Bearer {TOKEN}")
        if refused:
            error.request_info = "as aiohttp's ClientResponseError has it"
        raise error

    logger = logging.getLogger("asyncio")
    logger.addFilter(_without_headers)
    try:
        loop = asyncio.new_event_loop()
        forgotten = loop.create_task(fails())
        loop.run_until_complete(asyncio.wait([forgotten]))
        del forgotten
        gc.collect()
        loop.close()
    finally:
        logger.removeFilter(_without_headers)
    assert (TOKEN in caplog.text) is not refused


def test_an_instance_without_such_an_address_is_an_outage(instance):
    assert _use(instance, DB_IP_TYPE="PUBLIC")[1] == ["The database does not answer; try again", "CloudSQLIPTypeError"]


def test_the_migration_goes_the_same_way(instance):
    job = subprocess.run(
        [sys.executable, MIGRATE], env=_environment(instance), capture_output=True, text=True, check=False
    )
    assert job.returncode == 0, job.stderr
    assert [json.loads(line)["message"] for line in job.stderr.splitlines()] == ["the schema is up to date"]


def test_a_token_is_not_sent_just_anywhere(monkeypatch):
    monkeypatch.setenv("CLOUD_SQL_API", "http://sqladmin.example")
    with pytest.raises(InvalidSettings, match="CLOUD_SQL_API must be https"):
        settings.load()

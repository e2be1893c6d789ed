"""The sweep as Cloud Scheduler calls it: the finalize function, a real database, real executions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from bachata.local.workflows import ExecutionsServer
from bachata.settings import Settings
from bachata.tasks.engine import open_engine
from bachata.tasks.store import TaskStore
from bachata.tasks.tables import choreography_tasks
from tests.functions.serving import served

MAIN = Path(__file__).parents[2] / "functions" / "finalize" / "main.py"
WORKFLOW = "projects/p/locations/l/workflows/choreography"
FLOW = "main: {steps: [{nap: {call: sys.sleep, args: {seconds: 600}}}]}"


@pytest.fixture(scope="module")
def world(databases, tmp_path_factory):
    """(address of the function, address of executions, tasks, engine); SWEEP_AFTER_SECONDS is 60."""
    root = tmp_path_factory.mktemp("sweep")
    url = databases.create()
    engine = open_engine(Settings(database_url=url))
    with ExecutionsServer({"choreography": FLOW}) as executions:
        settings = {
            "DATABASE_URL": url,
            "LOCAL_STORAGE_PATH": str(root / "store"),
            "WORKFLOW_NAME": WORKFLOW,
            "EXECUTIONS_API_URL": executions.url,
            "SWEEP_AFTER_SECONDS": "60",
            "SWEEP_LIMIT_SECONDS": "7200",
        }
        with served(MAIN, "finalize", root / "log", **settings) as address:
            yield address, f"{executions.url}/v1/", TaskStore(engine), engine, root / "log"
    engine.dispose()
    databases.drop(url)


def start(base):
    body = {"argument": "null"}
    return requests.post(f"{base}{WORKFLOW}/executions", json=body, timeout=10).json()["name"].rsplit("/", 1)[1]


def stand(engine, task_id, seconds):
    moved = sa.func.now() - sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    with engine.begin() as connection:
        rows = sa.update(choreography_tasks).where(choreography_tasks.c.task_id == task_id)
        connection.execute(rows.values(updated_at=moved))


def test_an_execution_cancelled_in_the_console_fails_its_task(world):
    address, base, tasks, engine, log = world
    executions = {name: start(base) for name in ("cancelled", "alive", "fresh")} | {
        "deleted": "no-such",
        "old": start(base),
    }
    for name, execution in executions.items():
        tasks.open(name, user_id="ana", execution=execution, request={})
    for name, seconds in {"cancelled": 100, "alive": 100, "deleted": 100, "old": 8000}.items():
        stand(engine, name, seconds)
    for name in ("cancelled", "fresh"):
        url = f"{base}{WORKFLOW}/executions/{executions[name]}:cancel"
        requests.post(url, json={}, timeout=10).raise_for_status()
    answer = requests.post(address, json={"action": "sweep"}, timeout=60)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["checked"], sorted(said["failed"])) == (4, ["cancelled", "deleted", "old"])
    assert {name: tasks.get(name).status for name in ("alive", "fresh")} == {"alive": "started", "fresh": "started"}
    assert "was cancelled" in tasks.get("cancelled").error["error"]
    assert requests.post(address, json={"action": "sweep"}, timeout=60).json() == {"checked": 1, "failed": []}
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    told = {line["task_id"]: line for line in lines if line["message"] == "a task stopped moving"}
    assert set(told) == {"cancelled", "deleted", "old"}
    assert (told["cancelled"]["severity"], told["cancelled"]["execution_state"]) == ("ERROR", "CANCELLED")


def test_a_swept_task_can_be_asked_for_again(world):
    address, base, tasks, engine, _ = world
    tasks.open("again", user_id="ana", execution="gone", request={})
    stand(engine, "again", 100)
    assert requests.post(address, json={"action": "sweep"}, timeout=60).json()["failed"] == ["again"]
    body = {"action": "open", "task_id": "again", "execution": start(base), "user_id": "ana"}
    assert requests.post(address, json=body, timeout=60).json()["claimed"] is True


def test_a_sweep_takes_no_task(world):
    answer = requests.post(world[0], json={"action": "sweep", "task_id": "t"}, timeout=60)
    assert (answer.status_code, "task_id" in answer.json()["error"]) == (400, True)


def test_without_a_workflow_name_it_says_what_to_set(databases, tmp_path):
    url = databases.create()
    settings = {"DATABASE_URL": url, "LOCAL_STORAGE_PATH": str(tmp_path / "store")}
    with served(MAIN, "finalize", tmp_path / "log", **settings) as address:
        answer = requests.post(address, json={"action": "sweep"}, timeout=60)
    databases.drop(url)
    assert (answer.status_code, answer.json()["code"]) == (500, "INVALID_SETTINGS")
    assert "WORKFLOW_NAME" in answer.json()["error"]

"""The executions of a workflow, asked of the laptop's Executions API: real HTTP, real executions."""

from __future__ import annotations

import json
import time

import pytest
import requests

from bachata.errors import InvalidSettings, Unavailable
from bachata.local.workflows import ExecutionsServer
from bachata.settings import Settings
from bachata.tasks.executions import ExecutionsApi, life, open_executions
from tests.local.workflows.support import Reply, serving

FLOW = """
main:
  params: [what]
  steps:
    - choose:
        switch:
          - condition: ${what == "fail"}
            raise: no
          - condition: ${what == "wait"}
            next: wait
    - done: {return: null}
    - wait: {call: sys.sleep, args: {seconds: 600}}
"""
WORKFLOW = "projects/p/locations/l/workflows/choreography"


@pytest.fixture(scope="module")
def served():
    with ExecutionsServer({"choreography": FLOW}) as server:
        yield server


@pytest.fixture
def api(served):
    return open_executions(Settings(executions_api_url=served.url, workflow_name=WORKFLOW))


def start(served, what):
    body = {"argument": json.dumps(what)}
    name = requests.post(f"{served.url}/v1/{WORKFLOW}/executions", json=body, timeout=10).json()["name"]
    return name.rsplit("/", 1)[1]


def settled(api, execution):
    while api.state(execution) == "ACTIVE":
        time.sleep(0.01)
    return api.state(execution)


def test_states_of_real_executions(served, api):
    assert settled(api, start(served, "succeed")) == "SUCCEEDED"
    assert settled(api, start(served, "fail")) == "FAILED"
    waiting = start(served, "wait")
    assert api.state(waiting) == "ACTIVE"
    requests.post(f"{served.url}/v1/{WORKFLOW}/executions/{waiting}:cancel", json={}, timeout=10).raise_for_status()
    assert api.state(waiting) == "CANCELLED"
    assert api.state("never-was") == "GONE"


def test_a_workflow_that_is_not_there_tells_nothing_of_its_executions(served):
    api = open_executions(Settings(executions_api_url=served.url, workflow_name=WORKFLOW.replace("choreo", "x")))
    with pytest.raises(InvalidSettings, match="WORKFLOW_NAME"):
        api.state("any")


@pytest.mark.parametrize(("code", "error"), [(403, InvalidSettings), (401, InvalidSettings), (500, Unavailable)])
def test_what_the_api_refuses(code, error):
    with serving() as server, requests.Session() as session:
        server.replies = [Reply(code, {"error": {"code": code}})]
        with pytest.raises(error) as caught:
            ExecutionsApi(session, server.url, WORKFLOW).state("e")
    if error is InvalidSettings:
        assert "roles/workflows.viewer" in caught.value.message


def test_nobody_listens(served):
    api = open_executions(Settings(executions_api_url="http://127.0.0.1:1", workflow_name=WORKFLOW))
    with pytest.raises(Unavailable):
        api.state("e")


def test_without_a_workflow_name_it_says_what_to_set():
    with pytest.raises(InvalidSettings, match="WORKFLOW_NAME"):
        open_executions(Settings())


def test_without_an_account_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(InvalidSettings, match="Google account") as caught:
        open_executions(Settings(workflow_name=WORKFLOW))
    assert str(tmp_path) not in json.dumps(caught.value.as_dict())


@pytest.mark.parametrize(
    ("state", "said"),
    [("ACTIVE", "alive"), ("QUEUED", "alive"), ("CANCELLED", "over"), ("GONE", "over"), ("UNAVAILABLE", "unknown")],
)
def test_what_states_say(state, said):
    assert life(state) == said

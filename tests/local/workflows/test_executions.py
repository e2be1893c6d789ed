"""The Executions API over REST, spoken to with requests as any client would."""

# ruff: noqa: E501 - a small workflow reads best on one line

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from bachata.local.workflows import ExecutionsServer, WorkflowInvalid, executions
from tests.local.workflows.support import ManualClock, Server

FLOWS = {
    "echo": "main: {params: [a], steps: [{r: {return: '${a}'}}]}",
    "fail": "main: {steps: [{boom: {raise: {code: 7, message: broken}}}]}",
    "sleep": "main: {steps: [{nap: {call: sys.sleep, args: {seconds: 3600}}}, {r: {return: late}}]}",
    "endless": "main: {steps: [{a: {call: sys.sleep, args: {seconds: 0.001}}}, {again: {next: a}}]}",
    "env": """
main:
  steps:
    - r:
        return:
          - ${sys.get_env("GOOGLE_CLOUD_PROJECT_ID")}
          - ${sys.get_env("GOOGLE_CLOUD_LOCATION")}
          - ${sys.get_env("GOOGLE_CLOUD_WORKFLOW_ID")}
          - ${sys.get_env("GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID")}
          - ${sys.get_env("MINE")}
          - ${sys.get_env("GOOGLE_CLOUD_PROJECT_NUMBER")}
          - ${sys.get_env("GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME")}
          - ${sys.get_env("GOOGLE_CLOUD_WORKFLOW_REVISION_ID")}
""",
    "http": "main: {params: [u], steps: [{g: {call: http.get, args: {url: '${u}'}, result: r}}, {z: {return: '${r.body}'}}]}",
    "event": """
main:
  params: [event]
  steps:
    - r: {return: {song: "${json.decode(base64.decode(event.data.message.data)).song}", event: "${event}"}}
""",
}


@pytest.fixture(scope="module")
def api() -> Iterator[ExecutionsServer]:
    with ExecutionsServer(FLOWS, env={"MINE": "yes"}) as running:
        yield running


def parent(api: ExecutionsServer, workflow: str) -> str:
    return f"{api.url}/v1/projects/p1/locations/us-west1/workflows/{workflow}"


def start(api: ExecutionsServer, workflow: str, argument: Any = None, **fields: Any) -> dict[str, Any]:
    body = {"argument": json.dumps(argument), **fields}
    answer = requests.post(f"{parent(api, workflow)}/executions", json=body, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def until(probe: Callable[[], Any]) -> Any:
    """What `probe` gives as soon as it is true; the work is asynchronous, so this polls, up to 20 s."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if found := probe():
            return found
        time.sleep(0.005)
    raise AssertionError("it did not happen")


def get(api: ExecutionsServer, name: str) -> dict[str, Any]:
    return requests.get(f"{api.url}/v1/{name}", timeout=10).json()


def ended(api: ExecutionsServer, name: str) -> dict[str, Any]:
    return until(lambda: (seen := get(api, name))["state"] != "ACTIVE" and seen)


def test_an_execution_starts_at_once_and_succeeds(api: ExecutionsServer) -> None:
    argument = {"song": "a.mp3", "n": [1, 2.5, None]}
    started = start(api, "echo", argument, labels={"who": "me"})
    assert started["name"].startswith("projects/p1/locations/us-west1/workflows/echo/executions/")
    seen = ended(api, started["name"])
    assert seen["state"] == "SUCCEEDED"
    assert json.loads(seen["result"]) == argument
    assert json.loads(seen["argument"]) == argument
    assert seen["labels"] == {"who": "me"}
    assert seen["startTime"] <= seen["endTime"]
    assert "error" not in seen


def test_an_execution_without_an_argument(api: ExecutionsServer) -> None:
    answer = requests.post(f"{parent(api, 'echo')}/executions", timeout=10).json()
    assert ended(api, answer["name"])["result"] == "null"


def test_a_failed_execution_tells_payload_and_context(api: ExecutionsServer) -> None:
    seen = ended(api, start(api, "fail")["name"])
    assert seen["state"] == "FAILED"
    assert json.loads(seen["error"]["payload"]) == {"code": 7, "message": "broken"}
    assert 'in step "boom"' in seen["error"]["context"]
    assert "result" not in seen


def test_a_sleeping_execution_is_cancelled(api: ExecutionsServer) -> None:
    started = start(api, "sleep")
    assert started["state"] == "ACTIVE"
    until(lambda: get(api, started["name"]).get("status") == {"currentSteps": [{"routine": "main", "step": "nap"}]})
    answer = requests.post(f"{api.url}/v1/{started['name']}:cancel", json={}, timeout=10)
    assert answer.json()["state"] == "CANCELLED"
    again = requests.post(f"{api.url}/v1/{started['name']}:cancel", json={}, timeout=10)
    assert (again.status_code, again.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")
    assert ended(api, started["name"])["state"] == "CANCELLED"


def test_the_environment_of_an_execution(api: ExecutionsServer) -> None:
    started = start(api, "env")
    execution = started["name"].rpartition("/")[2]
    result = json.loads(ended(api, started["name"])["result"])
    assert result[:5] == ["p1", "us-west1", "env", execution, "yes"]
    assert all(result)


def test_executions_are_listed_newest_first_in_pages(api: ExecutionsServer) -> None:
    url = f"{api.url}/v1/projects/p2/locations/us-west1/workflows/echo/executions"
    names = [requests.post(url, json={"argument": str(n)}, timeout=10).json()["name"] for n in range(5)]
    assert [run["name"] for run in requests.get(url, timeout=10).json()["executions"]] == names[::-1]
    first = requests.get(url, params={"pageSize": 2}, timeout=10).json()
    second = requests.get(url, params={"pageSize": 3, "pageToken": first["nextPageToken"]}, timeout=10).json()
    assert [run["name"] for run in first["executions"] + second["executions"]] == names[::-1]
    assert "nextPageToken" not in second


def test_a_pubsub_push_starts_an_execution_with_the_cloud_event(api: ExecutionsServer) -> None:
    message = {
        "data": "eyJzb25nIjogImEubXAzIn0=",
        "messageId": "42",
        "publishTime": "2026-11-20T10:00:00Z",
        "attributes": {"k": "v"},
    }
    push = {"message": message, "subscription": "projects/p1/subscriptions/requests"}
    answer = requests.post(f"{parent(api, 'event')}:trigger", json=push, timeout=10)
    result = json.loads(ended(api, answer.json()["name"])["result"])
    event = result["event"]
    assert result["song"] == "a.mp3"
    assert (event["specversion"], event["type"]) == ("1.0", "google.cloud.pubsub.topic.v1.messagePublished")
    assert (event["id"], event["time"], event["datacontenttype"]) == ("42", "2026-11-20T10:00:00Z", "application/json")
    assert event["data"] == push
    assert event["source"].startswith("//pubsub.googleapis.com/")


PUSH = {"message": {"data": "MA==", "messageId": "1"}, "subscription": "s"}


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExecutionsServer]:
    monkeypatch.setattr(executions, "_TURN_SECONDS", 0.3)
    with ExecutionsServer(FLOWS, events_at_once=1) as running:
        yield running


def test_a_push_that_does_not_get_its_turn_is_to_be_pushed_again(one_at_a_time: ExecutionsServer) -> None:
    busy = requests.post(f"{parent(one_at_a_time, 'sleep')}:trigger", json=PUSH, timeout=10).json()
    refused = requests.post(f"{parent(one_at_a_time, 'sleep')}:trigger", json=PUSH, timeout=10)
    assert (refused.status_code, refused.json()["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    listed = requests.get(f"{parent(one_at_a_time, 'sleep')}/executions", timeout=10).json()["executions"]
    assert [run["name"] for run in listed] == [busy["name"]], "what was not acknowledged did not start"
    assert start(one_at_a_time, "sleep")["state"] == "ACTIVE", "direct calls wait for nobody"
    requests.post(f"{one_at_a_time.url}/v1/{busy['name']}:cancel", json={}, timeout=10).raise_for_status()
    while not (again := requests.post(f"{parent(one_at_a_time, 'sleep')}:trigger", json=PUSH, timeout=10)).ok:
        assert again.status_code == 429


def test_a_push_waits_for_its_turn(one_at_a_time: ExecutionsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executions, "_TURN_SECONDS", 30)
    for _ in range(5):
        assert requests.post(f"{parent(one_at_a_time, 'echo')}:trigger", json=PUSH, timeout=60).ok


def test_a_delivery_is_never_looked_into(api: ExecutionsServer) -> None:
    names = {requests.post(f"{parent(api, 'echo')}:trigger", json=PUSH, timeout=10).json()["name"] for _ in range(2)}
    assert len(names) == 2, "the same message again is another execution, as with Eventarc"


@pytest.mark.parametrize("data", ["%%%", 7, ["x"], "abc"])
def test_pubsub_pushes_base64_only(api: ExecutionsServer, data: Any) -> None:
    push = {"message": {"data": data, "messageId": "1"}}
    answer = requests.post(f"{parent(api, 'echo')}:trigger", json=push, timeout=10)
    assert (answer.status_code, "base64" in answer.text) == (400, True)


def test_fields_that_gcloud_sends_are_known(api: ExecutionsServer) -> None:
    run = start(api, "echo", 1, disableConcurrencyQuotaOverflowBuffering=False, callLogLevel="LOG_NONE")
    assert ended(api, run["name"])["result"] == "1"


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "words"),
    [
        ("POST", "/v1/projects/p/locations/l/workflows/none/executions", "{}", 404, "no workflow none; known: echo"),
        ("GET", "/v1/projects/p/locations/l/workflows/echo/executions/none", None, 404, "no execution none"),
        ("POST", "/v1/projects/p/locations/l/workflows/echo/executions/none:cancel", "{}", 404, "no execution none"),
        ("GET", "/v2/anything", None, 404, "no method"),
        ("DELETE", "/v1/projects/p/locations/l/workflows/echo/executions", None, 405, "DELETE"),
        ("PUT", "/v1/projects/p/locations/l/workflows/echo/executions", "{}", 405, "PUT"),
        ("POST", "/v1/projects/p/locations/l/workflows/echo/executions", "{", 400, "not JSON"),
        ("POST", "/v1/projects/p/locations/l/workflows/echo/executions", "[]", 400, "not a JSON object"),
        (
            "POST",
            "/v1/projects/p/locations/l/workflows/echo/executions",
            '{"argument": {}}',
            400,
            "string that holds JSON",
        ),
        (
            "POST",
            "/v1/projects/p/locations/l/workflows/echo/executions",
            '{"argument": "{"}',
            400,
            "argument is not JSON",
        ),
        ("POST", "/v1/projects/p/locations/l/workflows/echo/executions", '{"arg": "1"}', 400, "unknown field: arg"),
        ("POST", "/v1/projects/p/locations/l/workflows/echo/executions", '{"labels": [1]}', 400, "labels"),
        ("GET", "/v1/projects/p/locations/l/workflows/echo/executions?pageSize=x", None, 400, "pageSize"),
        ("POST", "/v1/projects/p/locations/l/workflows/event:trigger", "{}", 400, "message"),
    ],
)
def test_bad_requests(api: ExecutionsServer, method: str, path: str, body: str | None, code: int, words: str) -> None:
    answer = requests.request(method, api.url + path, data=body, timeout=10)
    assert answer.status_code == code
    error = answer.json()["error"]
    assert error["code"] == code
    assert words in error["message"]


def test_a_body_that_is_too_long_is_not_read(api: ExecutionsServer) -> None:
    with socket.create_connection(("127.0.0.1", api.port), timeout=10) as connection:
        connection.sendall(b"POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        assert connection.recv(64).startswith(b"HTTP/1.1 413")


def test_one_hundred_at_once(api: ExecutionsServer) -> None:
    names: list[str] = []
    lock = threading.Lock()

    def client(n: int) -> None:
        name = start(api, "echo", n)["name"]
        with lock:
            names.append(name)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(json.loads(ended(api, name)["result"]) for name in names) == list(range(100))


def test_a_faulty_workflow_is_refused_before_the_server_starts() -> None:
    with pytest.raises(WorkflowInvalid, match="1 problem"):
        ExecutionsServer({"bad": "- a: {call: no.such}"})


def test_it_listens_on_this_machine_only_and_on_the_port_asked_for() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with ExecutionsServer(FLOWS, port=port) as api:
        assert (api.url, api.port) == (f"http://127.0.0.1:{port}", port)
        assert api._server.server_address[0] == "127.0.0.1"


def test_close_cancels_and_joins_everything(server: Server) -> None:
    before = threading.active_count()
    api = ExecutionsServer(FLOWS)
    for workflow in ("sleep", "sleep", "endless"):
        start(api, workflow)
    runs = list(api._runs.values())
    until(lambda: all("status" in run.describe() for run in runs))
    api.close()
    api.close()
    assert [run.state for run in runs] == ["CANCELLED"] * 3
    left = {thread.name for thread in threading.enumerate()} & {f"execution-{run.id}" for run in runs}
    assert left == set()
    until(lambda: threading.active_count() <= before)
    with pytest.raises(requests.ConnectionError):
        requests.get(api.url, timeout=5)


def test_clock_endpoints_and_tokens_reach_the_executions(server: Server, clock: ManualClock) -> None:
    flow = """
main:
  steps:
    - nap: {call: sys.sleep, args: {seconds: 3600}}
    - read: {call: googleapis.run.v2.projects.locations.jobs.executions.get, args: {name: projects/p}, result: r}
    - give: {return: "${r}"}
"""
    options = {"endpoints": {"run": server.url}, "clock": clock, "token_source": lambda kind, audience: "t"}
    with ExecutionsServer({"flow": flow}, **options) as api:  # type: ignore[arg-type]
        assert json.loads(ended(api, start(api, "flow")["name"])["result"]) == {"ok": True}
    assert clock.naps == [3600]
    assert server.seen[0].headers["authorization"] == "Bearer t"


def test_a_fault_of_the_engine_ends_the_execution_and_tells_nothing_of_the_inside(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(kind: str, audience: str | None) -> str:
        raise RuntimeError("secret path")

    flow = "main: {steps: [{g: {call: http.get, args: {url: 'http://127.0.0.1:9', auth: {type: OIDC}}}}]}"
    with ExecutionsServer({"flow": flow}, token_source=broken) as api:
        seen = ended(api, start(api, "flow")["name"])
    assert seen["state"] == "FAILED"
    assert json.loads(seen["error"]["payload"])["tags"] == ["SystemError"]
    assert "secret" not in json.dumps(seen)
    assert "fault of the engine" in caplog.text


def test_a_web_page_cannot_start_work(api: ExecutionsServer) -> None:
    url = f"{api.url}/v1/projects/p/locations/l/workflows/double/executions"
    answer = requests.post(url, json={}, headers={"Origin": "https://example.org"}, timeout=10)
    assert answer.status_code == 403
    assert answer.json()["error"]["status"] == "PERMISSION_DENIED"

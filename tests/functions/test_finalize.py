"""The finalize function as it is deployed: functions-framework, HTTP, PostgreSQL, a store."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from bachata.settings import Settings
from bachata.storage import DirectoryStore
from bachata.tasks.engine import open_engine
from bachata.tasks.store import TaskStore
from tests.functions.serving import served

MAIN = Path(__file__).parents[2] / "functions" / "finalize" / "main.py"


@pytest.fixture(scope="module")
def world(databases, tmp_path_factory):
    """One function, database and store for the module; tests use task ids of their own."""
    root = tmp_path_factory.mktemp("finalize")
    url = databases.create()
    settings = {"DATABASE_URL": url, "LOCAL_STORAGE_PATH": str(root / "store"), "DB_POOL_SIZE": "5", "THREADS": "8"}
    with served(MAIN, "finalize", root / "log", **settings) as address:
        yield address, DirectoryStore(root / "store"), url
    databases.drop(url)


@pytest.fixture
def ask(world, request):
    """Ask about this test's own task; status and answer."""
    name = re.sub(r"[^A-Za-z0-9_]+", "-", request.node.name)[:90]

    def ask(action, **fields):
        body = {"action": action, "task_id": name, **fields}
        answer = requests.post(world[0], json=body, timeout=60)
        assert answer.headers["Content-Type"] == "application/json"
        return answer.status_code, answer.json()

    ask.task_id = name
    return ask


@pytest.fixture
def rendered(world, ask):
    """Store a video and the Result that describes it; the Result's key."""

    def rendered(video: bytes | None = b"video", **changes) -> str:
        store = world[1]
        key = f"output/user_ana/choreography_{ask.task_id}.mp4"
        if video is not None:
            store.put_bytes(key, video)
        document = {
            "schema": "bachata.result.1",
            "task_id": ask.task_id,
            "video_key": key,
            "video_uri": store.uri(key),
            "sha256": "0" * 64,
            "file_size": 5,
            "duration_s": 12.5,
            "frames": 375,
            "frame_rate": "30",
            "width": 1280,
            "height": 720,
            "video_codec": "h264",
            "audio_codec": "aac",
            "moves_count": 3,
            "cut_frames": [0, 120, 240],
            "processing_s": 1.5,
            **changes,
        }
        result = key.replace(".mp4", ".result.json")
        store.put_bytes(result, json.dumps(document).encode())
        return result

    return rendered


def _open(ask, execution="e1"):
    return ask("open", execution=execution, user_id="ana", request={"song": "songs/amor.wav"}, song="songs/amor.wav")


def test_a_task_is_opened_once_and_again_by_the_same(ask):
    status, first = _open(ask)
    assert (status, first["claimed"], first["status"]) == (200, True, "started")
    assert first["task"]["request"] == {"song": "songs/amor.wav"}
    assert first["task"]["song_key"] == "songs/amor.wav"
    assert _open(ask) == (200, first)
    status, other = _open(ask, "e2")
    assert (status, other["claimed"], other["status"]) == (200, False, "started")


def test_five_requests_at_once_open_it_once(ask):
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda n: _open(ask, f"e{n}"), range(5)))
    assert [status for status, _ in answers] == [200] * 5
    assert [body["claimed"] for _, body in answers].count(True) == 1


@pytest.mark.parametrize("address", ["key", "uri"])
def test_closing_twice_gives_the_same_answer(ask, rendered, address):
    _open(ask)
    result = rendered()
    status, body = ask("close", execution="e1", result=result if address == "key" else f"file:{result}")
    assert (status, body["task"]["status"], body["task"]["progress"]) == (200, "completed", 100)
    assert body["task"]["result"]["frames"] == 375
    assert "scores" not in body["task"]["result"]
    rendered(frames=1)  # what happens to the file afterwards is of no consequence
    assert ask("close", execution="e1", result=result) == (200, body)


def test_close_by_another_execution_changes_nothing(ask, rendered):
    _open(ask)
    status, body = ask("close", execution="e2", result=rendered())
    assert (status, body["code"]) == (409, "TASK_OWNED_ELSEWHERE")
    assert _open(ask)[1]["status"] == "started"


@pytest.mark.parametrize(
    ("video", "changes", "status", "words"),
    [
        (None, {}, 409, "nothing is stored there"),
        (b"vid", {}, 409, "not the one the Result describes"),
        (b"video", {"task_id": "another"}, 409, "of task another"),
        (b"video", {"schema": "bachata.result.9"}, 422, "not a Result document"),
        (b"video", {"frames": "many"}, 422, "not a Result document"),
        (b"video", {"video_key": "../../etc/passwd"}, 400, "leaves the store"),
    ],
)
def test_a_result_that_does_not_hold_is_not_believed(ask, rendered, video, changes, status, words):
    _open(ask)
    answer = ask("close", execution="e1", result=rendered(video, **changes))
    assert answer[0] == status
    assert words in answer[1]["error"]
    assert answer[1]["stage"] == "finalize"
    assert _open(ask)[1]["status"] == "started"


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [(None, 409, "no Result"), (b"{", 422, "not JSON"), (b"[]", 422, "not a JSON object"), (b"\xff", 422, "not JSON")],
)
def test_a_result_that_is_not_there_or_not_json_is_said(ask, world, data, status, words):
    _open(ask)
    key = f"output/{ask.task_id}.result.json"
    if data is not None:
        world[1].put_bytes(key, data)
    answer = ask("close", execution="e1", result=key)
    assert (answer[0], words in answer[1]["error"]) == (status, True)


def test_a_failure_is_kept_and_a_new_execution_may_try_again(ask):
    _open(ask)
    fault = {"error": "No clip moves/a.mp4", "details": "3 tries", "code": "CLIP_NOT_FOUND"}
    status, body = ask("fail", execution="e1", stage="fetching", error=fault)
    assert (status, body["task"]["status"], body["task"]["stage"]) == (200, "failed", "fetching")
    assert body["task"]["error"] == {**fault, "stage": "fetching"}
    assert ask("fail", execution="e1", stage="planning", error="another") == (200, body)
    assert ask("fail", execution="e2", stage="planning", error="a stranger's")[0] == 409
    assert _open(ask, "e2")[1]["claimed"]


def test_an_error_may_be_a_sentence(ask):
    _open(ask)
    body = ask("fail", execution="e1", stage="planning", error="The plan function timed out")[1]
    assert body["task"]["error"]["error"] == "The plan function timed out"


def test_failing_a_completed_task_is_harmless(ask, rendered):
    _open(ask)
    done = ask("close", execution="e1", result=rendered())[1]
    status, body = ask("fail", execution="e1", stage="cleanup", error="late")
    assert (status, body["code"]) == (409, "CONFLICT")
    assert ask("close", execution="e1", result="anything")[1] == done


def test_a_cancelled_task_cannot_be_closed(ask, rendered):
    _open(ask)
    status, body = ask("cancel")
    assert (status, body["task"]["status"]) == (200, "cancelled")
    assert ask("cancel") == (200, body)
    assert ask("close", execution="e1", result=rendered())[0] == 409
    assert ask("fail", execution="e1", stage="fetching", error="stopped") == (200, body)


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("close", {"execution": "e1", "result": "output/x.result.json"}),
        ("fail", {"execution": "e1", "stage": "planning", "error": "x"}),
        ("cancel", {}),
    ],
)
def test_an_unknown_task_is_404(ask, action, fields):
    status, body = ask(action, **fields)
    assert (status, body["code"]) == (404, "TASK_NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, ["action"]),
        ({"action": "explode", "task_id": "t"}, ["open", "close", "fail", "cancel"]),
        (
            {"action": "open", "task_id": "a/b", "execution": " ", "request": 3, "surplus": 1},
            ["$.task_id", "$.execution", "$.request", "$.surplus"],
        ),
        (
            {"action": "open", "task_id": "t", "execution": "e", "user_id": "../eve", "song": "/etc/passwd"},
            ["user_id", "song"],
        ),
        ({"action": "close", "task_id": 7}, ["task_id", "execution", "result"]),
        ({"action": "fail", "task_id": "t", "execution": "e", "error": 5}, ["stage", "error"]),
    ],
)
def test_all_faults_of_a_request_are_named_at_once(world, body, places):
    answer = requests.post(world[0], json=body, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["code"] == "INVALID_REQUEST"
    for place in places:
        assert place in answer.json()["error"]


def test_http_mistakes_are_answered_in_json(world):
    for answer in (
        requests.get(world[0], timeout=60),
        requests.post(world[0], data="{", headers={"Content-Type": "application/json"}, timeout=60),
        requests.post(world[0], data="a=1", timeout=60),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")


def test_while_the_database_is_away_it_says_try_again(tmp_path):
    environment = {
        "DATABASE_URL": "postgresql+pg8000://postgres@/postgres?unix_sock=/nowhere/s",
        "LOCAL_STORAGE_PATH": str(tmp_path / "store"),
    }
    with served(MAIN, "finalize", tmp_path / "log", **environment) as url:
        answer = requests.post(url, json={"action": "cancel", "task_id": "t"}, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
    assert "nowhere" not in answer.text
    line = json.loads(next(line for line in (tmp_path / "log").read_text().splitlines() if "UNAVAILABLE" in line))
    assert (line["severity"], line["task_id"], line["stage"]) == ("ERROR", "t", "finalize")


def test_without_its_settings_it_starts_and_says_what_is_missing(tmp_path):
    with served(MAIN, "finalize", tmp_path / "log") as url:
        answer = requests.post(url, json={"action": "cancel", "task_id": "t"}, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (500, "INVALID_SETTINGS")
    assert "DATABASE_URL" in answer.json()["error"]


def test_what_the_function_did_is_in_the_database(world, ask):
    _open(ask)
    there = open_engine(Settings(database_url=world[2]))
    assert TaskStore(there).get(ask.task_id).workflow_execution == "e1"
    there.dispose()


def test_the_scores_of_the_plan_are_kept_with_the_result(ask, rendered):
    _open(ask)
    scores = {"m2": {"value": 1.0, "holds": True}}
    status, body = ask("close", execution="e1", result=rendered(), scores=scores)
    assert (status, body["task"]["result"]["scores"]) == (200, scores)
    status, body = ask("close", execution="e1", result=rendered(), scores=[1])
    assert (status, body["code"]) == (400, "INVALID_REQUEST")

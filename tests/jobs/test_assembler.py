"""The assembler as Cloud Run runs it: a real process, its environment, its exit code, what it leaves behind."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from bachata.assembly.result import Result
from bachata.blueprint import Blueprint
from bachata.storage import DirectoryStore
from bachata.tasks.store import TaskStore
from tests.assembly import truth
from tests.assembly.truth import move

MAIN = Path(__file__).parents[2] / "jobs/assembler/main.py"
VIDEO = "output/user_7/choreography_task-1.mp4"
RESULT = "output/user_7/choreography_task-1.result.json"
ERROR = "output/user_7/choreography_task-1.error.json"


class Place:
    """A store with media, a scratch directory, and a way to start the job."""

    def __init__(self, root: Path) -> None:
        self.store = DirectoryStore(root / "store")
        self.scratch = root / "scratch"
        self.scratch.mkdir()
        truth.numbered_clip(self.store.root / "clips/a.mp4", 120)
        truth.write_wav(self.store.root / "songs/song.wav", truth.tone(3.0))
        self.running: list[subprocess.Popen[str]] = []

    def start(self, env: dict[str, str], **how: Any) -> subprocess.Popen[str]:
        base = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "PYTHONPATH"}}
        process = subprocess.Popen(
            [sys.executable, str(MAIN)],
            env={
                **base,
                "TASK_ID": "task-1",
                "USER_ID": "7",
                "EXECUTION_ID": "execution-1",
                "LOCAL_STORAGE_PATH": str(self.store.root),
                "FETCH_BACKOFF": "0",
                "TMPDIR": str(self.scratch),
                **env,
            },
            stderr=subprocess.PIPE,
            text=True,
            **how,
        )
        self.running.append(process)
        return process

    def run(self, env: dict[str, str], **how: Any) -> tuple[int, list[dict[str, Any]]]:
        """Exit code and log lines."""
        process = self.start(env, **how)
        _, text = process.communicate(timeout=60)
        return process.returncode, [json.loads(line) for line in text.splitlines()]

    def said(self) -> dict[str, Any]:
        """The error body the job left."""
        return dict(json.loads(self.store.read_bytes(ERROR)))

    def left(self) -> list[str]:
        return [p.name for p in self.scratch.iterdir()]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    for process in place.running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def document(seconds: float = 1.0, **changes: Any) -> str:
    count = max(1, round(seconds / 2))
    moves = [{"clip_id": f"m{i}", **move("clips/a.mp4", i * 2.0, min(seconds, 2.0))} for i in range(count)]
    return json.dumps(
        {
            "schema": "bachata.blueprint.1",
            "task_id": "task-1",
            "audio_path": "songs/song.wav",
            "moves": moves,
            "output_config": {"output_path": VIDEO, "resolution": "64x48"},
            **changes,
        }
    )


def until(process: subprocess.Popen[str], message: str) -> None:
    """Read the job's log up to a line."""
    assert process.stderr is not None
    for line in process.stderr:
        if json.loads(line)["message"] == message:
            return
    raise AssertionError(f"the job ended before it said {message!r}")


def test_a_render_leaves_a_video_its_result_and_nothing_else(place: Place) -> None:
    code, lines = place.run({"BLUEPRINT_JSON": document()})
    assert code == 0
    result = Result.model_validate_json(place.store.read_bytes(RESULT))
    video = place.store.read_bytes(VIDEO)
    assert result.sha256 == hashlib.sha256(video).hexdigest()
    assert (result.task_id, result.frames, result.video_key) == ("task-1", 30, VIDEO)
    assert result.video_uri == place.store.uri(VIDEO)
    assert set(result.stage_seconds) == {"fetching", "concatenating", "adding_audio", "uploading"}
    assert [info.key for info in place.store.list("output/")] == [VIDEO, RESULT]
    assert place.left() == []
    assert {line["task_id"] for line in lines} == {"task-1"}
    stages = ["fetching", "concatenating", "adding_audio", "uploading", "cleanup", "rendered"]
    assert [line["message"] for line in lines] == [*stages, "moves were encoded whole"]
    rendered, whole = lines[-2:]
    assert [rendered[f"frames_{how}"] for how in ("copied", "encoded", "reused")] == [0, 30, 0]
    assert (rendered["tasks"], rendered["warnings"]) == (1, 0)
    assert (whole["severity"], whole["moves"]) == ("WARNING", 1)


def test_a_long_blueprint_comes_from_storage_and_is_checked(place: Place) -> None:
    data = document().encode()
    place.store.put_bytes("blueprints/task-1.json", data)
    by_uri = {"BLUEPRINT_URI": "blueprints/task-1.json", "BLUEPRINT_SHA256": hashlib.sha256(data).hexdigest()}
    assert place.run(by_uri)[0] == 0
    place.store.put_bytes("blueprints/task-1.json", data + b" ")
    assert place.run(by_uri)[0] == 1
    assert "is not the one this run was started for" in place.said()["error"]


@pytest.mark.parametrize(
    ("env", "code", "words"),
    [
        ({"BLUEPRINT_JSON": document(moves=[])}, "INVALID_BLUEPRINT", "$.moves"),
        ({"BLUEPRINT_JSON": document(task_id="other")}, "INVALID_BLUEPRINT", "this run renders task 'task-1'"),
        ({"BLUEPRINT_JSON": document(), "USER_ID": "8"}, "INVALID_BLUEPRINT", "output/user_8/"),
        ({"BLUEPRINT_JSON": "{"}, "INVALID_BLUEPRINT", "not JSON"),
        ({"BLUEPRINT_JSON": document(audio_path="songs/none.wav")}, "SONG_NOT_FOUND", "tried 3 times"),
        ({}, "INVALID_SETTINGS", "BLUEPRINT_JSON"),
        ({"BLUEPRINT_URI": "none.json", "BLUEPRINT_SHA256": "0"}, "OBJECT_NOT_FOUND", "none.json"),
    ],
)
def test_a_failure_exits_1_and_says_why_in_log_and_storage(
    place: Place, env: dict[str, str], code: str, words: str
) -> None:
    status, lines = place.run(env)
    assert status == 1
    errors = [info.key for info in place.store.list("output/")]
    assert len(errors) == 1
    said = json.loads(place.store.read_bytes(errors[0]))
    assert said["code"] == code
    assert words in said["error"]
    assert said["stage"] in {"assemble", "fetching"}
    last = lines[-1]
    assert (last["severity"], last["code"], last["message"]) == ("ERROR", code, said["error"])
    assert place.left() == []


def test_wrong_settings_exit_1_with_one_line(place: Place) -> None:
    code, lines = place.run({"STORAGE_BACKEND": "gcs"})
    assert code == 1
    assert "GCS_BUCKET_NAME" in lines[-1]["message"]


def test_success_takes_back_what_an_earlier_attempt_said(place: Place) -> None:
    assert place.run({"BLUEPRINT_JSON": document(audio_path="songs/none.wav")})[0] == 1
    assert place.store.info(ERROR) is not None
    assert place.run({"BLUEPRINT_JSON": document()})[0] == 0
    assert place.store.info(ERROR) is None


def test_sigterm_stops_within_two_seconds_and_cleans_up(place: Place) -> None:
    process = place.start({"BLUEPRINT_JSON": document(600, output_config={"output_path": VIDEO})})
    until(process, "concatenating")
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 1
    assert time.monotonic() - began < 2
    assert place.said()["code"] == "STOPPED"
    assert place.store.info(VIDEO) is None
    assert place.left() == []


def test_after_kill_9_the_next_attempt_completes(place: Place) -> None:
    env = {"BLUEPRINT_JSON": document(60)}
    process = place.start(env)
    until(process, "concatenating")
    process.kill()
    assert process.wait(20) == -signal.SIGKILL
    assert place.store.info(VIDEO) is None
    assert place.run({**env, "CLOUD_RUN_TASK_ATTEMPT": "1"})[0] == 0
    assert Result.model_validate_json(place.store.read_bytes(RESULT)).frames == 1800


def limit(size: int) -> Callable[[], None]:
    def apply() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return apply


def test_a_full_disk_is_said_and_cleaned_up(place: Place) -> None:
    """A limit on the size of files fails a write as a full disk does; the error body still fits."""
    code, _ = place.run({"BLUEPRINT_JSON": document(20)}, preexec_fn=limit(20_000))
    assert code == 1
    assert place.said()["code"] == "OUT_OF_SPACE"
    assert place.left() == []
    assert place.store.info(VIDEO) is None


def test_a_full_file_system_is_said_and_cleaned_up(place: Place) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place.scratch)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting needs root")
    try:
        code, _ = place.run({"BLUEPRINT_JSON": document(20)})
        assert code == 1
        assert place.said()["code"] == "OUT_OF_SPACE"
        assert place.left() == []
    finally:
        subprocess.run(["umount", str(place.scratch)], check=True)


def test_progress_reaches_the_task_row(place: Place, engine: Engine, database_url: str) -> None:
    tasks = TaskStore(engine)
    tasks.open("task-1", user_id="7", execution="execution-1", request={})
    assert place.run({"BLUEPRINT_JSON": document(), "DATABASE_URL": database_url})[0] == 0
    task = tasks.get("task-1")
    assert task.status == "running"  # only `close` completes
    assert task.progress >= 85


def test_a_database_that_is_away_never_kills_a_render(place: Place) -> None:
    gone = "postgresql+pg8000://nobody@127.0.0.1:9/none"
    assert place.run({"BLUEPRINT_JSON": document(), "DATABASE_URL": gone})[0] == 0


def test_a_cancelled_task_is_not_rendered_further(place: Place, engine: Engine, database_url: str) -> None:
    tasks = TaskStore(engine)
    tasks.open("task-1", user_id="7", execution="execution-1", request={})
    tasks.cancel("task-1")
    code, lines = place.run({"BLUEPRINT_JSON": document(600), "DATABASE_URL": database_url})
    assert code == 1
    assert lines[-1]["code"] == "TASK_OWNED_ELSEWHERE"
    assert list(place.store.list("output/")) == []
    assert place.left() == []
    sharing = {"CLOUD_RUN_TASK_INDEX": "1", "CLOUD_RUN_TASK_COUNT": "2"}
    assert place.run({"BLUEPRINT_JSON": document(600), "DATABASE_URL": database_url, **sharing})[0] == 1
    assert (place.said()["code"], place.said()["execution_id"]) == ("TASK_OWNED_ELSEWHERE", "execution-1")


def test_the_job_needs_no_numerics_web_or_database_driver_to_start() -> None:
    heavy = ["numpy", "librosa", "faiss", "flask", "sqlalchemy", "pg8000", "scipy", "google.cloud.storage"]
    code = f"import sys, bachata.assembly.job; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_documents_of_the_tests_are_valid() -> None:
    assert Blueprint.model_validate_json(document()).seconds == 1.0


def test_a_lasting_fault_is_not_rendered_again(place: Place) -> None:
    env = {"BLUEPRINT_JSON": document(audio_path="songs/none.wav")}
    assert place.run(env)[0] == 1
    first = place.said()
    code, lines = place.run({**env, "CLOUD_RUN_TASK_ATTEMPT": "1"})
    assert code == 1
    assert place.said() == first
    assert "fetching" not in {line["message"] for line in lines}, "the second attempt must not even fetch"


def test_a_passing_fault_is_rendered_again(place: Place) -> None:
    place.store.put_bytes(ERROR, json.dumps({"error": "storage was away", "code": "UNAVAILABLE"}).encode())
    assert place.run({"BLUEPRINT_JSON": document(), "CLOUD_RUN_TASK_ATTEMPT": "1"})[0] == 0
    assert place.store.info(ERROR) is None


def test_the_row_names_the_job_execution(place: Place, engine: Engine, database_url: str) -> None:
    tasks = TaskStore(engine)
    tasks.open("task-1", user_id="7", execution="execution-1", request={})
    env = {"BLUEPRINT_JSON": document(), "DATABASE_URL": database_url, "CLOUD_RUN_EXECUTION": "assembler-abc"}
    assert place.run(env)[0] == 0
    assert tasks.get("task-1").job_execution_name == "assembler-abc"

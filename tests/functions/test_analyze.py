"""The analyze function as it is deployed: functions-framework, HTTP, a store, a task row."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import requests

from bachata.music.document import Analysis
from bachata.settings import Settings
from bachata.storage import DirectoryStore
from bachata.tasks.engine import open_engine
from bachata.tasks.store import TaskStore
from tests.functions.serving import served
from tests.music.synth import Recipe, make, write

MAIN = Path(__file__).parents[2] / "functions" / "analyze" / "main.py"
KEY = "songs/Bachata número 1.m4a"


@pytest.fixture(scope="module")
def world(databases, tmp_path_factory):
    """(address, store, database URL) of one running function with one song."""
    root = tmp_path_factory.mktemp("analyze")
    url = databases.create()
    store = DirectoryStore(root / "store")
    samples, _ = make(Recipe(tempo=128.0, seed=51, form=(("intro", 2), ("verse", 4), ("chorus", 4))))
    store.put_file(KEY, write(root / "song.m4a", samples))
    with served(MAIN, "analyze", root / "log", DATABASE_URL=url, LOCAL_STORAGE_PATH=str(root / "store")) as address:
        yield address, store, url
    databases.drop(url)


def post(address, **body):
    return requests.post(address, json=body, timeout=120)


def test_a_song_becomes_a_stored_analysis_once(world):
    address, store, _ = world
    answer = post(address, song=KEY)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    sha256 = hashlib.sha256(store.read_bytes(KEY)).hexdigest()
    assert said["analysis"] == f"analysis/{sha256}.json"
    assert said["sha256"] == sha256
    assert store.key_of(said["uri"]) == said["analysis"]
    assert said["cached"] is False
    analysis = Analysis.model_validate_json(store.read_bytes(said["analysis"]))
    assert said["tempo"] == analysis.tempo == pytest.approx(128.0, rel=0.002)
    assert said["sections"] == len(analysis.sections)
    assert post(address, song=said["uri"].replace(said["analysis"], KEY)).json() == {**said, "cached": True}


def test_the_task_row_hears_of_it(world):
    address, _, url = world
    tasks = TaskStore(open_engine(Settings(database_url=url)))
    try:
        tasks.open("task-1", user_id="ana", execution="run-1", request={"song": KEY})
        assert post(address, song=KEY, task_id="task-1", execution="run-1", force=True).status_code == 200
        task = tasks.get("task-1")
        assert task.stage == "analyzing"
        assert task.progress >= 5
    finally:
        tasks.close()


def test_a_missing_song_is_404(world):
    answer = post(world[0], song="songs/none.mp3")
    assert (answer.status_code, answer.json()["code"]) == (404, "SONG_NOT_FOUND")
    assert "songs/none.mp3" in answer.json()["error"]


def test_an_unreadable_song_is_422_with_its_name_and_the_decoders_words(world):
    address, store, _ = world
    store.put_bytes("songs/letter.mp3", b"Dear John, " * 2_000)
    answer = post(address, song="songs/letter.mp3")
    body = answer.json()
    assert (answer.status_code, body["code"], body["stage"]) == (422, "AUDIO_UNREADABLE", "analyzing")
    assert "letter.mp3 cannot be decoded: Invalid data found" in body["error"]
    assert str(store.local_path(KEY).parent.parent) not in answer.text


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "song"), ({"song": ""}, "song"), ({"song": KEY, "count_one": 8}, "count_one"), ({"song": 7}, "song")],
)
def test_faults_of_the_request_are_400_and_named(world, body, field):
    answer = post(world[0], **body)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")
    assert field in answer.json()["error"]

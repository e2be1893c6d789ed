"""The plan function as it is deployed: functions-framework, HTTP, a real PostgreSQL, a real store."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from bachata.blueprint import parse
from bachata.moves.repository import MoveRepository
from bachata.settings import Settings
from bachata.storage import DirectoryStore
from bachata.tasks.engine import open_engine
from bachata.tasks.songs import SongStore
from bachata.tasks.store import TaskStore
from bachata.tasks.tables import songs as songs_table
from tests.choreography.worlds import embed, make_library, make_move, make_song
from tests.functions.serving import served

MAIN = Path(__file__).parents[2] / "functions" / "plan" / "main.py"
ANALYSIS = f"analysis/{'0' * 64}.json"


@dataclass
class World:
    """A running function, and its database and store seen from outside."""

    url: str
    engine: sa.Engine
    store: DirectoryStore
    log: Path

    def post(self, **body: Any) -> tuple[int, dict[str, Any]]:
        answer = requests.post(self.url, json=body, timeout=60)
        assert answer.headers["Content-Type"] == "application/json"
        loaded: dict[str, Any] = answer.json()
        return answer.status_code, loaded

    def task(self, execution: str = "e-1") -> str:
        task_id = uuid.uuid4().hex
        TaskStore(self.engine).open(task_id, user_id="ana", execution=execution, request={})
        return task_id

    def plan(self, task_id: str, **changes: Any) -> tuple[int, dict[str, Any]]:
        body = {
            "task_id": task_id, "execution": "e-1", "user_id": "ana", "song": "songs/x.wav", "analysis": ANALYSIS,
            "brief": {"difficulty": "intermediate"}, "library": "test",
        }  # fmt: skip
        return self.post(**{**body, **changes})

    def add(self, library: str, *moves: Any) -> None:
        MoveRepository(self.engine, library).save([embed(m) for m in moves])


@pytest.fixture(scope="module")
def world(databases: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("plan")
    url = databases.create()
    engine = open_engine(Settings(database_url=url))
    store = DirectoryStore(root / "store")
    store.put_bytes(ANALYSIS, make_song(seconds=90.0).model_dump_json(by_alias=True).encode())
    log = root / "log"
    settings = {"DATABASE_URL": url, "LOCAL_STORAGE_PATH": str(root / "store"), "MOVE_LIBRARY": "configured"}
    with served(MAIN, "plan", log, THREADS="4", **settings) as address:
        made = World(address, engine, store, log)
        made.add("test", *make_library(60))
        yield made
    engine.dispose()
    databases.drop(url)


def test_a_plan_is_answered_and_kept_in_both_places(world: World) -> None:
    task_id = world.task()
    status, answer = world.plan(task_id, brief={"query": "romantic beginner bachata, 45 seconds", "seed": 2})
    assert status == 200, answer
    kept = world.store.read_bytes(f"blueprints/{task_id}.json")
    assert answer["blueprint"] == f"blueprints/{task_id}.json"
    assert world.store.key_of(answer["uri"]) == answer["blueprint"]
    assert answer["blueprint_json"].encode() == kept
    assert (answer["bytes"], answer["sha256"]) == (len(kept), hashlib.sha256(kept).hexdigest())
    blueprint = parse(kept, task_id=task_id, user_id="ana")
    assert answer["moves"] == len(blueprint.moves)
    assert answer["total_duration"] == blueprint.seconds == pytest.approx(45, abs=2)
    assert answer["brief"]["difficulty"] == {"value": "beginner", "source": "text"}
    assert answer["brief"]["seed"] == {"value": 2, "source": "form"}
    assert isinstance(answer["relaxed"], list)
    assert TaskStore(world.engine).blueprint(task_id) == json.loads(kept)
    row = TaskStore(world.engine).get(task_id)
    assert (row.stage, row.progress, row.status) == ("planning", 15, "running")


def test_without_configuration_keywords_read_and_nobody_directs(world: World) -> None:
    world.plan(world.task())
    line = next(line for line in world.log.read_text().splitlines() if "assistants: none configured" in line)
    assert json.loads(line)["reader"] == "keywords"


def test_asked_again_the_answer_is_the_same(world: World) -> None:
    task_id = world.task()
    assert world.plan(task_id) == world.plan(task_id)


def test_five_at_once_agree(world: World) -> None:
    task_id = world.task()
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: world.plan(task_id), range(5)))
    assert {status for status, _ in answers} == {200}
    assert len({answer["sha256"] for _, answer in answers}) == 1
    assert hashlib.sha256(world.store.read_bytes(f"blueprints/{task_id}.json")).hexdigest() == answers[0][1]["sha256"]


def test_a_blueprint_too_long_for_a_variable_travels_by_key(world: World) -> None:
    world.store.put_bytes("analysis/long.json", make_song(seconds=590.0).model_dump_json(by_alias=True).encode())
    status, answer = world.plan(world.task(), analysis="analysis/long.json", brief={"energy": "high"})
    assert status == 200
    assert answer["bytes"] > 32_000
    assert answer["blueprint_json"] is None
    assert hashlib.sha256(world.store.read_bytes(answer["blueprint"])).hexdigest() == answer["sha256"]


def test_the_configured_library_serves_when_none_is_named_and_changes_are_seen(world: World) -> None:
    status, answer = world.plan(world.task(), library=None)
    assert (status, answer["code"]) == (422, "NO_MOVES")
    assert "'configured' is empty: run `bachata library add DIR --annotations FILE`" in answer["error"]
    world.add("configured", *(make_move(f"c{i}", label=f"label{i}") for i in range(5)))
    status, answer = world.plan(world.task(), library=None)
    assert status == 200
    assert {m["clip_id"][0] for m in json.loads(answer["blueprint_json"])["moves"]} == {"c"}


def test_an_execution_that_lost_the_task_changes_nothing(world: World) -> None:
    task_id = world.task(execution="e-2")
    status, answer = world.plan(task_id)
    assert (status, answer["code"]) == (409, "TASK_OWNED_ELSEWHERE")
    assert world.store.info(f"blueprints/{task_id}.json") is None
    assert TaskStore(world.engine).get(task_id).status == "started"


def test_every_wrong_field_is_named(world: World) -> None:
    status, answer = world.post(
        action="plan", task_id="a b", execution="", user_id="../bob", song="../x", brief=3, mood="good"
    )
    assert (status, answer["code"], answer["stage"]) == (400, "INVALID_REQUEST", "planning")
    for field in ("task_id", "execution", "user_id", "song", "analysis", "brief", "mood"):
        assert field in answer["error"]


def test_a_wrong_brief_names_what_is_allowed(world: World) -> None:
    status, answer = world.plan(world.task(), brief={"difficulty": "expert", "style": "jazz"})
    assert status == 400
    assert "beginner, intermediate, advanced" in answer["error"]
    assert "traditional, modern, romantic, sensual, energetic, playful" in answer["error"]


def test_a_wrong_action_names_the_actions(world: World) -> None:
    status, answer = world.post(action="dance")
    assert status == 400
    assert "plan, choose_song" in answer["error"]


def test_missing_and_broken_analyses(world: World) -> None:
    status, answer = world.plan(world.task(), analysis="analysis/nowhere.json")
    assert (status, answer["code"]) == (404, "OBJECT_NOT_FOUND")
    assert "analyze the song first" in answer["error"]
    world.store.put_bytes("analysis/broken.json", b'{"schema": "bachata.analysis.1"}')
    status, answer = world.plan(world.task(), analysis="analysis/broken.json")
    assert (status, answer["code"]) == (400, "INVALID_REQUEST")


def forget_songs(world: World) -> None:
    with world.engine.begin() as connection:
        connection.execute(sa.delete(songs_table))


def test_a_song_is_chosen_with_reasons(world: World) -> None:
    songs = SongStore(world.engine)
    forget_songs(world)
    status, answer = world.post(action="choose_song", query="a sweet romantic dance", brief={})
    assert (status, answer["code"]) == (404, "SONG_NOT_FOUND")
    songs.register("songs/dulce.mp3", title="Dulce Amor", genre="Bachata", bpm=125.0)
    songs.register("songs/aaa.mp3", title="Aaa", genre="Bachata", bpm=125.0)
    status, answer = world.post(
        action="choose_song",
        query="a sweet romantic dance",
        brief={"query": "a sweet romantic dance"},
        task_id="t",
        execution="e",
    )
    assert (status, answer["song"], answer["title"]) == (200, "songs/dulce.mp3", "Dulce Amor")
    assert any("romantic" in reason for reason in answer["reasons"])
    assert answer["brief"]["style"] == {"value": "romantic", "source": "text"}


def test_a_song_that_was_danced_to_can_be_chosen_by_a_description(world: World) -> None:
    forget_songs(world)
    assert world.plan(world.task())[0] == 200
    song = SongStore(world.engine).get("songs/x.wav")
    assert song.title == "x"
    assert song.bpm is not None
    assert song.duration is not None
    status, answer = world.post(action="choose_song", query="any bachata at all", brief={})
    assert (status, answer["song"]) == (200, "songs/x.wav"), answer


def test_no_path_of_the_server_reaches_an_answer(world: World) -> None:
    answers = [world.plan(world.task(), analysis=a)[1] for a in ("analysis/nowhere.json", "../../etc/passwd", "file:")]
    assert not any(str(world.log.parent) in json.dumps(a) or "Traceback" in json.dumps(a) for a in answers)


def test_the_place_of_the_video_cannot_be_chosen(world: World) -> None:
    status, answer = world.plan(world.task(), output={"output_path": "output/user_other/x.mp4"})
    assert (status, answer["code"]) == (400, "INVALID_REQUEST")
    assert "output_path" in answer["error"]


def test_the_plan_is_answered_with_its_scores(world: World) -> None:
    status, answer = world.plan(world.task(), brief={"difficulty": "intermediate"})
    assert status == 200
    scores = answer["scores"]
    assert set(scores) == {f"m{i}" for i in range(1, 11)}
    assert scores["m1"]["holds"] is scores["m2"]["holds"] is scores["m3"]["holds"] is True
    assert (scores["m10"]["holds"], scores["m10"]["why"]) == (None, "it is planned, not rendered")
    assert len(json.dumps(scores)) < 16_000  # it travels in the workflow's variables

"""The table of storage keys, which Terraform's grants equal, is what the code does: no more and no less."""

from __future__ import annotations

import hashlib
import json
import threading

import pytest

from bachata.assembly.estimate import estimate
from bachata.assembly.job import Job
from bachata.assembly.result import Result
from bachata.choreography.service import Planner, PlanRequest
from bachata.moves.embedding import Weights
from bachata.moves.library import LibraryCache
from bachata.moves.published import adopt, publish
from bachata.moves.repository import MoveRepository
from bachata.moves.snapshots import Snapshots
from bachata.music.service import AnalyzeRequest, answer
from bachata.settings import Settings
from bachata.storage import DirectoryStore
from bachata.tasks.finalize import Finalizer
from bachata.tasks.requests import FinalizeRequest
from bachata.tasks.songs import SongStore
from bachata.tasks.store import TaskStore
from bachata.tasks.sweep import Swept
from tests.assembly import truth
from tests.choreography.worlds import embed, make_library, make_move, make_song
from tests.music.synth import Recipe, make, write
from tests.terraform.guarded import GuardedStore
from tools.infrastructure.media import needs

OUTPUT = "output/user_7/choreography_t1"


def allowed(component: str) -> set[tuple[str, str]]:
    return {(how, prefix) for who, how, prefix in needs() if who == component}


@pytest.fixture
def guarded(store):
    return lambda component: GuardedStore(store.root, allowed(component))


def holds(used: GuardedStore, component: str) -> None:
    assert used.refused == []
    assert used.used == allowed(component), "what is granted and never used"


def test_analyze(guarded, store, tmp_path):
    samples, _ = make(Recipe(tempo=128.0, seed=51, form=(("verse", 4),)))
    store.put_file("songs/a.m4a", write(tmp_path / "a.m4a", samples))
    bucket = guarded("analyze")
    first = answer(bucket, Settings(), AnalyzeRequest(song="songs/a.m4a"))
    again = answer(bucket, Settings(), AnalyzeRequest(song="songs/a.m4a", force=True))
    assert first["analysis"] == again["analysis"]
    holds(bucket, "analyze")


def test_plan(guarded, store, engine):
    store.put_bytes("analysis/a.json", make_song(seconds=60.0).model_dump_json(by_alias=True).encode())
    TaskStore(engine).open("t1", user_id="7", execution="e1", request={})
    bucket = guarded("plan")
    for round_ in range(4):  # the third snapshot replaces the first
        repository = MoveRepository(engine, "test")
        repository.save([embed(m) for m in make_library(30 + round_)])
        cache = LibraryCache(0, snapshots=Snapshots(bucket), weights=Weights())
        planner = Planner(
            objects=bucket,
            tasks=TaskStore(engine),
            songs=SongStore(engine),
            estimate=estimate,
            libraries=lambda _, cache=cache, repository=repository: cache.get(repository),
        )
        body = {
            "task_id": "t1",
            "execution": "e1",
            "user_id": "7",
            "song": "songs/a.wav",
            "analysis": "analysis/a.json",
        }
        assert planner.answer(PlanRequest.model_validate(body))["blueprint"]
    assert len(list(store.list("moves/test/index/"))) == 2
    holds(bucket, "plan")


def test_migrate(guarded, store, engine):
    moved = make_move("a").model_copy(update={"video_path": f"moves/salsa/a-{'a' * 12}.mp4"})
    MoveRepository(engine, "salsa").save([embed(moved)])
    store.put_bytes(moved.video_path, b"film")
    publish(engine, "salsa", store, store)
    bucket = guarded("migrate")
    assert adopt(engine, "salsa", bucket) == 1
    holds(bucket, "migrate")


def rendered(bucket: GuardedStore, store: DirectoryStore) -> int:
    truth.numbered_clip(store.root / "moves/test/a.mp4", 120)
    (store.root / "songs").mkdir(exist_ok=True)
    truth.write_wav(store.root / "songs/a.wav", truth.tone(3.0))
    blueprint = {
        "schema": "bachata.blueprint.1",
        "task_id": "t1",
        "audio_path": "songs/a.wav",
        "moves": [{"clip_id": "m", **truth.move("moves/test/a.mp4", 0.0, 2.0)}],
        "output_config": {"output_path": f"{OUTPUT}.mp4", "resolution": "64x48"},
    }
    document = json.dumps(blueprint).encode()
    store.put_bytes("blueprints/t1.json", document)
    env = Settings(
        task_id="t1",
        user_id="7",
        execution_id="e1",
        blueprint_uri="blueprints/t1.json",
        blueprint_sha256=hashlib.sha256(document).hexdigest(),
        fetch_backoff=0,
    )
    return Job(env, bucket, threading.Event()).run()


def test_the_assembler(guarded, store):
    bucket = guarded("assembler")
    assert rendered(bucket, store) == 0
    holds(bucket, "assembler")


def test_finalize(guarded, store, engine):
    assert rendered(GuardedStore(store.root, allowed("assembler")), store) == 0
    tasks, bucket = TaskStore(engine), guarded("finalize")
    tasks.open("t1", user_id="7", execution="e1", request={})
    finalizer = Finalizer(tasks, bucket, Result.model_validate, sweep=lambda: Swept(0, ()))
    close = {"action": "close", "task_id": "t1", "execution": "e1", "result": f"{OUTPUT}.result.json"}
    assert finalizer.answer(FinalizeRequest.model_validate(close))["task"]["status"] == "completed"
    holds(bucket, "finalize")


def test_a_component_that_does_more_is_refused(guarded, store):
    bucket = guarded("finalize")
    with pytest.raises(PermissionError):
        bucket.put_bytes("songs/a.wav", b"")
    with pytest.raises(PermissionError):
        guarded("plan").put_bytes("moves/test/a.mp4", b"")
    guarded("plan").put_bytes("moves/test/index/a", b"")


def test_what_ends_with_something_to_fill_in_is_the_folder_above_it(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "| `a/<x>/` | h | analyze, people | job | keep |\n| `a/<x>/b/` | h | plan | plan, finalize | keep |\n"
    )
    assert set(needs(page)) == {
        ("analyze", "writes", "a/"),
        ("assembler", "reads", "a/"),
        ("plan", "writes", "a/{x}/b/"),
        ("finalize", "reads", "a/{x}/b/"),
    }

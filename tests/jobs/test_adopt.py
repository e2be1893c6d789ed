"""The migrate job adopts a published library as Cloud Run runs it: a real process, a real PostgreSQL, arguments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bachata.moves.published import publish
from bachata.moves.repository import MoveRepository
from bachata.storage import DirectoryStore
from bachata.tasks.engine import open_url
from tests.choreography.worlds import embed, make_move

MAIN = Path(__file__).parents[2] / "jobs/migrate/main.py"


def run(url: str, store: DirectoryStore, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "PYTHONPATH"}}
    env = {**kept, "DATABASE_URL": url, "LOCAL_STORAGE_PATH": str(store.root)}
    return subprocess.run(
        [sys.executable, str(MAIN), *arguments], env=env, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def published(engine: Engine, store: DirectoryStore) -> DirectoryStore:
    move = make_move("a").model_copy(update={"video_path": f"moves/salsa/a-{'a' * 12}.mp4"})
    MoveRepository(engine, "salsa").save([embed(move)])
    store.put_bytes(move.video_path, b"film")
    publish(engine, "salsa", store, store)
    return store


def test_a_deployments_first_library(databases, published):
    """From nothing: the job migrates, then, run again with arguments, adopts; and again, which changes nothing."""
    url = databases.create(template="template0")
    try:
        assert run(url, published).returncode == 0
        for _ in range(2):
            done = run(url, published, "adopt", "salsa")
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stderr)["moves"] == 1
        there = open_url(url)
        [held] = MoveRepository(there, "salsa").load()
        there.dispose()
        assert held.move.clip_id == "a"
    finally:
        databases.drop(url)


def test_a_library_nobody_published(database_url, published):
    done = run(database_url, published, "adopt", "tango")
    assert done.returncode == 1
    assert "bachata library publish" in json.loads(done.stderr)["message"]


@pytest.mark.parametrize("arguments", [("adopt",), ("adopt", "a", "b"), ("drop", "salsa")])
def test_wrong_usage_does_nothing(database_url, published, arguments):
    done = run(database_url, published, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("usage:")

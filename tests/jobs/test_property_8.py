"""Property 8: after any assembly error the task row has a non-empty error."""

from __future__ import annotations

import json
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from bachata.assembly.job import Job
from bachata.assembly.result import error_key
from bachata.settings import Settings
from bachata.storage import DirectoryStore
from bachata.tasks.store import TaskStore
from tests.assembly import truth

FAULTS: dict[str, dict[str, Any]] = {
    "not JSON": {},
    "no moves": {"moves": []},
    "another task": {"task_id": "other"},
    "path outside": {"audio_path": "../secret"},
    "missing song": {"audio_path": "songs/none.wav"},
    "unreadable song": {"audio_path": "clips/garbage.mp4"},
    "missing clip": {"clip": "clips/none.mp4"},
    "unreadable clip": {"clip": "clips/garbage.mp4"},
    "impossible quality": {"crf": 63},
    "stopped": {},
}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> DirectoryStore:
    root: Path = tmp_path_factory.mktemp("media")
    truth.numbered_clip(root / "clips/a.mp4", 10)
    (root / "clips/garbage.mp4").write_bytes(b"garbage" * 50)
    truth.write_wav(root / "songs/song.wav", truth.tone(1.0))
    return DirectoryStore(root)


@given(fault=st.sampled_from(sorted(FAULTS)), moves=st.integers(1, 4), data=st.data())
def test_any_failed_render_gives_the_task_row_its_reason(
    fault: str, moves: int, data: st.DataObject, media: DirectoryStore, engine: Engine
) -> None:
    task_id = f"t-{uuid.uuid4().hex}"
    tasks = TaskStore(engine)
    tasks.open(task_id, user_id="7", execution="e", request={})
    changes = FAULTS[fault]
    clips = ["clips/a.mp4"] * moves
    clips[data.draw(st.integers(0, moves - 1))] = changes.get("clip", "clips/a.mp4")
    document = {
        "schema": "bachata.blueprint.1",
        "task_id": task_id,
        "audio_path": "songs/song.wav",
        "moves": [{"clip_id": f"m{i}", **truth.move(clip, i * 0.1, 0.1)} for i, clip in enumerate(clips)],
        **{k: v for k, v in changes.items() if k not in {"clip", "crf"}},
        "output_config": {
            "output_path": f"output/user_7/choreography_{task_id}.mp4",
            "resolution": "64x48",
            **({"crf": 63} if "crf" in changes else {}),
        },
    }
    stop = threading.Event()
    if fault == "stopped":
        stop.set()
    env = Settings(
        task_id=task_id,
        user_id="7",
        execution_id="e",
        blueprint_json="{" if fault == "not JSON" else json.dumps(document),
        fetch_backoff=0,
    )
    assert Job(env, media, stop).run() == 1

    said = json.loads(media.read_bytes(error_key(f"output/user_7/choreography_{task_id}.mp4")))
    tasks.fail(task_id, "e", stage=said["stage"], error=said)
    row = tasks.get(task_id)
    assert row.status == "failed"
    assert row.error
    assert said["error"] in str(row.error)

"""The end of a job: the video goes up within three tries, the Result last, and nothing half done stays."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from bachata.assembly.job import Job
from bachata.errors import Unavailable
from bachata.settings import Settings
from bachata.storage import DirectoryStore, ObjectInfo
from tests.assembly import truth

VIDEO = "output/user_7/choreography_t.mp4"
RESULT = "output/user_7/choreography_t.result.json"
ERROR = "output/user_7/choreography_t.error.json"


class Flaky(DirectoryStore):
    """Refuses the first uploads of a video and of a Result, or stores `short` videos a byte too short."""

    def __init__(self, root: Path, *, video_faults: int = 0, result_faults: int = 0, short: int = 0) -> None:
        super().__init__(root)
        self.faults = {".mp4": video_faults, ".result.json": result_faults}
        self.short = short
        self.writes: list[str] = []

    def put_file(self, key: str, path: Path, **how: Any) -> ObjectInfo:
        self._refuse(key)
        if self.short and key.endswith(".mp4"):
            self.short -= 1
            return self.put_bytes(key, path.read_bytes()[:-1])
        return super().put_file(key, path, **how)

    def put_bytes(self, key: str, data: bytes, **how: Any) -> ObjectInfo:
        self._refuse(key)
        return super().put_bytes(key, data, **how)

    def _refuse(self, key: str) -> None:
        for suffix, left in self.faults.items():
            if key.endswith(suffix) and left:
                self.faults[suffix] -= 1
                raise Unavailable("storage is away")
        self.writes.append(key)


def run(store: DirectoryStore) -> tuple[int, list[float]]:
    truth.numbered_clip(store.root / "clips/a.mp4", 10)
    truth.write_wav(store.root / "songs/song.wav", truth.tone(1.0))
    document = {
        "task_id": "t",
        "audio_path": "songs/song.wav",
        "moves": [{"clip_id": "m", **truth.move("clips/a.mp4", 0, 0.2)}],
        "output_config": {"output_path": VIDEO, "resolution": "64x48"},
    }
    waits: list[float] = []
    env = Settings(task_id="t", user_id="7", blueprint_json=json.dumps(document), fetch_backoff=0.5)
    return Job(env, store, threading.Event(), pause=waits.append).run(), waits


def outputs(store: DirectoryStore) -> list[str]:
    return [info.key for info in store.list("output/")]


@pytest.mark.parametrize("faults", [{"video_faults": 2}, {"result_faults": 2}, {"short": 2}])
def test_an_upload_that_comes_back_within_three_tries_succeeds(tmp_path: Path, faults: dict[str, int]) -> None:
    store = Flaky(tmp_path, **faults)
    code, waits = run(store)
    assert (code, waits) == (0, [0.5, 1.0])
    assert outputs(store) == [VIDEO, RESULT]
    assert store.writes[-1] == RESULT


@pytest.mark.parametrize("faults", [{"video_faults": 3}, {"short": 3}])
def test_an_upload_that_stays_away_fails_and_takes_the_video_back(tmp_path: Path, faults: dict[str, int]) -> None:
    store = Flaky(tmp_path, **faults)
    code, waits = run(store)
    assert (code, waits) == (1, [0.5, 1.0])
    assert outputs(store) == [ERROR]
    said = json.loads(store.read_bytes(ERROR))
    assert (said["code"], said["stage"]) == ("UNAVAILABLE", "uploading")


def test_a_result_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    store = Flaky(tmp_path, result_faults=3)
    assert run(store)[0] == 1
    assert outputs(store) == [ERROR]
    assert json.loads(store.read_bytes(ERROR))["code"] == "UNAVAILABLE"


def test_memory_does_not_grow_with_the_moves(tmp_path: Path) -> None:
    """Peak resident memory of the job process, 10 moves against 60, each of its own decoder."""
    import os
    import subprocess
    import sys

    main = Path(__file__).parents[2] / "jobs/assembler/main.py"
    store = DirectoryStore(tmp_path)
    truth.numbered_clip(store.root / "clips/a.mp4", 40, size=(1280, 720))
    truth.write_wav(store.root / "songs/song.wav", truth.tone(1.0))
    peaks = {}
    for count in (10, 60):
        moves = [truth.move("clips/a.mp4", i * 0.1, 0.1, transition_type="crossfade") for i in range(count)]
        document = {
            "task_id": "t",
            "audio_path": "songs/song.wav",
            "moves": [{"clip_id": "m", **m} for m in moves],
            "output_config": {"output_path": VIDEO, "resolution": "320x180", "transition_duration": 0.06},
        }
        env = {"PATH": os.environ["PATH"], "TASK_ID": "t", "LOCAL_STORAGE_PATH": str(tmp_path)}
        env |= {"BLUEPRINT_JSON": json.dumps(document), "TMPDIR": str(tmp_path)}
        subprocess.run([sys.executable, str(main)], env=env, check=True, stderr=subprocess.DEVNULL, timeout=120)
        peaks[count] = json.loads(store.read_bytes(RESULT))["peak_rss_bytes"]
    assert peaks[60] < peaks[10] * 1.15, peaks

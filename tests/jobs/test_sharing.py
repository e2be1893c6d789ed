"""Killed renders go on where they were, and several tasks of one execution make the video of one."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bachata.assembly.pieces import PieceStore, plan_prefix
from bachata.assembly.result import Result, share_error_key
from bachata.blueprint import parse
from tests.assembly import truth
from tests.jobs.test_assembler import ERROR, RESULT, VIDEO, Place

MOVES = 8


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    pictures = np.random.default_rng(5).integers(0, 255, (60, 96, 128), dtype=np.uint8)
    truth.write_clip(place.store.root / "clips/noise.mp4", pictures, options={"crf": "20"})
    yield place
    for process in place.running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def document(size: str = "128x96", **changes: Any) -> dict[str, str]:
    moves = [
        {"clip_id": f"m{n}", **truth.move("clips/noise.mp4", n * 1.0, 1.0, trim_start=n / 10)} for n in range(MOVES)
    ]
    config = {"output_path": VIDEO, "resolution": size}
    text = json.dumps(
        {"task_id": "task-1", "audio_path": "songs/song.wav", "moves": moves, "output_config": config, **changes}
    )
    return {"BLUEPRINT_JSON": text, "PIECES_AT_ONCE": "1"}


def pieces(place: Place) -> list[str]:
    return [info.key for info in place.store.list("cache/pieces/") if info.key.endswith(".piece")]


def result(place: Place) -> Result:
    return Result.model_validate_json(place.store.read_bytes(RESULT))


def task(index: int, count: int) -> dict[str, str]:
    return {"CLOUD_RUN_TASK_INDEX": str(index), "CLOUD_RUN_TASK_COUNT": str(count)}


@pytest.fixture
def whole(place: Place) -> bytes:
    """The video of one undisturbed task; what it left is taken away."""
    assert place.run(document())[0] == 0
    data = place.store.read_bytes(VIDEO)
    for info in [*place.store.list("output/"), *place.store.list("cache/audio/")]:
        place.store.delete(info.key)
    return data


def test_nothing_is_kept_of_a_render_that_succeeded(place: Place, whole: bytes) -> None:
    assert whole
    assert list(place.store.list("cache/pieces/")) == []


def killed_after(place: Place, env: dict[str, str], count: int) -> None:
    process = place.start(env)
    deadline = time.monotonic() + 60
    while len(pieces(place)) < count and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    assert process.wait(20) == -signal.SIGKILL


def test_killed_at_80_percent_it_encodes_only_what_is_missing(place: Place, whole: bytes) -> None:
    env = document("1280x720")
    assert place.run(env)[0] == 0
    undisturbed = place.store.read_bytes(VIDEO)
    place.store.delete(RESULT)
    killed_after(place, env, 6)
    kept = len(pieces(place))
    assert kept < MOVES
    assert place.run({**env, "CLOUD_RUN_TASK_ATTEMPT": "1"})[0] == 0
    again = result(place)
    assert again.frames_reused == kept * 30
    assert again.frames_encoded == MOVES * 30
    assert place.store.read_bytes(VIDEO) == undisturbed
    assert list(place.store.list("cache/pieces/")) == []


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "other"])
def test_a_damaged_piece_is_made_again(place: Place, whole: bytes, harm: str) -> None:
    assert place.run({**document(), **task(0, 2)})[0] == 0  # leaves its half of the pieces
    kept = pieces(place)
    assert len(kept) == MOVES // 2
    data = place.store.read_bytes(kept[0])
    other = place.store.read_bytes(kept[1])
    flipped = data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]
    place.store.put_bytes(kept[0], {"cut": data[:-1], "flip": flipped, "empty": b"", "other": other}[harm])
    assert place.run(document())[0] == 0
    assert result(place).frames_reused == (len(kept) - 1) * 30
    assert place.store.read_bytes(VIDEO) == whole


def test_the_same_frames_are_encoded_once(place: Place) -> None:
    moves = [{"clip_id": "m", **truth.move("clips/noise.mp4", n * 1.0, 1.0)} for n in range(4)]
    assert place.run({**document(moves=moves), **task(0, 2)})[0] == 0
    assert len(pieces(place)) == 1


def test_what_other_tasks_took_is_told_with_the_rest(place: Place, whole: bytes) -> None:
    assert place.run({**document(), **task(0, 2)})[0] == 0
    for key in pieces(place):
        head, _, body = place.store.read_bytes(key).partition(b"\n")
        note = json.loads(head)
        assert 0 < note["cpu_s"] < 60
        place.store.put_bytes(key, json.dumps({**note, "cpu_s": 1000}).encode() + b"\n" + body)
    assert place.run({**document(), **task(1, 2)})[0] == 0
    told = result(place)
    assert told.spent is not None
    assert 0 < told.spent.cpu_s - 1000 * MOVES // 2 < 60
    assert told.frames_reused == MOVES // 2 * 30  # its own half was put away and fetched again, but that is no gain
    assert place.store.read_bytes(VIDEO) == whole


def test_another_plan_reuses_nothing(place: Place) -> None:
    assert place.run({**document(), **task(0, 2)})[0] == 0
    assert place.run(document(audio_start=0.5))[0] == 0
    assert result(place).frames_reused == 0


def test_a_clip_that_changed_is_encoded_again(place: Place, whole: bytes) -> None:
    assert place.run({**document(), **task(0, 2)})[0] == 0
    pictures = np.random.default_rng(6).integers(0, 255, (60, 96, 128), dtype=np.uint8)
    truth.write_clip(place.store.root / "clips/noise.mp4", pictures, options={"crf": "20"})
    assert place.run(document())[0] == 0
    assert result(place).frames_reused == 0
    assert place.store.read_bytes(VIDEO) != whole


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]])
def test_four_tasks_make_the_video_of_one(place: Place, whole: bytes, order: list[int]) -> None:
    running: list[subprocess.Popen[str]] = []
    for index in order:
        running.append(place.start({**document(), **task(index, 4)}))
    for process in running:
        process.communicate(timeout=60)
    assert [process.returncode for process in running] == [0, 0, 0, 0]
    assert place.store.read_bytes(VIDEO) == whole
    assert list(place.store.list("cache/pieces/")) == []
    assert [info.key for info in place.store.list("output/")] == [VIDEO, RESULT]
    assert place.left() == []


def test_the_last_task_alone_makes_what_nobody_begins(place: Place, whole: bytes) -> None:
    assert place.run({**document(), **task(3, 4)})[0] == 0
    assert place.store.read_bytes(VIDEO) == whole
    assert place.run({**document(), **task(0, 4)})[0] == 0  # comes late: nobody needs it any more
    assert list(place.store.list("cache/pieces/")) == []


def test_a_fault_of_one_task_ends_the_others(place: Place) -> None:
    text = document()["BLUEPRINT_JSON"].replace("clips/noise.mp4", "clips/none.mp4")
    env = {"BLUEPRINT_JSON": text}
    code, lines = place.run({**env, **task(0, 2)})
    assert code == 0  # only the last one speaks for the execution
    assert (lines[-1]["severity"], lines[-1]["code"]) == ("WARNING", "CLIP_NOT_FOUND")
    assert list(place.store.list("output/")) == []
    code, lines = place.run({**env, **task(1, 2)})
    assert code == 1
    assert "clips/none.mp4" in place.said()["error"]
    assert lines[-1]["code"] == "CLIP_NOT_FOUND"
    assert list(place.store.list("cache/pieces/")) == []


def say_fault_of_a_share(place: Place, env: dict[str, str], execution: str) -> None:
    """As task 0 of 2 would, which has met a damaged clip and begun all its pieces."""
    kept = PieceStore(place.store, prefix_of(env), shared=True)
    for key in begun(place, env):
        kept.claim(key)
    said = {"error": "a clip is damaged", "details": None, "stage": "assemble", "code": "MEDIA_UNREADABLE"}
    said["execution_id"] = execution
    place.store.put_bytes(share_error_key(prefix_of(env), 0), json.dumps(said).encode())


def prefix_of(env: dict[str, str]) -> str:
    return plan_prefix(parse(env["BLUEPRINT_JSON"], task_id="task-1", user_id="7").to_json())


def begun(place: Place, env: dict[str, str]) -> list[str]:
    """Names of the pieces of task 0, left by it and taken away."""
    assert place.run({**env, **task(0, 2)})[0] == 0
    keys = pieces(place)
    for info in list(place.store.list("cache/pieces/")):
        place.store.delete(info.key)
    return [key.removeprefix(prefix_of(env)).removesuffix(".piece") for key in keys]


def test_the_lasting_fault_of_a_share_is_the_executions(place: Place) -> None:
    env = document()
    say_fault_of_a_share(place, env, "execution-1")
    assert place.run({**env, **task(1, 2)})[0] == 1
    assert (place.said()["error"], place.said()["code"]) == ("a clip is damaged", "MEDIA_UNREADABLE")
    assert list(place.store.list("cache/pieces/")) == []  # no attempt will come that could use them


def test_a_fault_of_another_execution_is_not_ours(place: Place, whole: bytes) -> None:
    env = document()
    say_fault_of_a_share(place, env, "execution-0")
    for info in list(place.store.list("cache/pieces/")):
        if info.key.endswith(".claim"):
            place.store.delete(info.key)  # nothing to wait for
    assert place.run({**env, **task(1, 2)})[0] == 0
    assert place.store.read_bytes(VIDEO) == whole


def test_a_share_that_fails_after_the_video_is_there_fails_nothing(place: Place, whole: bytes) -> None:
    env = document()
    assert place.run({**env, **task(1, 2)})[0] == 0
    (place.store.root / "clips/noise.mp4").unlink()
    code, lines = place.run({**env, **task(0, 2)})
    assert code == 0
    assert "clips/noise.mp4" not in json.dumps(lines)  # it did not even fetch
    assert place.store.read_bytes(VIDEO) == whole


@pytest.mark.parametrize(
    ("execution", "code", "over"),
    [
        ("execution-1", "MEDIA_UNREADABLE", True),
        ("execution-1", "TASK_OWNED_ELSEWHERE", True),
        ("execution-1", "STOPPED", False),  # the last task is tried again and will want the pieces
        ("execution-1", "UNAVAILABLE", False),
        ("execution-0", "MEDIA_UNREADABLE", False),
    ],
)
def test_a_share_ends_when_the_last_task_has_failed_for_good(
    place: Place, execution: str, code: str, over: bool
) -> None:
    said = {"error": "no", "code": code, "execution_id": execution}
    place.store.put_bytes(ERROR, json.dumps(said).encode())
    assert place.run({**document(), **task(0, 2)})[0] == 0
    assert (pieces(place) == []) == over


def test_shares_need_the_name_of_their_execution(place: Place) -> None:
    code, lines = place.run({**document(), **task(0, 2), "EXECUTION_ID": ""})
    assert code == 1
    assert "EXECUTION_ID" in lines[-1]["message"]


def test_an_index_beyond_the_count_is_refused(place: Place) -> None:
    code, lines = place.run({**document(), **task(4, 4)})
    assert code == 1
    assert "CLOUD_RUN_TASK_INDEX" in lines[-1]["message"]

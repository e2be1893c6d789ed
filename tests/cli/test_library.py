"""`bachata library` as a person and a machine use it: real processes, a real home, drawn moves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bachata.media.clip import index_of
from bachata.moves.glossary import names_of

BACHATA = str(Path(sys.executable).with_name("bachata"))
CLIPS = 4


def bachata(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BACHATA, *arguments], capture_output=True, text=True, check=False, env=environment(home), timeout=300
    )


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "BACHATA_HOME": str(home)}


def answer(home: Path, *arguments: str) -> Any:
    done = bachata(home, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def moves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a few small drawn moves."""
    from samples.moves import MOVES, make_moves

    folder = tmp_path_factory.mktemp("moves")
    make_moves(folder, moves=MOVES[:CLIPS], height=144, workers=1)
    return folder


@pytest.fixture(scope="module")
def home(moves: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose library holds them."""
    where = tmp_path_factory.mktemp("home")
    added = answer(where, "library", "add", str(moves), "--profile", "360p")
    assert (len(added["added"]), len(added["conformed"]), added["profile"]) == (CLIPS, CLIPS, "360p")
    return where


def stored(home: Path, suffix: str = ".mp4") -> list[Path]:
    return sorted((home / "storage" / "moves" / "default").glob(f"*{suffix}"))


def test_list_gives_profile_and_keyframes_in_frames(home: Path) -> None:
    rows = answer(home, "library", "list")
    assert len(rows) == CLIPS
    for row in rows:
        assert (row["profile"].split(".")[0], row["width"], row["height"], row["frame_rate"]) == ("360p", 640, 360, 30)
        assert all(isinstance(k, int) for k in row["keyframes"])
        assert {0, *row["beats"]} <= set(row["keyframes"])
        assert all(0 < b - a <= 30 for a, b in pairwise([*row["keyframes"], row["frames"]]))
        assert row["moved"] == 0.0  # annotated
        assert list(index_of(home / "storage" / row["video_path"], "a").keyframes) == row["keyframes"]
        assert (home / "storage" / row["thumbnail"]).is_file()


def test_list_gives_measured_energy_and_what_dancers_call_a_move(home: Path) -> None:
    rows = answer(home, "library", "list")
    assert all(0 < row["energy"] < 1 for row in rows)
    assert len({row["energy"] for row in rows}) > 1
    for row in rows:
        assert set(names_of(row["label"])) == set(row["aliases"])
        assert len(row["aliases"]) > 5
    table = bachata(home, "library", "list").stdout
    for row in rows:
        shown = re.search(rf"{row['clip_id']}.* {row['energy_level']} (0\.\d\d) ", table)
        assert shown
        assert float(shown[1]) == pytest.approx(row["energy"], abs=0.006)


def test_adding_again_encodes_nothing(home: Path, moves: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in stored(home, "")}
    again = answer(home, "library", "add", str(moves))
    assert (again["added"], again["updated"], again["conformed"], len(again["unchanged"])) == ([], [], [], CLIPS)
    assert {p: p.stat().st_mtime_ns for p in stored(home, "")} == before


def test_a_library_has_one_profile(home: Path, moves: Path) -> None:
    some = moves / "some.json"
    document = json.loads((moves / "annotations.json").read_text())
    some.write_text(json.dumps({**document, "clips": document["clips"][:2]}))
    done = bachata(home, "library", "add", str(moves), "--annotations", str(some), "--profile", "720p30", "--json")
    assert done.returncode == 1
    error = json.loads(done.stderr)
    assert error["code"] == "INVALID_REQUEST"
    assert "a library has one profile" in error["error"]
    assert "choose another --library" in error["error"]
    assert bachata(home, "library", "add", str(moves), "--profile", "8k").returncode == 2


def test_check_passes_and_then_names_what_was_changed(home: Path, moves: Path) -> None:
    report = answer(home, "library", "check")
    assert (report["conforms"], report["clips"], report["headers"], report["faults"]) == (True, CLIPS, 1, [])
    assert "conforms" in bachata(home, "library", "check").stdout
    gone, changed = stored(home)[:2]
    kept, data = gone.read_bytes(), bytearray(changed.read_bytes())
    gone.unlink()
    changed.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    done = bachata(home, "library", "check", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert not found["conforms"]
    assert [f["fault"] for f in found["faults"]] == [
        "its mezzanine is missing", "its mezzanine holds other bytes than were stored"
    ]  # fmt: skip
    told = bachata(home, "library", "check")
    assert told.returncode == 1
    assert "2 faults" in told.stdout
    assert "run `bachata library add` again" in told.stdout
    healed = answer(home, "library", "add", str(moves))
    assert len(healed["conformed"]) == 2
    assert (gone.read_bytes(), changed.read_bytes()) == (kept, bytes(data))
    assert answer(home, "library", "check")["conforms"]


def test_one_move_is_changed_and_taken_out(moves: Path, tmp_path: Path) -> None:
    answer(tmp_path, "library", "add", str(moves), "--profile", "360p")
    first, second = (row["clip_id"] for row in answer(tmp_path, "library", "list")[:2])
    row = answer(tmp_path, "library", "set", first, "--difficulty", "advanced", "--name", "Otro nombre")
    assert (row["clip_id"], row["difficulty"], row["name"]) == (first, "advanced", "Otro nombre")
    assert answer(tmp_path, "library", "list")[0] == row
    wrong = bachata(tmp_path, "library", "set", "nobody", "--energy", "wild", "--style", "rough", "--json")
    assert wrong.returncode == 1
    told = json.loads(wrong.stderr)["error"]
    assert all(part in told for part in ("no clip 'nobody'", "energy_level: input", "style: input"))
    before = len(stored(tmp_path, ""))
    assert bachata(tmp_path, "library", "remove", first, "nobody").returncode == 1
    assert len(answer(tmp_path, "library", "list")) == CLIPS
    report = answer(tmp_path, "library", "remove", first, second)
    assert (report["removed"], len(report["deleted"]), report["kept"]) == ([first, second], 8, [])
    assert (len(answer(tmp_path, "library", "list")), len(stored(tmp_path, ""))) == (CLIPS - 2, before - 8)
    assert answer(tmp_path, "library", "check")["conforms"]
    assert len(answer(tmp_path, "library", "add", str(moves))["added"]) == 2


def test_a_library_nobody_has_does_not_pass(home: Path) -> None:
    done = bachata(home, "library", "check", "--library", "nobody", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["faults"][0]["fault"] == "holds no clips"


def test_a_killed_ingest_goes_on_where_it_was(moves: Path, tmp_path: Path) -> None:
    command = [BACHATA, "library", "add", str(moves), "--json"]
    started = subprocess.Popen(
        command, env=environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while not stored(tmp_path, ".json"):
            assert started.poll() is None, "it was over before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        started.send_signal(signal.SIGKILL)
        started.wait()
    records = [p for p in stored(tmp_path, ".json") if not p.name.endswith(".body.json")]
    finished = {p.with_suffix(".mp4"): p.with_suffix(".mp4").stat().st_mtime_ns for p in records}
    assert 1 <= len(finished) < CLIPS
    assert answer(tmp_path, "library", "list") == []
    report = answer(tmp_path, "library", "add", str(moves))
    assert (len(report["added"]), len(report["conformed"])) == (CLIPS, CLIPS - len(finished))
    assert {p: p.stat().st_mtime_ns for p in finished} == finished
    assert answer(tmp_path, "library", "check")["conforms"]
    assert [p.name for p in (tmp_path / "scratch").iterdir()] == ["lock"]
    assert not list((tmp_path / "storage").rglob("*.part"))

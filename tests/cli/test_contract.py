"""Machine output is a contract: what each command prints with --json, and how the video it made really is."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import pytest
import sqlalchemy as sa

from bachata.cli import rooms
from bachata.moves.catalogue import LABELS
from bachata.tasks.tables import choreography_tasks

BACHATA = str(Path(sys.executable).with_name("bachata"))
ROLES = ("intros", "outro")


def bachata(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BACHATA, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "BACHATA_HOME": str(home)},
        timeout=300,
    )


def answer(home: Path, *arguments: str):
    done = bachata(home, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    """A short song with truth and ten small drawn moves."""
    from samples.moves import MOVES, make_moves
    from samples.song import make_song

    folder = tmp_path_factory.mktemp("material")
    truth = make_song(folder / "song.wav", tempo=126.0, seconds=32)
    special = [m for m in MOVES if m.label in ROLES and m.difficulty == "beginner"]
    plain = [m for m in MOVES if m.label not in ROLES][:8]
    make_moves(folder / "moves", moves=[*special[:3], *plain], height=144)
    return folder, truth


@pytest.fixture(scope="module")
def home(material, tmp_path_factory):
    """A home whose default library holds the drawn moves."""
    where = tmp_path_factory.mktemp("home")
    added = answer(where, "library", "add", str(material[0] / "moves"), "--profile", "360p")
    assert len(added["added"]) == len(answer(where, "library", "list")) > 8
    return where


@pytest.fixture(scope="module")
def outcome(home, material):
    """One whole run."""
    return answer(home, "run", "--song", str(material[0] / "song.m4a"), "--seed", "3")


def test_library_list_rows(home):
    rows = answer(home, "library", "list")
    for row in rows:
        assert {"clip_id", "video_path", "frame_rate", "frames", "beats", "label", "difficulty", "energy_level"} <= set(
            row
        )
        assert row["frame_rate"] == 30
        assert row["label"] in LABELS
        assert all(0 <= b < row["frames"] for b in row["beats"])
        assert all(a < b for a, b in itertools.pairwise(row["beats"]))
        assert (home / "storage" / row["video_path"]).is_file()


def test_a_database_of_the_environment_is_not_ours(home, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere.invalid/production")
    monkeypatch.setenv("INSTANCE_CONNECTION_NAME", "p:r:i")  # without a DB_USER: incomplete
    assert isinstance(answer(home, "tasks", "list"), list)


def test_adding_the_same_folder_again_changes_nothing(home, material):
    again = answer(home, "library", "add", str(material[0] / "moves"))
    assert not again["added"] and not again["updated"]


def test_analyze_prints_the_analysis(home, material, tmp_path):
    folder, truth = material
    png = tmp_path / "song.png"
    heard = answer(home, "analyze", str(folder / "song.wav"), "--plot", str(png))
    assert {"duration", "tempo", "beats", "downbeats", "count_one", "sections", "confidence"} <= set(heard)
    assert heard["tempo"] == pytest.approx(126, abs=0.3)
    one = heard["beats"][heard["count_one"]]
    ones = truth.beats[truth.count_one :: 8]
    assert min(abs(one - t) for t in ones) < 0.03
    assert {"start", "end", "label", "energy"} <= set(heard["sections"][0])
    assert png.read_bytes().startswith(b"\x89PNG")


def test_run_prints_where_everything_is(outcome):
    assert {"task_id", "status", "video", "blueprint", "analysis", "report", "result"} <= set(outcome)
    assert outcome["status"] == "completed"
    for name in ("video", "blueprint", "analysis", "report"):
        assert Path(outcome[name]).is_file()
    assert Path(outcome["report"]).parent == Path(outcome["video"]).parent


def test_the_video_is_what_the_blueprint_says(outcome):
    blueprint = json.loads(Path(outcome["blueprint"]).read_text())
    rate = Fraction(blueprint["output_config"]["frame_rate"])
    with av.open(outcome["video"]) as container:
        stamps = [f.pts * f.time_base for f in container.decode(video=0)]
    moves, result = blueprint["moves"], outcome["result"]
    planned = [round(m["start_time"] * rate) for m in moves]
    ends = [*planned[1:], round(blueprint["total_duration"] * rate)]
    # Moved by timestamps: as many pictures as source frames fill each place, each place beginning on its frame.
    pictures = sum(round((end - start) * m["speed"]) for m, start, end in zip(moves, planned, ends, strict=True))
    assert len(stamps) == result["frames"] == pictures
    assert all(a < b for a, b in itertools.pairwise(stamps))
    assert result["cut_frames"] == planned
    assert {frame / rate for frame in planned} <= set(stamps)
    assert result["encoded_moves"] == []  # the library is conformed and the plan made for it
    assert result["frames_copied"] > result["frames_encoded"]


def test_moves_start_on_the_songs_count_ones(outcome, material):
    _, truth = material
    blueprint = json.loads(Path(outcome["blueprint"]).read_text())
    ones = truth.beats[truth.count_one :: 8]
    starts = [m["start_time"] for m in blueprint["moves"] if m["start_time"] >= ones[0] - 0.05]
    assert starts
    assert all(min(abs(s - t) for t in ones) <= 0.035 for s in starts)


def test_same_request_same_plan(home, material):
    song = str(material[0] / "song.m4a")
    first, second = (answer(home, "plan", "--song", song, "--seed", "5") for _ in range(2))
    assert first["blueprint"] == second["blueprint"]


def test_a_sentence_alone_finds_the_song_it_knows(home, outcome, tmp_path):
    out = tmp_path / "sentence.mp4"
    made = answer(home, "run", "--query", "slow romantic beginner bachata, 15 seconds", "--out", str(out))
    assert Path(made["video"]) == out
    assert out.with_suffix(".html").is_file()
    blueprint = json.loads(Path(made["blueprint"]).read_text())
    assert blueprint["difficulty_level"] == "beginner"
    assert blueprint["total_duration"] == pytest.approx(15, abs=4)
    assert made["brief"]["difficulty"] == {"value": "beginner", "source": "text"}
    assert made["brief"]["energy"] == {"value": "low", "source": "text"}
    assert "one of 1 bachata song" in made["song_reasons"]
    assert "How it was understood" in out.with_suffix(".html").read_text()


def test_tasks_show_what_became_of_it(home, outcome):
    shown = answer(home, "tasks", "show", outcome["task_id"])
    assert (shown["status"], shown["progress"]) == ("completed", 100)
    assert outcome["task_id"] in {t["task_id"] for t in answer(home, "tasks", "list")}


def test_assemble_renders_an_edited_blueprint(home, outcome, material, tmp_path):
    blueprint = json.loads(Path(outcome["blueprint"]).read_text())
    blueprint["moves"] = blueprint["moves"][:2]
    blueprint["total_duration"] = blueprint["moves"][-1]["start_time"] + blueprint["moves"][-1]["duration"]
    blueprint["output_config"]["retime"] = "resample"  # for an editor that needs a strictly constant frame rate
    file, out = tmp_path / "edited.json", tmp_path / "edited.mp4"
    file.write_text(json.dumps(blueprint))
    made = answer(home, "assemble", str(file), "--song", str(material[0] / "song.wav"), "--out", str(out))
    assert made["result"]["frames"] == round(blueprint["total_duration"] * 30)
    assert out.is_file()


def error_of(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    assert done.returncode == 1, done.stdout
    return json.loads(done.stderr)  # alone: no log lines, no words


def test_an_unreadable_song_names_the_file(home, tmp_path):
    song = tmp_path / "notes.mp3"
    song.write_text("not music at all")
    error = error_of(bachata(home, "analyze", str(song), "--json"))
    assert error["code"] == "AUDIO_UNREADABLE"
    assert "notes.mp3" in error["error"]
    failed = error_of(bachata(home, "run", "--song", str(song), "--json"))
    assert failed["code"] == "AUDIO_UNREADABLE"
    assert "notes.mp3" in failed["error"]
    row = answer(home, "tasks", "list", "--status", "failed")[0]
    assert row["error"]["code"] == "AUDIO_UNREADABLE"


def test_a_missing_clip_is_named(home, outcome, tmp_path):
    blueprint = json.loads(Path(outcome["blueprint"]).read_text())
    blueprint["moves"][0]["video_path"] = "moves/gone.mp4"
    file = tmp_path / "gone.json"
    file.write_text(json.dumps(blueprint))
    error = error_of(bachata(home, "assemble", str(file), "--out", str(tmp_path / "v.mp4"), "--json"))
    assert error["code"] == "CLIP_NOT_FOUND"
    assert "moves/gone.mp4" in error["error"] and "3 times" in error["error"]
    assert not (tmp_path / "v.mp4").exists()


@pytest.mark.parametrize("name", ["Mi canción ñ.m4a", "a b..c.m4a", "sp\\ash\n.m4a", b"\xff\xfe.m4a"], ids=repr)
def test_a_song_may_have_any_name_and_its_plan_any_place(home, material, tmp_path, name):
    song = tmp_path / os.fsdecode(name)
    song.write_bytes((material[0] / "song.m4a").read_bytes())
    out = tmp_path / "not there yet" / "plan.json"
    made = answer(home, "plan", "--song", str(song), "--out", str(out))
    key = json.loads(out.read_text())["audio_path"]
    assert made["blueprint"]["audio_path"] == key
    assert (home / "storage" / key).read_bytes() == song.read_bytes()
    if "\\" not in song.name and isinstance(name, str):
        assert Path(key).name == name


def test_a_task_whose_worker_was_killed_is_not_said_to_run(home, material, monkeypatch):
    monkeypatch.setenv("BACHATA_HOME", str(home))
    command = [BACHATA, "run", "--song", str(material[0] / "song.m4a"), "--seed", "9"]
    query = sa.select(choreography_tasks.c.task_id)
    # Asked in this process: a run is over sooner than another command has started.
    with rooms.database() as engine, engine.connect() as connection:
        before = set(connection.execute(query).scalars())
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
            while not (new := set(connection.execute(query).scalars()) - before):
                connection.rollback()
                assert worker.poll() is None
                time.sleep(0.01)
            worker.kill()
    row = answer(home, "tasks", "show", new.pop())
    assert (row["status"], row["error"]["code"]) == ("failed", "INTERRUPTED")


def test_an_empty_library_says_what_to_run(material, tmp_path):
    error = error_of(bachata(tmp_path / "empty", "run", "--song", str(material[0] / "song.wav"), "--json"))
    assert error["code"] == "NO_MOVES"
    assert "bachata library add" in error["error"]


def test_every_fault_of_a_blueprint_is_named(home, tmp_path):
    file = tmp_path / "bad.json"
    file.write_text(json.dumps({"task_id": "", "audio_path": "/a", "moves": [], "output_config": {"output_path": "x"}}))
    error = error_of(bachata(home, "assemble", str(file), "--out", str(tmp_path / "v.mp4"), "--json"))
    assert {p["path"] for p in error["problems"]} == {
        "$.task_id", "$.audio_path", "$.moves", "$.output_config.output_path",
    }  # fmt: skip
    assert not (tmp_path / "v.mp4").exists()


def test_an_unknown_task_is_clear(home):
    error = error_of(bachata(home, "tasks", "show", "nobody", "--json"))
    assert error["code"] == "TASK_NOT_FOUND"


def test_a_finished_task_is_scored_beside_simpler_ways(home, outcome, material):
    truth = str(material[0] / "song.truth.json")
    scored = answer(home, "score", outcome["task_id"], "--against", "--truth", truth)
    assert scored["task_id"] == outcome["task_id"]
    assert set(scored["scores"]) == {f"m{i}" for i in range(1, 11)}
    assert set(scored["against"]) == {"random order", "whole clips", "every 4th beat"}
    cards = [scored["scores"], *scored["against"].values()]
    assert all(
        set(m) >= {"name", "meaning", "bar", "value", "chance", "p", "holds", "why"} for c in cards for m in c.values()
    )
    ours = scored["scores"]
    assert ours["m1"]["holds"] and ours["m1"]["true_p95"] <= 0.035
    assert ours["m2"]["true_rate"] >= 0.9
    assert ours["m10"]["holds"] is True
    assert abs(ours["m10"]["lag"]) <= 0.001
    assert scored["against"]["whole clips"]["m2"]["value"] < 0.9


def test_the_run_tells_the_same_scores_as_the_task_and_the_command(home, outcome):
    kept = answer(home, "tasks", "show", outcome["task_id"])["result"]["scores"]
    alone = answer(home, "score", outcome["blueprint"])["scores"]
    for key in ("m1", "m2", "m3", "m5", "m6"):
        assert kept[key] == outcome["scores"][key] == alone[key]
    assert (outcome["scores"]["m10"]["holds"], alone["m10"]["holds"]) == (True, None)
    page = Path(outcome["report"]).read_text()
    assert "Beside other ways to dance this song" in page


def test_scores_are_a_table_people_can_read(home, outcome):
    told = bachata(home, "score", outcome["blueprint"])
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert all(word in lines[0] for word in ("metric", "measured", "bar", "chance", "holds"))
    assert sum(line.lstrip().startswith("M") for line in lines) == 10


def test_what_cannot_be_scored_says_what_to_do(home, outcome, material, tmp_path):
    assert error_of(bachata(home, "score", "nobody", "--json"))["code"] == "TASK_NOT_FOUND"
    blueprint = json.loads(Path(outcome["blueprint"]).read_text())
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({**blueprint, "audio_path": "songs/gone.mp3"}))
    assert error_of(bachata(home, "score", str(file), "--json"))["code"] == "SONG_NOT_FOUND"
    song = str(material[0] / "song.m4a")
    assert answer(home, "score", str(file), "--song", song)["scores"]["m1"]["holds"] is True
    blueprint["moves"][0]["clip_id"] = "a_stranger"
    file.write_text(json.dumps(blueprint))
    error = error_of(bachata(home, "score", str(file), "--json"))
    assert error["code"] == "CLIP_NOT_FOUND"
    assert "a_stranger" in error["error"] and "library" in error["error"]
    truth = tmp_path / "truth.json"
    truth.write_text('{"beats": [1.0, 0.5], "count_one": 9}')
    error = error_of(bachata(home, "score", outcome["blueprint"], "--truth", str(truth), "--json"))
    assert "beats[1]" in error["error"] and "count_one" in error["error"]

"""submit, status, list, cancel as people type them; what they read and what machines read."""

import json

import pytest
from click.testing import CliRunner

from bachata.cli.commands import submit as submit_module
from bachata.cli.executions import words
from bachata.cli.executions.documents import Execution, JobExecution
from bachata.cli.executions.pipeline import Status
from bachata.errors import InvalidRequest

PROJECT = ("--project", "local", "--location", "laptop")


@pytest.fixture(params=[PROJECT, ()], ids=["project", "laptop"])
def bachata(request, google, home, monkeypatch):
    """Runs a command in this process, in a project or on the laptop; its result."""
    monkeypatch.setattr(submit_module, "_EVERY", 0.05)

    def run(name, *arguments, place=True, **options):
        import importlib

        command = importlib.import_module(f"bachata.cli.commands.{name}").command
        return CliRunner().invoke(command, [*arguments, *(request.param if place else ())], **options)

    run.place = request.param
    return run


def test_submit_prints_the_execution_and_how_to_ask(bachata):
    done = bachata("submit", "--song", "songs/a.mp3", "--style", "modern")
    assert done.exit_code == 0, done.output
    execution = done.stdout.strip()
    assert f"bachata status {execution}" in done.stderr
    if bachata.place:
        assert "--project local --location laptop" in done.stderr
    shown = bachata("status", execution)
    assert execution in shown.stdout and "Nine moves" in shown.stdout


def test_submit_waits_for_the_video(bachata):
    done = bachata("submit", "--query", "romantic beginner bachata", "--wait")
    assert done.exit_code == 0, done.output
    assert "Nine moves" in done.stdout and "Video:  output/v.mp4" in done.stdout


def test_submit_for_machines(bachata):
    done = bachata("submit", "--song", "songs/a.mp3", "--task-id", "t7", "--wait", "--json")
    document = json.loads(done.stdout)
    assert document["video"] == "output/v.mp4" and document["execution"]
    started = json.loads(bachata("submit", "--song", "songs/a.mp3", "--task-id", "t7", "--json").stdout)
    assert started["task_id"] == "t7"
    shown = json.loads(bachata("status", started["execution"], "--json").stdout)
    assert (shown["task_id"], shown["argument"]["song"]) == ("t7", "songs/a.mp3")


def test_waiting_for_what_fails_raises_the_step_s_error(bachata):
    done = bachata("submit", "--song", "songs/a.mp3", "--style", "sensual", "--wait")
    assert isinstance(done.exception, words.ExecutionFailed)
    body = done.exception.as_dict()
    assert (body["error"], body["stage"], body["code"]) == ("No moves fit: add some.", "plan", "NO_MOVES")
    execution = body["execution"].rsplit("/", 1)[1]
    shown = bachata("status", execution)
    assert shown.exit_code == 0
    assert "FAILED" in shown.stdout and "Error in plan: No moves fit: add some." in shown.stderr


def test_a_render_is_shown_listed_and_cancelled(bachata):
    execution = bachata("submit", "--song", "songs/a.mp3", "--style", "romantic").stdout.strip()
    while "2 running" not in (shown := bachata("status", execution).stdout):
        assert "ACTIVE" in shown
    assert "assemble: Putting the moves together, 0 of 2 tasks done" in shown
    listed = bachata("list", "--state", "active")
    assert execution in listed.stdout
    ended = bachata("cancel", execution)
    assert f"{execution}: CANCELLED" in ended.stdout and "is being cancelled" in ended.stdout
    again = json.loads(bachata("cancel", execution, "--json").stdout)
    assert again["state"] == "CANCELLED" and again["job"]
    assert execution in {row["name"].rsplit("/", 1)[1] for row in json.loads(bachata("list", "--json").stdout)}


def test_a_request_file_is_read_and_options_win(bachata, tmp_path):
    file = tmp_path / "request.json"
    file.write_text(json.dumps({"song": "songs/b.mp3", "seed": 9, "style": "modern", "output": {"crf": 20}}))
    started = json.loads(bachata("submit", "--request", str(file), "--song", "songs/a.mp3", "--json").stdout)
    argument = json.loads(bachata("status", started["execution"], "--json").stdout)["argument"]
    assert argument == {"song": "songs/a.mp3", "seed": 9, "style": "modern", "output": {"crf": 20}}


@pytest.mark.parametrize("text", ["[1]", "{", '"x"'])
def test_a_request_file_that_is_no_request(bachata, tmp_path, text):
    done = bachata("submit", "--request", "-", input=text)
    assert isinstance(done.exception, InvalidRequest)


def test_a_song_of_this_machine(bachata, tmp_path, home):
    song = tmp_path / "amor.mp3"
    song.write_bytes(b"ID3")
    done = bachata("submit", "--song", str(song), "--json")
    if bachata.place:
        assert isinstance(done.exception, InvalidRequest)
        assert "gcloud storage cp" in done.exception.message and "songs/amor.mp3" in done.exception.message
    else:
        assert done.exit_code == 0, done.output
        [stored] = home.storage.rglob("amor.mp3")
        assert stored.read_bytes() == b"ID3"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--song KEY"),
        (("--song", "songs/a.mp3", "--project", "p"), "--location"),
        (("--song", "songs/a.mp3", "--location", "l"), "--project"),
        (("--song", "songs/a.mp3", "--style", "wild"), "traditional"),
    ],
)
def test_wrong_usage(bachata, arguments, words):
    done = bachata("submit", *arguments, place=False)
    assert done.exit_code == 2
    assert words in done.output


def test_without_a_cloud_it_says_what_to_start(monkeypatch, tmp_path):
    from bachata.cli.commands.list import command
    from bachata.errors import Unavailable

    monkeypatch.setenv("BACHATA_HOME", str(tmp_path))
    done = CliRunner().invoke(command, [])
    assert isinstance(done.exception, Unavailable)
    assert "bachata up" in done.exception.message and "--project" in done.exception.message


def job(**counts):
    defaults = {"tasks": 4, "running": 0, "succeeded": 0, "failed": 0, "cancelled": 0, "retried": 0}
    return JobExecution("a/j", "e", **{**defaults, **counts}, finished=False, reason="", log="")


def execution(state="ACTIVE", **fields):
    return Execution.of({"name": "x/e", "state": state, **fields})


def test_progress_grows_with_the_steps_and_the_tasks():
    steps = [Status(execution(), step, None) for step in ("open", "choose_song", "analyze", "plan")]
    tasks = [Status(execution(), "assemble", job(succeeded=n)) for n in range(5)]
    shown = [words.progress(s)[1] for s in (*steps, *tasks, Status(execution(), "close", None))]
    assert shown == sorted(shown) and shown[0] == 0 and shown[-1] == 0.95
    assert "3 of 4 tasks done" in words.progress(tasks[3])[0]
    assert words.progress(Status(execution("QUEUED"), None, None)) == ("Waiting for its turn", 0.0)


def test_a_duplicate_says_so():
    assert list(words.made({"duplicate": True, "task_id": "t", "status": "running"})) == [
        "The same was asked before: task t is running."
    ]


@pytest.mark.parametrize(
    ("state", "error", "sentence"),
    [
        ("CANCELLED", None, "Execution e was cancelled"),
        ("FAILED", '{"message": "No song."}', "No song."),
        ("FAILED", '"boom"', "boom"),
        ("FAILED", None, "Execution e is FAILED and does not say why: see its log"),
    ],
)
def test_a_failure_always_has_a_sentence(state, error, sentence):
    document = {"error": {"payload": error}} if error else {}
    failed = words.ExecutionFailed(Status(execution(state, **document), None, None))
    assert failed.message == sentence

"""The command tree: documented, helpful, quick to answer."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bachata.cli.app import COMMANDS

ROOT = Path(__file__).parents[2]
BACHATA = str(Path(sys.executable).with_name("bachata"))


def bachata(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [BACHATA, *arguments], capture_output=True, text=True, check=False, env={**os.environ, **env}, timeout=120
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_stands_in_the_readme(name):
    answer = bachata(name, "--help")
    assert answer.returncode == 0
    assert len(answer.stdout.splitlines()) > 3
    mentioned = re.search(rf"bachata {name}\b|make {name}\b", (ROOT / "README.md").read_text())
    assert mentioned, f"the README does not mention {name}"


def test_help_imports_nothing_heavy():
    program = (
        "import sys; from bachata.cli.app import cli\n"
        "try: cli.main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'librosa','numpy','faiss','av','sqlalchemy','google.cloud.storage'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines()[-1] == "[]"


def test_an_unknown_command_is_wrong_usage():
    assert bachata("dance").returncode == 2


def test_a_wrong_difficulty_names_the_allowed_ones(tmp_path):
    answer = bachata("run", "--query", "a romantic bachata please", "--difficulty", "easy")
    assert answer.returncode == 2
    assert all(word in answer.stderr for word in ("beginner", "intermediate", "advanced"))


def test_run_without_song_or_query_says_what_to_give():
    answer = bachata("run")
    assert answer.returncode == 2
    assert "--song" in answer.stderr and "--query" in answer.stderr


FLOW = """
main:
  params: [a]
  steps:
    - double: {assign: [{n: "${a.n * 2}"}]}
    - give: {return: "${n}"}
"""


def test_workflow_run_prints_the_result_as_json(tmp_path):
    file = tmp_path / "flow.yaml"
    file.write_text(FLOW)
    answer = bachata("workflow", "run", str(file), "--data", '{"n": 21}')
    assert (answer.returncode, json.loads(answer.stdout)) == (0, 42)


def test_a_failed_workflow_gives_its_error_value_on_stderr(tmp_path):
    file = tmp_path / "flow.yaml"
    file.write_text(FLOW)
    answer = bachata("workflow", "run", str(file), "--data", "{}")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "KeyError" in json.loads(answer.stderr)["tags"]


def test_a_raised_map_arrives_unchanged(tmp_path):
    file = tmp_path / "flow.yaml"
    file.write_text("- stop:\n    raise: {code: 7, why: [a, null]}\n")
    answer = bachata("workflow", "run", str(file))
    assert (answer.returncode, json.loads(answer.stderr)) == (1, {"code": 7, "why": ["a", None]})


LOGGING = """
- note: {call: sys.log, args: {text: something happened, severity: EMERGENCY}}
- stop: {raise: {code: 7}}
"""


def test_nothing_but_the_error_value_stands_on_stderr(tmp_path):
    file = tmp_path / "flow.yaml"
    file.write_text(LOGGING)
    answer = bachata("workflow", "run", str(file))
    assert (answer.returncode, json.loads(answer.stderr)) == (1, {"code": 7})


def test_what_a_workflow_logs_is_shown_when_asked_for(tmp_path):
    file = tmp_path / "flow.yaml"
    file.write_text(LOGGING)
    lines = bachata("-v", "workflow", "run", str(file)).stderr.splitlines()
    assert any("something happened" in line for line in lines[:-1])
    assert json.loads(lines[-1]) == {"code": 7}


def test_a_file_name_may_be_any_text(tmp_path):
    file = tmp_path / "mi flujo ñ.yaml"
    file.write_text("- give: {return: {é: [1.5, null]}}\n")
    answer = bachata("workflow", "run", str(file))
    assert (answer.returncode, json.loads(answer.stdout)) == (0, {"é": [1.5, None]})


def test_workflow_check_names_every_problem(tmp_path):
    file = tmp_path / "flow.yaml"
    file.write_text("- a: {call: no.such.function}\n- b: {next: nowhere}\n")
    answer = bachata("workflow", "check", str(file), "--json")
    problems = " ".join(json.loads(answer.stdout)["problems"])
    assert answer.returncode == 1
    assert "no.such.function" in problems and "nowhere" in problems


def test_data_that_is_not_json_is_wrong_usage(tmp_path):
    file = tmp_path / "flow.yaml"
    file.write_text(FLOW)
    for data in ("{n: 1}", "NaN", '{"n": Infinity}'):
        answer = bachata("workflow", "run", str(file), "--data", data)
        assert (answer.returncode, "--data" in answer.stderr) == (2, True), data


@pytest.mark.parametrize(
    "command",
    [
        ["run", "--query", "a romantic bachata please", "--out"],
        ["plan", "--query", "a romantic bachata please", "--out"],
        ["analyze", __file__, "--plot"],
        ["assemble", __file__, "--out"],
        ["demo", "--out"],
    ],
    ids=lambda command: command[0],
)
def test_a_place_that_cannot_be_written_is_named_before_the_work(command, tmp_path):
    (tmp_path / "file").touch()
    answer = bachata(*command, str(tmp_path / "file" / "result"), BACHATA_HOME=str(tmp_path / "home"))
    assert answer.returncode == 2
    assert command[-1] in answer.stderr
    assert not (tmp_path / "home").exists()


def test_a_video_is_not_put_where_its_page_goes(tmp_path):
    answer = bachata("run", "--query", "a romantic bachata please", "--out", str(tmp_path / "x.html"))
    assert answer.returncode == 2
    assert "x.mp4" in answer.stderr


def test_an_error_of_the_system_is_a_sentence_not_a_stack_trace(tmp_path):
    (tmp_path / "home").touch()
    answer = bachata("tasks", "list", BACHATA_HOME=str(tmp_path / "home"))
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert str(tmp_path / "home") in answer.stderr


def test_a_sentence_is_not_broken_where_nobody_looks(tmp_path):
    file = tmp_path / f"{'long ' * 30}.json"
    file.write_text("no blueprint")
    answer = bachata("assemble", str(file), "--out", str(tmp_path / "x.mp4"))
    assert answer.returncode == 1
    assert "not JSON: Expecting value: line 1 column 1 (char 0)" in answer.stderr

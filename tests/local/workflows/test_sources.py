"""What `execute` and `check` take as a workflow: text, a file, a file's name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bachata.local.workflows import WorkflowInvalid, check, execute

FLOW = "main: {params: [a], steps: [{give: {return: '${a.n + 1}'}}]}"
JSON = '{"main": {"params": ["a"], "steps": [{"give": {"return": "${a.n + 1}"}}]}}'


@pytest.mark.parametrize("text", [FLOW, JSON, FLOW + " # see flow.yaml", f"\n{FLOW}\n"])
def test_text(text: str) -> None:
    assert execute(text, {"n": 1}) == 2


@pytest.mark.parametrize("name", ["flow.yaml", "flow.yml", "mi flujo ñ.yaml", "flow.json"])
def test_a_file_by_its_path_or_its_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(JSON if file.suffix == ".json" else FLOW, encoding="utf-8")
    for source in (file, str(file), os.path.relpath(file)):
        assert execute(source, {"n": 1}) == 2
        assert check(source) == []


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for source in (tmp_path / "none.yaml", str(tmp_path / "none.yaml")):
        with pytest.raises(FileNotFoundError):
            execute(source)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    file = tmp_path / "flow.yaml"
    file.write_bytes(b"- give: {return: '\xff'}")
    with pytest.raises(WorkflowInvalid, match="UTF-8"):
        execute(file)
    assert "byte 18" in str(check(file)[0])

"""A folder of which nothing may be changed, for a while."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.artefacts.installed import NOBODY, as_another, read_only, writable

_TRIES = """
import pathlib, sys
done = []
for name in ("app/new", "app/old", "app/deep/new"):
    try:
        (pathlib.Path(sys.argv[1]) / name).write_text("x")
        done.append(name)
    except OSError:
        pass
print(done)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "app/deep").mkdir(parents=True)
    (tmp_path / "app/old").write_text("old")
    return tmp_path


def test_it_is_read_only_inside_and_as_before_afterwards(tree):
    before = {p: p.stat().st_mode for p in tree.rglob("*")}
    with read_only(tree):
        assert all(not p.stat().st_mode & 0o222 for p in tree.rglob("*"))
    assert {p: p.stat().st_mode for p in tree.rglob("*")} == before


def test_it_is_as_before_after_a_failure_too(tree):
    with pytest.raises(RuntimeError), read_only(tree):
        raise RuntimeError
    (tree / "app/new").write_text("x")


def test_another_user_can_change_nothing(tree):
    python = Path("/usr/bin/python3")
    if os.geteuid() or not python.exists() or not as_another(python):
        pytest.skip("only root may become another user")
    for folder in (tree, *tree.parents):
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o005)
    with read_only(tree):
        done = subprocess.run(
            [python, "-c", _TRIES, str(tree)], capture_output=True, text=True, check=True, **as_another(python)
        )
    assert done.stdout.strip() == "[]"
    assert as_another(python)["user"] == NOBODY


def test_anybody_may_write_to_a_scratch_folder_and_it_starts_empty(tmp_path):
    folder = writable(tmp_path / "scratch")
    (folder / "left").write_text("x")
    assert list(writable(folder).iterdir()) == []
    assert folder.stat().st_mode & 0o1777 == 0o1777


def test_an_interpreter_out_of_reach_is_no_way_to_become_another(tmp_path):
    hidden = tmp_path / "python"
    hidden.symlink_to(sys.executable)
    tmp_path.chmod(0o700)
    if os.geteuid() == 0:
        assert as_another(hidden) == {}

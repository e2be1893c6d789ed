"""What a deployable's code reads is told from its syntax trees."""

from __future__ import annotations

import ast
import zipfile

import pytest

from tools.infrastructure.reads import reads_of, variables_read
from tools.infrastructure.toolchain import ROOT

_SETTINGS = (ROOT / "src" / "bachata" / "settings.py").read_text()


def _reads(source: str) -> set[str]:
    return set(reads_of(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "def f(env: Settings): return env.db_name",
        "def f(env: 'Settings'): return env.db_name",
        "async def f(*, env: bachata.settings.Settings): return env.db_name",
        "env = settings.load()\nprint(env.db_name)",
        "class Job:\n def __init__(self, env: Settings):\n  self._env = env\n def run(self): return self._env.db_name",
        "def f(env: Settings):\n other = env\n return other.db_name",
        "class A:\n def __init__(self, s: Settings, t):\n  self.s, self.t = s, t\n def run(me): return self.s.db_name",
    ],
)
def test_an_attribute_of_what_holds_the_settings_is_a_read(source):
    assert "db_name" in _reads(source)


@pytest.mark.parametrize(
    "source",
    [
        "def f(task: Task): return task.db_name",
        "env = other()\nprint(env.db_name)",
        "def f(env: Settings): env.db_name = 1",
    ],
)
def test_anything_else_is_none(source):
    assert "db_name" not in _reads(source)


@pytest.fixture
def archive(tmp_path):
    def write(source: str):
        path = tmp_path / f"{abs(hash(source))}.zip"
        with zipfile.ZipFile(path, "w") as opened:
            opened.writestr("bachata/settings.py", _SETTINGS)
            opened.writestr("main.py", source)
        return path

    return write


def test_a_property_is_the_fields_it_is_made_of(archive):
    read = variables_read(archive("def f(env: Settings): return env.has_database"))
    assert read == {"DATABASE_URL", "INSTANCE_CONNECTION_NAME"}


def test_methods_of_settings_are_no_variables(archive):
    assert variables_read(archive("def f(env: Settings): return env.model_copy()")) == frozenset()

"""Where things are kept, and what is swept away."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bachata.errors import InvalidSettings
from bachata.local import home as home_module
from bachata.local.home import Home, project_root
from bachata.local.scratch import scratch

CHECKOUT = Path(__file__).parents[2]


def test_the_home_is_what_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("BACHATA_HOME", str(tmp_path / "mine"))
    assert Home.default() == Home(tmp_path / "mine")
    monkeypatch.setenv("BACHATA_HOME", "~/mine")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Home.default().root == tmp_path / "mine"


def test_in_a_checkout_it_is_beside_the_sources(monkeypatch, tmp_path):
    monkeypatch.delenv("BACHATA_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert Home.default() == Home(CHECKOUT / ".bachata")
    assert project_root() == CHECKOUT


def test_everything_lies_in_the_home(tmp_path):
    home = Home(tmp_path)
    parts = [home.storage, home.postgres, home.logs, home.scratch, home.executions, home.up_file]
    assert {part.parent for part in parts} == {tmp_path}
    assert len(set(parts)) == len(parts)
    assert list(tmp_path.iterdir()) == [], "looking makes nothing"


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """As if the package lay in site-packages."""
    elsewhere = tmp_path / "venv" / "lib" / "bachata" / "local" / "home.py"
    monkeypatch.setattr(home_module, "__file__", str(elsewhere))
    monkeypatch.delenv("BACHATA_HOME", raising=False)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def test_an_installed_package_finds_the_checkout_it_is_used_in(installed, monkeypatch):
    monkeypatch.chdir(CHECKOUT / "tests")
    assert project_root() == CHECKOUT


def test_without_a_checkout_the_remedy_is_said(installed):
    assert Home.default() == Home(installed / ".bachata")
    with pytest.raises(InvalidSettings, match="run it inside a checkout"):
        project_root()


def test_scratch_is_gone_afterwards(tmp_path):
    with scratch(tmp_path / "scratch") as mine:
        (mine / "deep").mkdir()
        (mine / "deep" / "video.mp4").write_bytes(b"x")
    assert not mine.exists()


def test_scratch_is_gone_after_an_error(tmp_path):
    with pytest.raises(RuntimeError), scratch(tmp_path) as mine:
        raise RuntimeError
    assert not mine.exists()


def test_the_living_keep_their_scratch(tmp_path):
    with scratch(tmp_path) as first, scratch(tmp_path) as second:
        assert first != second
        assert first.exists()


def test_the_scratch_of_the_dead_is_swept(tmp_path):
    code = textwrap.dedent("""
        import signal, sys
        from pathlib import Path
        from bachata.local.scratch import scratch
        with scratch(Path(sys.argv[1])) as mine:
            (mine / "half").write_text("x")
            print(mine, flush=True)
            signal.pause()
    """)
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as dying:
        left = Path(dying.stdout.readline().strip())
        with scratch(tmp_path):
            assert left.exists(), "its owner lives"
        os.kill(dying.pid, signal.SIGKILL)
    assert (left / "half").exists()
    with scratch(tmp_path):
        assert not left.exists()

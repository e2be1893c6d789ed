"""What a program opens while it is imported is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tools.artefacts

SCRIPT = Path(tools.artefacts.__file__).with_name("import_quietly.py").read_text()


def _import(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    (folder / "main.py").write_text(program)
    return subprocess.run([sys.executable, "-B", "-c", SCRIPT], cwd=folder, capture_output=True, text=True, check=False)


def test_reading_modules_is_fine(tmp_path):
    (tmp_path / "other.py").write_text("import json, sqlite3")
    assert _import(tmp_path, "import other, socket, subprocess").returncode == 0


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("open('/etc/hosts')", "open /etc/hosts r"),
        ("open('beside', 'w')", "open beside w"),
        ("import socket\nsocket.socket().bind(('127.0.0.1', 0))", "socket.bind"),
        ("import socket\nsocket.getaddrinfo('localhost', 1)", "socket.getaddrinfo"),
        ("import subprocess\nsubprocess.run(['true'])", "subprocess.Popen"),
    ],
)
def test_anything_else_is_not(tmp_path, program, words):
    done = _import(tmp_path, program)
    assert done.returncode == 1
    assert words in done.stderr

"""An artefact as it lies on the platform: a program, an interpreter with its packages, and no right to write.

Cloud Functions' buildpack installs the requirements, compiles them with ``unchecked-hash`` and the source with
``compileall -f`` (GoogleCloudPlatform/buildpacks, pkg/python and cmd/python/functions_framework). We set
SOURCE_DATE_EPOCH for the build, upon which Python compiles by hash as well: by time, the default, would be in vain,
since an image's files get new times. An image is made by the instructions of its Dockerfile.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tools.artefacts.dockerfile import stages
from tools.artefacts.spec import Artefact

NOBODY = 10001
"""The user of our images; functions run as one we do not know, which has no more rights either."""
_UV = Path(sys.executable).with_name("uv")


@dataclass(frozen=True)
class Installed:
    """`app`: where main.py is. `python`: the interpreter that has its packages. `command`: how an image starts."""

    artefact: Artefact
    app: Path
    python: Path
    command: tuple[str, ...] = ()

    @property
    def packages(self) -> Path:
        """site-packages."""
        return next((self.python.parents[1] / "lib").glob("python*/site-packages"))


def install(artefact: Artefact, root: Path) -> Installed:
    """Unpack and install into `root`, as the platform does it; root stays readable for others."""
    app = root / "app"
    with zipfile.ZipFile(artefact.path) as archive:
        archive.extractall(app)
    installed = _function(artefact, root, app) if artefact.kind == "function" else _image(artefact, root, app)
    root.chmod(0o755)
    return installed


def _function(artefact: Artefact, root: Path, app: Path) -> Installed:
    python = root / "venv/bin/python"
    _run([_interpreter(), "-m", "venv", "--without-pip", str(root / "venv")], app)
    _pip_install(python, ["--require-hashes", "-r", "requirements.txt"], app)
    _run([str(python), "-m", "compileall", "-qq", "--invalidation-mode", "unchecked-hash", str(root / "venv/lib")], app)
    _run([str(python), "-m", "compileall", "-f", "-q", "."], app, SOURCE_DATE_EPOCH="0")
    return Installed(artefact, app, python)


def _image(artefact: Artefact, root: Path, app: Path) -> Installed:
    """Do what the stages say, with the image's folders /app and /venv below `root`."""

    def here(argument: str) -> str:
        return str(root) + argument if argument.startswith(("/app", "/venv")) else argument

    build, final = stages((app / "Dockerfile").read_text())
    for run in build.all("RUN"):
        command = [here(a) for a in run.arguments]
        if command[:4] == ["python", "-m", "pip", "--python"]:
            _pip_install(Path(command[4]), [a for a in command[6:] if a != "--no-cache-dir"], app)
        else:
            _run([_interpreter(), *command[1:]], app)
    (entry,) = final.all("ENTRYPOINT")
    return Installed(artefact, app, root / "venv/bin/python", tuple(here(a) for a in entry.arguments))


def _pip_install(python: Path, options: list[str], app: Path) -> None:
    uv = [str(_UV), "pip", "install", "--quiet", "--python", str(python), *options]
    if subprocess.run(uv, cwd=app, check=False).returncode:
        # uv cannot reach the index pip is set up for
        _run([sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", *options], app)


def _run(command: list[str], app: Path, **env: str) -> None:
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, cwd=app, env={**clean, **env}, check=True)


@contextmanager
def read_only(root: Path) -> Iterator[None]:
    """Nothing can be created or replaced below `root` inside the block, nor its files in app/ changed."""
    folders = [root, *(p for p in root.rglob("*") if p.is_dir() and not p.is_symlink())]
    files = [p for p in (root / "app").rglob("*") if p.is_file()]  # packages may be hard links to a cache: not those
    modes = {p: p.stat().st_mode for p in (*folders, *files)}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


@cache
def _interpreter() -> str:
    """An interpreter of our version, if possible one that other users can run: root's own may lie in its home."""
    ours = sys._base_executable  # type: ignore[attr-defined]
    known = shutil.which(f"python{sys.version_info.major}.{sys.version_info.minor}", path="/usr/local/bin:/usr/bin")
    return next((p for p in (ours, known) if p and _runs(p, _other())), ours)


@cache
def as_another(python: Path) -> dict[str, Any]:
    """Arguments for Popen to become the image's user, where that is allowed: root only, and `python` within reach."""
    return _other() if _runs(str(python), _other()) else {}


def _other() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _runs(python: str, user: dict[str, Any]) -> bool:
    try:
        return subprocess.run([python, "-c", ""], check=False, capture_output=True, cwd="/", **user).returncode == 0
    except PermissionError:
        return False


def writable(path: Path) -> Path:
    """A new folder anybody may write to, as /tmp is."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    path.chmod(0o1777)
    return path

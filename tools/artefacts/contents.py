"""What goes into an archive: the program, its requirements, the modules it can import, the data it reads."""

from __future__ import annotations

from pathlib import Path

from tools.artefacts.imports import Reach, reach
from tools.artefacts.spec import SOURCE, Artefact


def contents(artefact: Artefact) -> dict[str, Path]:
    """Name in the archive -> file, sorted by name."""
    beside = ("main.py", "requirements.txt", *(("Dockerfile",) if artefact.kind == "job" else ()))
    found = {name: artefact.folder / name for name in beside}
    carried = {*reach_of(artefact).files, *_data(artefact)}
    found |= {file.relative_to(SOURCE.parent).as_posix(): file for file in carried}
    return dict(sorted(found.items()))


def reach_of(artefact: Artefact) -> Reach:
    """What its program, and programs among its data, can import."""
    return reach([artefact.program, *(file for file in _data(artefact) if file.suffix == ".py")], SOURCE)


def modules(artefact: Artefact) -> list[str]:
    """The project's modules an artefact carries, sorted."""
    names = (name for name in contents(artefact) if name.startswith("bachata/") and name.endswith(".py"))
    return sorted(name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in names)


def _data(artefact: Artefact) -> list[Path]:
    return [file for name in artefact.data for file in _files(SOURCE / name)]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(f for f in path.rglob("*") if f.is_file() and "__pycache__" not in f.parts)

"""Artefacts are reproducible and hold what they need and no more."""

from __future__ import annotations

import ast
import zipfile

import pytest

from tools.package import ARTEFACTS, ROOT, Artefact, build

IDS = [a.name for a in ARTEFACTS]


def _names(artefact: Artefact) -> set[str]:
    with zipfile.ZipFile(build(artefact)) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("artefact", ARTEFACTS, ids=IDS)
def test_same_tree_same_bytes(artefact):
    first = build(artefact).read_bytes()
    assert build(artefact).read_bytes() == first


@pytest.mark.parametrize("artefact", ARTEFACTS, ids=IDS)
def test_entry_point_and_requirements_are_at_the_root(artefact):
    assert {"main.py", "requirements.txt", "bachata/__init__.py"} <= _names(artefact)


@pytest.mark.parametrize("artefact", ARTEFACTS, ids=IDS)
def test_every_import_of_the_project_is_in_the_archive(artefact):
    names = _names(artefact)
    with zipfile.ZipFile(artefact.path) as archive:
        sources = {n: archive.read(n).decode() for n in names if n.endswith(".py")}
    missing = {
        f"{name}: {module}"
        for name, source in sources.items()
        for module in _project_imports(source)
        if f"{module.replace('.', '/')}.py" not in names and f"{module.replace('.', '/')}/__init__.py" not in names
    }
    assert not missing


def _is_aside(node: ast.AST) -> bool:
    """Imports for type checkers, and those of a room's front door (`__getattr__`), which load what is asked for."""
    if isinstance(node, ast.FunctionDef):
        return node.name == "__getattr__"
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _project_imports(source: str) -> set[str]:
    found: set[str] = set()
    tree = ast.parse(source)
    aside = {id(n) for i in ast.walk(tree) if _is_aside(i) for n in ast.walk(i)}
    for node in ast.walk(tree):
        if id(node) in aside:
            continue
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names if a.name.split(".")[0] == "bachata"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "bachata":
            package = ROOT / "src" / str(node.module).replace(".", "/")
            for alias in node.names:
                # `from package import name` reaches a module when there is a file of that name
                is_module = (package / f"{alias.name}.py").exists() or (package / alias.name).is_dir()
                found.add(f"{node.module}.{alias.name}" if is_module else str(node.module))
    return found


def test_the_job_carries_no_music_no_moves_and_no_laptop():
    assembler = next(a for a in ARTEFACTS if a.name == "assembler")
    rooms = {n.split("/")[1] for n in _names(assembler) if n.startswith("bachata/")}
    assert rooms.isdisjoint({"music", "moves", "choreography", "local", "cli", "report", "http.py"})

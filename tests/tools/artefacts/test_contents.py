"""An archive holds what its program imports, its requirements what that needs, and neither anything else."""

from __future__ import annotations

import re
import sys
import tomllib
from functools import cache
from importlib.metadata import distributions

import pytest

from tools.artefacts import carried
from tools.artefacts.contents import contents, modules, reach_of
from tools.artefacts.spec import ARTEFACTS, BY_NAME, ROOT

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
BASE = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
NEVER_IMPORTED = {
    "functions-framework": "the platform starts it",
    "pg8000": "SQLAlchemy imports the driver its URL names",
}
each = pytest.mark.parametrize("artefact", ARTEFACTS, ids=lambda a: a.name)


@each
def test_program_requirements_and_package_are_at_the_root(artefact):
    names = set(contents(artefact))
    assert {"main.py", "requirements.txt", "bachata/__init__.py"} <= names
    assert ("Dockerfile" in names) == (artefact.kind == "job")
    assert all(name.startswith("bachata/") for name in names - {"main.py", "requirements.txt", "Dockerfile"})


@each
def test_every_package_it_imports_is_among_its_requirements(artefact):
    pinned = {line.split("==")[0] for line in carried.packages(artefact)}
    others = {m for m in reach_of(artefact).others if m.split(".")[0] not in {*sys.stdlib_module_names, "__future__"}}
    missing = {f"{module}: {_owner(module)}" for module in others if _owner(module) not in pinned}
    assert not missing


@each
def test_every_requirement_we_declare_is_imported(artefact):
    owners = {_owner(module) for module in reach_of(artefact).others}
    assert _declared(artefact.name) - owners - set(NEVER_IMPORTED) == set()


def test_no_exemption_is_stale():
    assert set(NEVER_IMPORTED) <= set().union(*(_declared(a.name) for a in ARTEFACTS))
    assert set(NEVER_IMPORTED).isdisjoint(_owner(module) for a in ARTEFACTS for module in reach_of(a).others)


@pytest.mark.parametrize(
    ("name", "strangers"),
    [
        ("assembler", {"music", "moves", "choreography", "gemini", "local", "cli", "report", "http"}),
        ("migrate", {"music", "choreography", "gemini", "media", "assembly", "local", "http"}),
        ("finalize", {"music", "moves", "choreography", "gemini", "local", "cli", "report"}),
        ("analyze", {"moves", "choreography", "gemini", "assembly", "media", "local", "cli", "report"}),
        ("plan", {"local", "cli", "report"}),
    ],
)
def test_rooms_an_artefact_has_no_business_with_stay_out(name, strangers):
    rooms = {module.split(".")[1] for module in modules(BY_NAME[name]) if "." in module}
    assert rooms.isdisjoint(strangers)


def test_of_the_moves_the_migration_carries_adopting_alone():
    moves = {module for module in modules(BY_NAME["migrate"]) if module.startswith("bachata.moves.")}
    assert moves == {"bachata.moves.adoption", "bachata.moves.published"}


def test_only_the_migration_carries_migrations():
    with_them = {a.name for a in ARTEFACTS if any("migrations" in name for name in contents(a))}
    assert with_them == {"migrate"}
    versions = {n for n in contents(BY_NAME["migrate"]) if "/versions/" in n}
    assert versions == {f"bachata/tasks/migrations/versions/{f.name}" for f in _revisions()}


def test_what_each_one_carries_is_written_down():
    assert carried.FILE.read_text() == carried.text(), "run `make docs` and look at what came in"


def _revisions():
    return (ROOT / "src/bachata/tasks/migrations/versions").glob("*.py")


def _declared(extra: str) -> set[str]:
    """Names an extra declares, those of the extras it includes too, and what every deployable needs."""
    names = {re.split(r"[<>=]", d)[0] for d in BASE}
    for requirement in EXTRAS[extra]:
        name, inner = re.match(r"([A-Za-z0-9_.-]+)(?:\[(.+)\])?", requirement).groups()
        names |= set().union(*map(_declared, inner.split(","))) if name == "bachata-buddy" else {name.lower()}
    return names


@cache
def _files() -> dict[str, str]:
    """Module file or folder (a/b/c) -> the installed distribution that brings it."""
    found: dict[str, str] = {}
    for distribution in distributions():
        name = distribution.metadata["Name"].lower().replace("_", "-")
        for file in distribution.files or ():
            if file.suffix in {".py", ".so", ".pyd"}:
                stem = file.with_name(file.name.split(".")[0])
                found[str(stem.parent if stem.name == "__init__" else stem)] = name
    return found


def _owner(module: str) -> str | None:
    """The distribution that brings a module, or the object of one: by its longest known part."""
    parts = module.split(".")
    known = ("/".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((_files()[path] for path in known if path in _files()), None)

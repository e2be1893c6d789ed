"""What the documentation names exists, and it speaks of the project alone."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
ADRS = sorted((DOCS / "adr").glob("*.md"))


def test_decisions_are_numbered_without_gap_and_say_date_and_status() -> None:
    assert [p.name[:4] for p in ADRS] == [f"{n:04d}" for n in range(1, len(ADRS) + 1)]
    for page in ADRS:
        lines = page.read_text().splitlines()
        assert lines[0].startswith(f"# {page.name[:4]} "), page.name
        assert re.fullmatch(r"20\d\d-\d\d-\d\d · (accepted|superseded by \d{4})", lines[2]), page.name


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.split(r"[\[<>=~! ]", d)[0] for d in wanted} - {project["name"]}
    told = set(re.findall(r"^\| ([A-Za-z0-9-]+) \|", (DOCS / "adr/0003-dependencies.md").read_text(), re.MULTILINE))
    assert names - told == set(), "add a row to ADR 0003"
    assert told - names - {"Package"} == set(), "ADR 0003 explains what is no longer there"


def test_every_place_to_change_something_exists() -> None:
    text = (DOCS / "architecture.md").read_text()
    table = text.split("## Where to change what")[1].split("## ")[0]
    paths = [p for row in table.splitlines() for p in re.findall(r"`([^` ]+)`", row) if "/" in p or "." in p]
    assert len(paths) > 20
    assert [p for p in paths if not (ROOT / p).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(DOCS)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(DOCS)))
def test_pages_speak_of_the_project_alone(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"/(work|home|root|tmp|Users)/", text), "a path of some machine"
    assert not re.search(r"https?://[^ )]*(pypi|simple|index)", text), "where packages come from is not the project's"


def test_traps_are_dated_and_each_names_its_remedy() -> None:
    text = (DOCS / "traps.md").read_text()
    traps = re.split(r"^- ", text, flags=re.MULTILINE)[1:]
    assert len(traps) > 20
    for trap in traps:
        assert re.match(r"20\d\d-\d\d-\d\d · ", trap), trap
        assert re.search(r"\*[^*]+\*", trap.split("\n## ")[0]), f"no remedy: {trap}"

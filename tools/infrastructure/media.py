"""Who needs what of the media bucket: the table in docs/architecture.md, which tests hold against the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.infrastructure.toolchain import ROOT

PAGE: Final = ROOT / "docs" / "architecture.md"
_COMPONENTS: Final = {
    "analyze": "analyze",
    "plan": "plan",
    "finalize": "finalize",
    "job": "assembler",
    "migrate": "migrate",
}
_ROW: Final = re.compile(r"\| `([^`]+)` \| [^|]* \| ([^|]*) \| ([^|]*) \| [^|]* \|")

_LIFETIME: Final = re.compile(r"^\| `([^`]+)` \|.*\| delete at age (\d+) days[^|]*\|$", re.MULTILINE)


def needs(page: Path = PAGE) -> Iterator[tuple[str, str, str]]:
    """(component, ``reads`` or ``writes``, prefix) for every prefix. Who writes one may read it."""
    rows = _ROW.findall(page.read_text())
    if not rows:
        raise ValueError(f"{page.name} has no table of storage keys")
    for key, writers, readers in rows:
        prefix = _prefix(key)
        writing, reading = _named(writers), _named(readers)
        for component in sorted(writing):
            yield component, "writes", prefix
        for component in sorted(reading - writing):
            yield component, "reads", prefix


def lifetimes(page: Path = PAGE) -> dict[str, int]:
    """Prefix -> days after which the bucket deletes what lies there, of those that are not kept."""
    return {_prefix(key): int(days) for key, days in _LIFETIME.findall(page.read_text())}


def _prefix(key: str) -> str:
    """``moves/<library>/index/`` with braces; what ends with something to be filled in is the folder above it."""
    folders = key.removesuffix("/").split("/")
    if "<" in folders[-1]:
        folders.pop()
    return "/".join(folders).replace("<", "{").replace(">", "}") + "/"


def _named(cell: str) -> set[str]:
    words = {word.strip() for word in cell.split(",")}
    return {component for word, component in _COMPONENTS.items() if word in words}

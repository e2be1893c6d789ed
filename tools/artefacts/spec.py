"""The deployables: three functions from source archives, two jobs from images built of their contexts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"
SOURCE = ROOT / "src" / "bachata"
PYTHON = "3.13"
"""What functions and images run on; the locks hold the same versions for every Python we support."""


@dataclass(frozen=True)
class Artefact:
    """A deployable: its folder, and what it reads that no import shows (files or folders below `SOURCE`)."""

    name: str
    kind: Literal["function", "job"]
    data: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where its entry point and its requirements are."""
        return ROOT / f"{self.kind}s" / self.name

    @property
    def program(self) -> Path:
        """What the platform starts."""
        return self.folder / "main.py"

    @property
    def requirements(self) -> Path:
        """What the platform installs."""
        return self.folder / "requirements.txt"

    @property
    def path(self) -> Path:
        """Where the archive is built."""
        return BUILD / f"{self.name}.zip"


ARTEFACTS = (
    Artefact("analyze", "function"),
    Artefact("plan", "function"),
    Artefact("finalize", "function"),
    Artefact("assembler", "job"),
    Artefact("migrate", "job", data=("tasks/migrations",)),  # Alembic looks for revisions in a folder
)
BY_NAME = {artefact.name: artefact for artefact in ARTEFACTS}

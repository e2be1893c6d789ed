"""Mistakes people make in Terraform, read from ``mutations.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Mutation:
    """Replace `old` by `new` in `file`; `by` says whether validate, a plan or the rules over an apply must object."""

    name: str
    file: str
    old: str
    new: str
    by: Literal["validate", "plan", "rules"]
    words: str
    environment: str = "dev"

    def apply(self, terraform: Path) -> None:
        """Make the edit. Raises ValueError when the tree no longer says `old`: then the mutation tests nothing."""
        path = terraform / self.file
        text = path.read_text()
        if self.old not in text:
            raise ValueError(f"{self.file} no longer says {self.old!r}: mend the mutation {self.name}")
        path.write_text(text.replace(self.old, self.new, 1))


def _read(path: Path) -> tuple[Mutation, ...]:
    return tuple(Mutation(**entry) for entry in tomllib.loads(path.read_text())["mutation"])


MUTATIONS = _read(Path(__file__).with_suffix(".toml"))

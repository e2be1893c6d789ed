"""Build what is deployed: an archive a function, a build context for the job. The same tree gives the same bytes.

An archive holds the entry point, its requirements and only the rooms it uses, so that a change elsewhere does not
redeploy it. Cloud Functions installs `requirements.txt` and imports `main.py` from the archive's root.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
_CORE = ("__init__.py", "py.typed", "blueprint.py", "errors.py", "logs.py", "settings.py", "signals.py", "timeline.py")
_ELSEWHERE = ("tasks/migrations", "tasks/migrate.py", "music/plot", "music/clips.py")
"""Parts of those rooms that only other places use: migrations have a job of their own, people look at plots."""
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say


@dataclass(frozen=True)
class Artefact:
    """A deployable: its folder in the tree, and the rooms (files or folders of the package) it needs."""

    name: str
    folder: str
    rooms: tuple[str, ...]
    extra: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where the archive is built."""
        return BUILD / f"{self.name}.zip"


# What a render will take, told from documents alone: no media is opened.
_ESTIMATE = (
    "assembly/__init__.py",
    "assembly/copyplan.py",
    "assembly/estimate.py",
    "assembly/frameplan.py",
    "assembly/prices.py",
    "assembly/quality.py",
    "media/__init__.py",
    "media/profile.py",
)

ARTEFACTS = (
    Artefact("analyze", "functions/analyze", ("http.py", "storage", "tasks", "music")),
    Artefact(
        "plan",
        "functions/plan",
        (
            "http.py",
            "storage",
            "tasks",
            "music/__init__.py",
            "music/document.py",
            *_ESTIMATE,
            "choreography",
            "gemini",
            "moves/__init__.py",
            "moves/catalogue.py",
            "moves/container.py",
            "moves/documents.py",
            "moves/embedding.py",
            "moves/glossary.py",
            "moves/index.py",
            "moves/keyframes.py",
            "moves/lexical.py",
            "moves/library.py",
            "moves/lists.py",
            "moves/poses.py",
            "moves/repository.py",
            "moves/scan.py",
            "moves/snapshot.py",
            "moves/snapshots.py",
            "moves/wording.py",
        ),
    ),
    Artefact(
        "finalize",
        "functions/finalize",
        ("http.py", "storage", "tasks", *_ESTIMATE, "assembly/result.py"),
    ),
    Artefact("assembler", "jobs/assembler", ("storage", "tasks", "media", "assembly"), extra=("Dockerfile",)),
)


def _files(artefact: Artefact) -> Iterator[tuple[str, Path]]:
    """(name in the archive, file) of everything that belongs in."""
    folder = ROOT / artefact.folder
    for name in ("main.py", "requirements.txt", *artefact.extra):
        yield name, folder / name
    package = ROOT / "src" / "bachata"
    for room in (*_CORE, *artefact.rooms):
        source = package / room
        found = sorted(source.rglob("*")) if source.is_dir() else [source]
        for file in found:
            name = file.relative_to(package).as_posix()
            if file.is_file() and "__pycache__" not in file.parts and not name.startswith(_ELSEWHERE):
                yield f"bachata/{name}", file


def build(artefact: Artefact) -> Path:
    """Write the archive and return its path."""
    artefact.path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(artefact.path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, file in sorted(_files(artefact)):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())
    return artefact.path


def main() -> None:
    """Build all and print size and hash of each."""
    for artefact in ARTEFACTS:
        path = build(artefact)
        data = path.read_bytes()
        print(f"{path.relative_to(ROOT)}  {len(data) / 1024:.0f} KiB  sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()

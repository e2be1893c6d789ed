"""Where clips are brought in, in tests: made films, ears that count, a real store and database."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from bachata.errors import AudioUnreadable
from bachata.moves import ingest
from bachata.moves.embedder import ClipEar, Embedder
from bachata.moves.embedding import Vector
from bachata.moves.lexical import LEXICAL
from bachata.moves.repository import MoveRepository
from bachata.storage import DirectoryStore
from tests.choreography.worlds import make_part


@dataclass(frozen=True)
class Heard:
    beats: list[float]
    tempo: float = 120.0
    count_one: int = 1
    confidence: float = 0.75


class Ears:
    """Hears what the clips were made with, and counts how often it was asked."""

    def __init__(self, first: float = 0.25) -> None:
        self.asked: list[str] = []
        self.first = first

    def __call__(self, path: Path) -> Heard:
        self.asked.append(path.name)
        if path.name == "mute.mp4":
            raise AudioUnreadable("mute.mp4 holds no sound that can be decoded")
        return Heard([0.5 * i + self.first for i in range(20)])


@dataclass
class Counted:
    """Makes parts, and counts what it was asked for."""

    texts: list[str] = field(default_factory=list)
    sounds: list[str] = field(default_factory=list)
    version: str = "lexical-2"
    ear: str = "ear/1"

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        self.texts.extend(texts)
        return LEXICAL.embed(texts)

    def hear(self, path: Path) -> Vector:
        self.sounds.append(path.name)
        if path.name == "hushed.mp4":
            raise AudioUnreadable("hushed.mp4 holds only silence")
        return make_part("audio", 1).vector

    @property
    def embedder(self) -> Embedder:
        return Embedder(self, ClipEar(self.ear, self.hear))

    def forget(self) -> None:
        self.texts.clear()
        self.sounds.clear()


@dataclass
class Desk:
    """A directory of clips with its annotations, and where they go."""

    directory: Path
    store: DirectoryStore
    engine: Engine
    ears: Ears
    scratch: Path
    analyser: str = "ears/1"
    made: Counted = field(default_factory=Counted)

    def annotate(self, *clips: dict[str, Any]) -> Path:
        path = self.directory / "annotations.json"
        path.write_text(json.dumps({"schema": "bachata.annotations.1", "clips": list(clips)}))
        return path

    def add(
        self,
        *clips: dict[str, Any],
        progress: Callable[[int, int, str], None] | None = None,
        profile: str | None = "360p",
        workers: int | None = None,
    ) -> ingest.IngestReport:
        return ingest.add(
            self.directory,
            self.annotate(*clips),
            library="demo",
            store=self.store,
            engine=self.engine,
            clip_beats=self.ears,
            analyser=self.analyser,
            embedder=self.made.embedder,
            profile=profile,
            workers=workers,
            scratch=self.scratch,
            progress=progress,
        )

    @property
    def repository(self) -> MoveRepository:
        return MoveRepository(self.engine, "demo")

    def keys(self, suffix: str = ".mp4") -> list[str]:
        return [o.key for o in self.store.list("moves/") if o.key.endswith(suffix)]

    def path(self, key: str) -> Path:
        path = self.store.local_path(key)
        assert path is not None
        return path


def clip(clip_id: str, /, **said: Any) -> dict[str, Any]:
    base = {
        "clip_id": clip_id, "video_path": f"{clip_id}.mp4", "move_label": "basic", "difficulty": "beginner",
        "energy_level": "medium",
    }  # fmt: skip
    return {**base, **said}

"""What the tests of moves share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bachata.storage import DirectoryStore
from tests.moves.clips import write_clip
from tests.moves.desk import Desk, Ears


@pytest.fixture
def desk(tmp_path: Path, store: DirectoryStore, engine: Engine) -> Iterator[Desk]:
    clips = tmp_path / "clips"
    for number, name in enumerate(("one", "two", "three")):
        write_clip(clips / f"{name}.mp4", frames=300, beats=[0.5 * i + 0.25 for i in range(20)], shade=number)
    (tmp_path / "scratch").mkdir()
    yield Desk(clips, store, engine, Ears(), tmp_path / "scratch")
    assert list((tmp_path / "scratch").iterdir()) == []  # whatever happened, temporary files are gone

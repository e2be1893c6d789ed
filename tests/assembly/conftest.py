"""A library of numbered clips and a song, made once a session; a render into the test's own directory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bachata.assembly import render
from bachata.assembly.result import Result
from bachata.blueprint import Blueprint
from bachata.storage import DirectoryStore
from tests.assembly import truth

SECONDS = 12.0
CLICKS = [0.1 + 0.5 * i for i in range(23)]


@pytest.fixture(scope="session")
def media() -> Iterator[DirectoryStore]:
    """clips/a.mp4 and clips/b.mp4: 120 frames at 30 fps, numbered from 0 and from 1000, a keyframe every 25 frames and
    B-frames; clips/short.mp4: 20 frames from 2000; clips/<n>.mp4: one grey; songs/song.wav: 12 s of clicks."""
    with tempfile.TemporaryDirectory(prefix="bachata-media-") as directory:
        root = Path(directory)
        hard = {"g": "25", "bf": "2", "preset": "veryfast"}
        truth.numbered_clip(root / "clips/a.mp4", 120, options=hard)
        truth.numbered_clip(root / "clips/b.mp4", 120, first=1000, options=hard)
        truth.numbered_clip(root / "clips/short.mp4", 20, first=2000)
        for value in (60, 120, 200):
            truth.write_clip(root / f"clips/{value}.mp4", [truth.grey(value)] * 60)
        truth.write_wav(root / "songs/song.wav", truth.clicks(SECONDS, CLICKS))
        yield DirectoryStore(root)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files of this test go; tests look whether any are left."""
    path = tmp_path / "scratch"
    path.mkdir()
    monkeypatch.setenv("TMPDIR", str(path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The video a test makes."""
    return tmp_path / "video.mp4"


@pytest.fixture
def made(media: DirectoryStore, out: Path, scratch: Path) -> Callable[..., Result]:
    """Render a blueprint over the session's media into `out`."""

    def make(blueprint: Blueprint, **options: Any) -> Result:
        return render(blueprint, store=media, output=out, **options)

    return make


RATES = [Fraction(30), Fraction(25), Fraction(24000, 1001), Fraction(60)]

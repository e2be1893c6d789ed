"""The clips that are measured: the drawn library, and the real clips when they are here; conformed to 360p."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bachata.media.profile import PROFILES
from bachata.moves.annotations import read
from bachata.moves.body.eyes import FlowEyes
from bachata.moves.catalogue import Move
from bachata.moves.conforming import each, finish
from bachata.moves.examine import Examiner
from bachata.moves.shelf import Shelf
from bachata.music import clip_beats
from bachata.music.version import ANALYSER
from bachata.storage import DirectoryStore
from samples.moves import make_moves

MEDIA = Path(__file__).parents[3] / "shared" / "media"
WORKERS = 2


@dataclass(frozen=True)
class Clip:
    """A move as an ingest measures it, and its mezzanine."""

    move: Move
    path: Path


def libraries(scratch: Path) -> Iterator[tuple[str, list[Clip]]]:
    """Name and clips of each library there is; what lies in `scratch` already is not made again."""
    make_moves(scratch / "drawn", height=360, workers=WORKERS)
    yield "drawn", conformed(scratch / "drawn", scratch / "store")
    if (MEDIA / "annotations.json").is_file():
        yield "real", conformed(MEDIA, scratch / "store")


def conformed(folder: Path, store: Path) -> list[Clip]:
    """The clips of a folder, examined, conformed and looked at; in the order of their ids."""
    store.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(DirectoryStore(store), folder.name)
    eyes = FlowEyes()
    examine = Examiner(folder, PROFILES["360p"], shelf, {}, clip_beats, ANALYSER, eyes.version)
    annotations, problems = read(folder / "annotations.json")
    assert not problems, problems

    def work(number: int, stop: threading.Event) -> Move:
        examined = examine(annotations[number][1])
        return (examined if examined.body else finish(examined, eyes, shelf, store, stop)).move

    with each({str(i): i for i in range(len(annotations))}, work, WORKERS) as done:
        moves = sorted((job.result() for _, job in done), key=lambda m: m.clip_id)
    return [Clip(m, store / m.video_path) for m in moves]

"""The libraries danced from, each in a laptop cloud of its own so that a second run finds its clips measured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from bachata.cli import rooms
from bachata.moves.catalogue import Move
from bachata.moves.library import Library
from bachata.moves.repository import MoveRepository
from benchmarks.assembly.material import BACHATA
from benchmarks.harness import run

NAME = "bench"
MANY = "many"
HEIGHT = 360
"""Of the drawn clips; both libraries are conformed to 360p: nothing here is rendered."""


@contextmanager
def opened(folder: Path, media: Path | None) -> Iterator[tuple[sa.Engine, Library]]:
    """The library of the clips in `media`, else of the drawn ones, below `folder`."""
    home = folder / ("real" if media else "drawn")
    if media is None:
        from samples.moves import make_moves

        media = folder / "clips"
        make_moves(media, height=HEIGHT)
    run([BACHATA, "library", "add", str(media), "--library", NAME, "--profile", "360p", "--json"], env=_at(home))
    before = os.environ.get("BACHATA_HOME")
    os.environ.update(_at(home))
    try:
        with rooms.database() as engine:
            yield engine, rooms.library(engine, NAME)
    finally:
        if before is None:
            del os.environ["BACHATA_HOME"]
        else:
            os.environ["BACHATA_HOME"] = before


def multiplied(engine: sa.Engine, number: int) -> Library:
    """A library of `number` moves: those of `NAME` again and again, each time a little faster or slower."""
    rows = MoveRepository(engine, NAME).load()
    many = MoveRepository(engine, MANY)
    many.save(
        [replace(rows[n % len(rows)], move=again(rows[n % len(rows)].move, n // len(rows))) for n in range(number)]
    )
    return rooms.library(engine, MANY)


def again(move: Move, turn: int) -> Move:
    """A move as a clip of its own whose dancers are up to 4 % faster or slower: the frames of its beats move."""
    if not turn:
        return move.model_copy(update={"library": MANY})
    pace = 1 + 0.01 * (1 + (turn - 1) % 4) * (1 if turn % 2 else -1)
    frames = round(move.frames / pace)
    scaled = {
        name: [min(frames - 1, round(f / pace)) for f in getattr(move, name)] for name in ("beats", "kinetic_beats")
    }
    return move.model_copy(
        update={
            **scaled,
            "library": MANY,
            "clip_id": f"{move.clip_id}.{turn}",
            "video_path": f"{move.video_path}.{turn}",
            "frames": frames,
            "tempo": move.tempo * pace,
            "keyframes": [],
        }
    )


def _at(home: Path) -> dict[str, str]:
    return {"BACHATA_HOME": str(home)}

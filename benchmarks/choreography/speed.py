"""How long planning takes: a song of four minutes, a library of 150 moves."""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bachata.choreography.brief import understand
from bachata.choreography.planner import plan
from bachata.cli import rooms
from benchmarks.choreography.libraries import MANY, multiplied
from benchmarks.choreography.songs import Song
from benchmarks.harness import run

MOVES = 150
ROUNDS = 5


@dataclass(frozen=True)
class Times:
    """Medians, seconds; `plan_moves`: pieces of the plan."""

    warm_s: float
    cold_s: float
    seconds: float
    plan_moves: int
    moves: int
    own_moves: int


def times(engine: sa.Engine, song: Song, folder: Path, own_moves: int) -> Times:
    """Warm: in this process, after one plan. Cold: a fresh process each, from its start to its end."""
    library = multiplied(engine, MOVES)
    brief = understand({"difficulty": "intermediate"})
    warm: list[float] = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        made = plan(
            song.analysis, library.moves, brief, task_id="warm", user_id="bench", song_key="songs/bench",
            index=library.index,
        )  # fmt: skip
        warm.append(time.perf_counter() - began)
    document = folder / "four minutes.analysis"
    document.write_text(song.analysis.model_dump_json(by_alias=True), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.choreography.cold", MANY, str(document)]
    where = {
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "LOCAL_STORAGE_PATH": str(rooms.home().storage),
    }
    cold = [run(command, env=where).wall_s for _ in range(ROUNDS)]
    return Times(
        statistics.median(warm[1:]),
        statistics.median(cold),
        song.analysis.duration,
        len(made.blueprint.moves),
        len(library.moves),
        own_moves,
    )

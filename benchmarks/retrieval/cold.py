"""What a library of 150 moves costs a cold plan process, with its rows in PostgreSQL and with its snapshot made."""

from __future__ import annotations

from pathlib import Path

from bachata.local.postgres import Postgres
from bachata.moves.repository import Embedded, MoveRepository
from bachata.tasks.engine import open_url
from bachata.tasks.migrate import upgrade
from benchmarks.harness import Cost
from benchmarks.retrieval.material import Material
from benchmarks.retrieval.measured import job

MOVES = 150


def cold(folder: Path, runs: int) -> dict[str, list[tuple[Cost, dict[str, float]]]]:
    """Each run is a process: {without a snapshot, with one: [(cost, seconds)]}."""
    material = Material(MOVES)
    found: dict[str, list[tuple[Cost, dict[str, float]]]] = {"no snapshot yet": [], "snapshot there": []}
    with Postgres(folder / "postgres") as url:
        engine = open_url(url)
        upgrade(engine)
        rows = [Embedded(m, e) for m, e in zip(material.moves, material.embeddings(), strict=True)]
        MoveRepository(engine, material.library).save(rows)
        engine.dispose()
        for number in range(runs):
            place = folder / f"cold{number}"
            found["no snapshot yet"].append(job("plan", place, url))
            found["snapshot there"].append(job("plan", place, url))
    return found

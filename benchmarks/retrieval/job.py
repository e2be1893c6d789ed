"""What runs in a process of its own: `python -m benchmarks.retrieval.job TASK …`; prints one JSON object."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.retrieval.material import Material, masks, queries

NUMBER = 200
"""Queries of each filter."""
BEST = 10
TOP = 96
"""Candidates a place asks for (`bachata.choreography.retrieval.TOP_K`)."""

Search = Callable[[int, int, np.ndarray], list[int]]


def _snapshot(folder: Path, count: int) -> Path:
    return folder / f"{count}.arrays"


def make(folder: str, count: str) -> dict[str, Any]:
    """Write the snapshot of a library and say how long that took, reading its rows from a database excepted."""
    from bachata.moves.embedding import USUAL
    from bachata.moves.snapshot import write_snapshot

    material = Material(int(count))
    assert len(material.moves) == len(material.parts["text"])  # made now, not while it is measured
    began = time.perf_counter()
    path = _snapshot(Path(folder), int(count))
    write_snapshot(path, material, USUAL)
    return {"build_s": time.perf_counter() - began, "bytes": path.stat().st_size}


def truth(folder: str, count: str) -> dict[str, Any]:
    """Keep the score of every move for every query, in double precision, and the fused vectors for FAISS's kinds."""
    from bachata.moves.embedding import USUAL, fuse_query

    _, fused = _opened(folder, count)
    np.save(Path(folder, f"{count}.npy"), fused.vectors)
    asked = np.stack([fuse_query(q, USUAL)[0] for q in queries(NUMBER)]).astype(np.float64)
    scores = np.concatenate(
        [fused.vectors[i : i + 4096].astype(np.float64) @ asked.T for i in range(0, int(count), 4096)]
    )
    np.save(Path(folder, f"{count}.scores.npy"), scores)
    return {}


def ours(folder: str, count: str, backend: str, looks: str) -> dict[str, Any]:
    """Load a snapshot and search it."""
    from bachata.moves import index as module

    began = time.perf_counter()
    _, fused = _opened(folder, count)
    index = module.MoveIndex(fused, backend=backend)
    load_s = time.perf_counter() - began
    module.LOOKS = int(looks)
    asked = queries(NUMBER)

    def search(number: int, k: int, allowed: np.ndarray) -> list[int]:
        return [hit.position for hit in index.search(asked[number], k, allowed=allowed)]

    return {"load_s": load_s, **_measured(search, int(count))}


def theirs(folder: str, count: str, kind: str) -> dict[str, Any]:
    """Load an index of FAISS's and search it."""
    from bachata.moves.embedding import USUAL, fuse_query
    from benchmarks.retrieval.kinds import searcher

    began = time.perf_counter()
    find = searcher(kind, _index_file(folder, count, kind))
    load_s = time.perf_counter() - began
    asked = [fuse_query(q, USUAL)[0] for q in queries(NUMBER)]

    def search(number: int, k: int, allowed: np.ndarray) -> list[int]:
        return [int(n) for n in find(asked[number], k, allowed)]

    return {"load_s": load_s, **_measured(search, int(count))}


def build(folder: str, count: str, kind: str) -> dict[str, Any]:
    """Make an index of FAISS's."""
    from benchmarks.retrieval.kinds import build as built

    vectors = np.load(Path(folder, f"{count}.npy"))
    began = time.perf_counter()
    target = _index_file(folder, count, kind)
    built(kind, vectors, target)
    return {"build_s": time.perf_counter() - began, "bytes": target.stat().st_size}


def plan(folder: str, url: str) -> dict[str, Any]:
    """Plan as a cold instance of the plan function does: import, load the library, plan four minutes; then again."""
    began = time.perf_counter()
    from bachata.choreography.brief import understand
    from bachata.choreography.planner import plan as planned
    from bachata.moves.library import load
    from bachata.moves.repository import MoveRepository
    from bachata.moves.snapshots import Snapshots
    from bachata.storage import DirectoryStore
    from bachata.tasks.engine import open_url
    from tests.choreography.worlds import make_song

    library = load(MoveRepository(open_url(url), "bench"), Snapshots(DirectoryStore(Path(folder, "store"))))
    loaded = time.perf_counter() - began
    song = make_song(tempo=124.0, seconds=240.0)

    def once() -> float:
        start = time.perf_counter()
        planned(
            song, library.moves, understand({"difficulty": "intermediate"}), task_id="t", user_id="u",
            song_key="songs/x.wav", index=library.index,
        )  # fmt: skip
        return time.perf_counter() - start

    return {"loaded_s": loaded, "first_s": once(), "again_s": statistics.median(once() for _ in range(5))}


def _opened(folder: str, count: str) -> Any:
    from bachata.moves.embedding import USUAL
    from bachata.moves.snapshot import Identity, open_snapshot

    material = Material(int(count))
    return open_snapshot(
        _snapshot(Path(folder), int(count)), Identity(material.library, material.fingerprint(), USUAL)
    )  # fmt: skip


def _index_file(folder: str, count: str, kind: str) -> Path:
    return Path(folder, f"{count}.{kind.replace(' ', '')}.faiss")


def _measured(search: Search, count: int) -> dict[str, Any]:
    """By filter: milliseconds of a search, and the first moves it finds for each query."""
    found: dict[str, Any] = {}
    for name, allowed in masks(count).items():
        k = min(TOP, int(allowed.sum()))
        if not k:
            continue
        times, answers = [], []
        for number in range(NUMBER):
            began = time.perf_counter()
            hits = search(number, k, allowed)
            times.append(1000 * (time.perf_counter() - began))
            answers.append(hits[:BEST])
        found[name] = {"ms": statistics.median(times), "p95": float(np.percentile(times, 95)), "answers": answers}
    return {"filters": found}


TASKS = {task.__name__: task for task in (make, truth, ours, theirs, build, plan)}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))

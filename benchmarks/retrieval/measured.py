"""Measuring one way of searching: its process, its times, how much of the best it finds."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Cost, run
from benchmarks.retrieval.job import BEST
from benchmarks.retrieval.material import masks


@dataclass(frozen=True)
class Searched:
    """Seconds to load, MB at most, and by filter: (median ms, 95th percentile ms, share of the ten best)."""

    name: str
    load_s: float
    peak_rss_mb: float
    filters: dict[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Built:
    """Seconds to build, MB of its file, MB of memory at most."""

    build_s: float
    file_mb: float
    peak_rss_mb: float


def job(task: str, folder: Path, *arguments: object) -> tuple[Cost, dict[str, Any]]:
    """Run a task of `benchmarks.retrieval.job` in a process of its own."""
    root = Path(__file__).parents[2]
    words = [str(argument) for argument in arguments]
    cost = run([sys.executable, "-m", "benchmarks.retrieval.job", task, str(folder), *words], cwd=root)
    return cost, cost.json()


def built(task: str, folder: Path, *arguments: object) -> Built:
    cost, said = job(task, folder, *arguments)
    return Built(float(said["build_s"]), said["bytes"] / 1e6, cost.peak_rss_mb)


def searched(name: str, folder: Path, task: str, count: int, *arguments: object) -> Searched:
    cost, said = job(task, folder, count, *arguments)
    scores = np.load(folder / f"{count}.scores.npy", mmap_mode="r")
    filters = {
        kind: (found["ms"], found["p95"], recall(scores, masks(count)[kind], found["answers"]))
        for kind, found in said["filters"].items()
    }
    return Searched(name, float(said["load_s"]), cost.peak_rss_mb, filters)


def recall(scores: np.ndarray, allowed: np.ndarray, answers: list[list[int]]) -> float:
    """Share of the ten best that was found. Of moves that score alike any will do; one not allowed is a miss.

    `scores`: shape (moves, queries).
    """
    wanted = min(BEST, int(allowed.sum()))
    shares = []
    for number, found in enumerate(answers):
        seen = np.where(allowed, scores[:, number], -np.inf)
        least = np.partition(seen, -wanted)[-wanted]
        real = [position for position in found[:wanted] if position >= 0]
        shares.append(float((seen[real] >= least - 1e-7).sum()) / wanted)
    return float(np.mean(shares))

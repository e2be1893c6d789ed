"""Our assembler as Cloud Run runs it: the job's own entry point, in fresh processes, on a store that is a directory."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.assembly.material import ROOT
from benchmarks.harness import Cost, Running, run, run_together

MAIN = ROOT / "jobs" / "assembler" / "main.py"
TASK = "bench"
USER = "local"
"""As whom the command line plans."""
_LOOK_SECONDS = 0.005


@dataclass(frozen=True)
class Rendered:
    """What a job made, and what it cost."""

    cost: Cost
    store: Path
    result: dict[str, Any]
    """The Result document it stored."""

    @property
    def encoded(self) -> int:
        """Frames this very run encoded."""
        return int(self.result["frames_encoded"]) - int(self.result["frames_reused"])

    @property
    def video(self) -> Path:
        """The stored video."""
        return self.store / str(self.result["video_key"])

    @property
    def sha256(self) -> str:
        """Of the stored bytes, not what the Result says of them."""
        with self.video.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def besides_mb(self) -> float | None:
        """Written besides the video, MB; None where the kernel keeps no account."""
        return None if self.cost.written_mb is None else self.cost.written_mb - self.video.stat().st_size / 1e6


def render(
    store: Path, document: dict[str, Any], *, tasks: int = 1, attempt: int = 0, at_once: int | None = None
) -> Rendered:
    """Run the job to its end, as one task or as several side by side, each with `at_once` pieces in work."""
    more = {} if at_once is None else {"PIECES_AT_ONCE": str(at_once)}
    envs = [_env(store, document, index, tasks, attempt) | more for index in range(tasks)]
    command = [sys.executable, str(MAIN)]
    cost = run(command, env=envs[0]) if tasks == 1 else run_together([command] * tasks, envs)
    return Rendered(cost, store, _result(store, document))


def render_and_kill(store: Path, document: dict[str, Any], *, frames: int) -> tuple[Cost, int] | None:
    """Run the job until so many encoded frames are stored, kill it: its cost, and how many there were then.

    None if it was done before it could be killed.
    """
    running = Running([sys.executable, str(MAIN)], env=_env(store, document, 0, 1, 0))
    while running.at_work and stored_frames(store) < frames:
        time.sleep(_LOOK_SECONDS)
    running.kill()
    cost = running.wait(may_fail=True)
    stored = stored_frames(store)
    return (cost, stored) if stored else None  # a job that is done clears its pieces away


def stored_frames(store: Path) -> int:
    """Frames of the encoded pieces in a store: the first line of each tells."""
    total = 0
    for path in (store / "cache" / "pieces").rglob("*.piece"):
        with suppress(FileNotFoundError), path.open("rb") as piece:  # a job that is done clears them away
            total += int(json.loads(piece.readline())["frames"])
    return total


def _env(store: Path, document: dict[str, Any], index: int, tasks: int, attempt: int) -> dict[str, str]:
    text = json.dumps(document, sort_keys=True).encode()
    key = f"blueprints/{document['task_id']}.json"
    (store / "blueprints").mkdir(exist_ok=True)
    (store / key).write_bytes(text)
    scratch = store.with_name(f"{store.name}-scratch")
    scratch.mkdir(exist_ok=True)
    return {
        "STORAGE_BACKEND": "local",
        "LOCAL_STORAGE_PATH": str(store),
        "TASK_ID": document["task_id"],
        "USER_ID": USER,
        "EXECUTION_ID": "bench",
        "BLUEPRINT_URI": f"file:{key}",
        "BLUEPRINT_SHA256": hashlib.sha256(text).hexdigest(),
        "CLOUD_RUN_EXECUTION": "bench",
        "CLOUD_RUN_TASK_INDEX": str(index),
        "CLOUD_RUN_TASK_COUNT": str(tasks),
        "CLOUD_RUN_TASK_ATTEMPT": str(attempt),
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(scratch),
    }


def _result(store: Path, document: dict[str, Any]) -> dict[str, Any]:
    path = store / str(document["output_config"]["output_path"]).replace(".mp4", ".result.json")
    result: dict[str, Any] = json.loads(path.read_bytes())
    return result

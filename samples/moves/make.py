"""The move library as a folder: clips by label and one annotations.json."""

import hashlib
import json
import multiprocessing
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from samples.figures.stage import PALETTES, paint_stage
from samples.moves.catalogue import MOVES, Move
from samples.moves.clip import compile_renderer, timing, write_clip

Progress = Callable[[int, int, str], None]
"""Called with (clips done, clips in all, name of the clip just finished)."""

ANNOTATIONS = "annotations.json"
_STAMP = ".versions.json"


def content_version() -> str:
    """A digest of everything that decides what a clip shows and sounds like: the generator's own sources."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for source in sorted(root.rglob("*.py")):
        digest.update(source.relative_to(root).as_posix().encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def make_moves(
    directory: Path | str, *, progress: Progress | None = None, workers: int = 2, moves: Sequence[Move] = MOVES,
    height: int = 720,
) -> Path:  # fmt: skip
    """Draw the moves into `directory` as `<label>/<dance>.mp4` and write `annotations.json`; returns its path.

    Clips already drawn by the same version of this code are kept, so a second call costs nothing and an interrupted one
    goes on where it stopped. `workers` processes draw in parallel; `height` is the picture's (16:9).
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    version = f"{content_version()}-{height}"
    stamps: dict[str, str] = _read_stamps(folder)
    missing = [m for m in moves if stamps.get(m.clip_id) != version or not (folder / clip_path(m)).is_file()]
    done = len(moves) - len(missing)

    def finished(move: Move) -> None:
        nonlocal done
        done += 1
        stamps[move.clip_id] = version
        _write_json(folder / _STAMP, stamps)
        if progress:
            progress(done, len(moves), move.name)

    if workers <= 1 or len(missing) <= 1:
        for move in missing:
            write_clip(move, folder / clip_path(move), height=height)
            finished(move)
    else:
        with (
            tempfile.TemporaryDirectory() as painted,
            ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool,
        ):
            stages = _prepare(pool, missing, height, Path(painted))
            tasks = {
                pool.submit(write_clip, m, folder / clip_path(m), height=height, stage=stages[m.palette]): m
                for m in missing
            }
            for task in as_completed(tasks):
                task.result()
                finished(tasks[task])
    document = {"schema": "bachata.annotations.1", "clips": [annotation(m) for m in moves]}
    _write_json(folder / ANNOTATIONS, document)
    return folder / ANNOTATIONS


def _prepare(pool: Executor, moves: Sequence[Move], height: int, folder: Path) -> dict[str, Path]:
    """What every worker would else do for itself, done once: compiling the renderer and painting each room.

    Returns the file of each palette's room.
    """
    stages = {palette: folder / f"{palette}.npy" for palette in sorted({m.palette for m in moves})}
    tasks = [pool.submit(compile_renderer, moves[0])]
    tasks += [pool.submit(_paint, palette, height, path) for palette, path in stages.items()]
    for task in tasks:
        task.result()
    return stages


def _paint(palette: str, height: int, path: Path) -> None:
    np.save(path, paint_stage(PALETTES[palette], height))


def clip_path(move: Move) -> str:
    """Where a move's clip lies, relative to the folder."""
    return f"{move.label}/{move.dance}.mp4"


def annotation(move: Move) -> dict[str, Any]:
    """What is true of a clip, in the terms of `bachata.annotations.1`; beats in seconds from the clip's start."""
    when = timing(move, move.choreograph().counts)
    return {
        "clip_id": move.clip_id,
        "name": move.name,
        "video_path": clip_path(move),
        "move_label": move.label,
        "difficulty": move.difficulty,
        "energy_level": move.energy,
        "style": move.style,
        "annotated_tempo": move.tempo,
        "beats": list(when.beats),
        "count_one": 0,
    }


def _read_stamps(folder: Path) -> dict[str, str]:
    try:
        stamps = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _write_json(path: Path, document: Any) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)

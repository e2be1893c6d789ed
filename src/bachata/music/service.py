"""The analysis of a stored song, made once: it is kept under the hash of the song's bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bachata.blueprint import Key, Name, TaskId, storage_candidates
from bachata.errors import ObjectMissing, SongMissing
from bachata.logs import get_logger
from bachata.music.analysis import ANALYSER, analyse
from bachata.music.document import Analysis
from bachata.music.hearing import Progress, sha256_of
from bachata.storage import ObjectInfo, ObjectStore

if TYPE_CHECKING:
    from bachata.settings import Settings

STAGE = "analyzing"

log = get_logger(__name__)


class AnalyzeRequest(BaseModel):
    """What the analyze function is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    song: Key
    task_id: TaskId | None = None
    execution: Name | None = None
    count_one: int | None = Field(None, ge=0, le=7, description="index into beats of a count 1, from a human ear")
    force: bool = Field(False, description="listen again even if an analysis is stored")


@dataclass(frozen=True)
class Analysed:
    """An analysis and where it is stored; `cached` when it had been made before."""

    analysis: Analysis
    stored: ObjectInfo
    cached: bool


def analyse_key(
    store: ObjectStore,
    key: str,
    *,
    progress: Progress | None = None,
    count_one: int | None = None,
    force: bool = False,
) -> Analysed:
    """The analysis of the song stored under `key`, from the cache when this version of the analyser made it.

    A song stored under two names is heard once. A chosen `count_one` is another document beside the usual one.
    Raises SongMissing, AudioUnreadable.
    """
    with _song(store, key) as path:
        target = _target(sha256_of(path), count_one)
        kept = None if force else _kept(store, target)
        if kept is not None:
            return kept
        name = PurePosixPath(key).name
        analysis = analyse(path, progress=progress, count_one=count_one, name=name)
    data = analysis.model_dump_json().encode()
    return Analysed(analysis, store.put_bytes(target, data, content_type="application/json"), cached=False)


def answer(store: ObjectStore, settings: Settings, request: AnalyzeRequest) -> dict[str, Any]:
    """What the analyze function answers; progress goes to the task's row when there is one."""
    with _reporting(settings, request) as progress:
        found = analyse_key(store, request.song, progress=progress, count_one=request.count_one, force=request.force)
    analysis = found.analysis
    log.info("analysed", extra={"song": request.song, "tempo": analysis.tempo, "cached": found.cached})
    return {
        "analysis": found.stored.key,
        "uri": store.uri(found.stored.key),
        "sha256": analysis.sha256,
        "size": found.stored.size,
        "duration": analysis.duration,
        "tempo": analysis.tempo,
        "confidence": analysis.confidence,
        "sections": len(analysis.sections),
        "cached": found.cached,
    }


def _target(sha256: str, count_one: int | None) -> str:
    chosen = "" if count_one is None else f"-one{count_one}"
    return f"analysis/{sha256}{chosen}.json"


def _kept(store: ObjectStore, target: str) -> Analysed | None:
    stored = store.info(target)
    if stored is None:
        return None
    try:
        analysis = Analysis.model_validate_json(store.read_bytes(target))
    except (ObjectMissing, ValidationError):
        return None  # deleted meanwhile, or of another version: heard again and replaced
    return Analysed(analysis, stored, cached=True) if analysis.analyser == ANALYSER else None


@contextmanager
def _song(store: ObjectStore, key: str) -> Iterator[Path]:
    """The song as a file, under its key as written or as the old system wrote it."""
    with tempfile.TemporaryDirectory(prefix="bachata-song-") as scratch:
        for candidate in storage_candidates(key):
            local = store.local_path(candidate)
            if local is not None:
                yield local
                return
            target = Path(scratch) / f"song{PurePosixPath(candidate).suffix}"
            try:
                store.fetch(candidate, target)
            except ObjectMissing:
                continue
            yield target
            return
        raise SongMissing(f"There is no song {key!r} in storage: upload it first")


@contextmanager
def _reporting(settings: Settings, request: AnalyzeRequest) -> Iterator[Progress | None]:
    if not (settings.has_database and request.task_id and request.execution):
        yield None
        return
    from bachata.tasks.progress import ProgressReporter

    reporter = ProgressReporter.connect(settings, request.task_id, request.execution)
    try:
        reporter(STAGE)
        yield lambda done: reporter(STAGE, done)
    finally:
        reporter.close()

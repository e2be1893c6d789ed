"""The analyze function's work: a stored song is heard once, then its Analysis is found by the song's content."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bachata import logs
from bachata.errors import ObjectMissing, SongMissing
from bachata.music.document import Analysis
from bachata.music.files import sha256_of
from bachata.music.version import ANALYSER
from bachata.settings import Settings
from bachata.storage import ObjectInfo, ObjectStore

Progress = Callable[[float], None]

_log = logs.get_logger(__name__)


class AnalyzeRequest(BaseModel):
    """Body of POST analyze. `song`: storage key or URI; `count_one`: the user's correction; `force`: hear it again."""

    model_config = ConfigDict(extra="ignore")

    song: str = Field(min_length=1)
    task_id: str | None = None
    execution: str | None = None
    count_one: int | None = Field(None, ge=0, le=7)
    force: bool = False


def answer(store: ObjectStore, settings: Settings, request: AnalyzeRequest) -> dict[str, Any]:
    """Analyse as asked, reporting stage `analyzing` to the task row when there is one; the function's JSON answer."""
    with _reporting(settings, request.task_id, request.execution) as progress:
        analysis, info, cached = analyse_key(
            store, request.song, count_one=request.count_one, force=request.force, progress=progress
        )
    return {
        "analysis": info.key,
        "uri": store.uri(info.key),
        "sha256": analysis.sha256,
        "size": info.size,
        "duration": analysis.duration,
        "tempo": analysis.tempo,
        "confidence": analysis.confidence,
        "sections": len(analysis.sections),
        "cached": cached,
    }


def analyse_key(
    store: ObjectStore,
    song: str,
    *,
    count_one: int | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> tuple[Analysis, ObjectInfo, bool]:
    """(analysis, where it is stored, whether it was there already) of the song under a key or URI of `store`.

    A stored analysis serves as long as the song's bytes and the analyser's version are the same. One made with the
    user's `count_one` has a key of its own. Raises SongMissing, AudioUnreadable, InvalidRequest.
    """
    key = store.key_of(song)
    with _on_disk(store, key) as path:
        target = analysis_key(sha256_of(path), count_one)
        if not force:
            known = _stored(store, target)
            if known is not None and known[0].analyser == ANALYSER:
                return (*known, True)
        # Imported here: a stored answer needs none of the numerics, and they take seconds to load.
        from bachata.music.analysis import analyse

        analysis = analyse(path, name=Path(key).name, count_one=count_one, progress=progress)
    data = analysis.model_dump_json(by_alias=True).encode()
    info = store.put_bytes(target, data, content_type="application/json")
    _log.info("analysed %s: %.1f BPM, confidence %.2f", key, analysis.tempo, analysis.confidence)
    return analysis, info, False


def analysis_key(sha256: str, count_one: int | None = None) -> str:
    """Where the analysis of these bytes is kept."""
    return f"analysis/{sha256}.json" if count_one is None else f"analysis/{sha256}-count{count_one}.json"


def _stored(store: ObjectStore, key: str) -> tuple[Analysis, ObjectInfo] | None:
    info = store.info(key)
    if info is None:
        return None
    try:
        return Analysis.model_validate_json(store.read_bytes(key)), info
    except (ValidationError, ObjectMissing) as error:
        _log.warning("the stored analysis %s cannot be used and is made again: %s", key, type(error).__name__)
        return None


@contextmanager
def _on_disk(store: ObjectStore, key: str) -> Iterator[Path]:
    """The song as a local file: in place when the store has it as one, else a copy that goes afterwards."""
    missing = SongMissing(f"No song is stored under {key}; upload it first, or check the key.")
    if store.info(key) is None:
        raise missing
    in_place = store.local_path(key)
    if in_place is not None:
        yield in_place
        return
    with tempfile.TemporaryDirectory(prefix="bachata-song-") as directory:
        copy = Path(directory) / f"song{Path(key).suffix}"
        try:
            store.fetch(key, copy)
        except ObjectMissing:
            raise missing from None
        yield copy


@contextmanager
def _reporting(settings: Settings, task_id: str | None, execution: str | None) -> Iterator[Progress | None]:
    if not (settings.has_database and task_id and execution):
        yield None
        return
    from bachata.tasks.progress import ProgressReporter

    reporter = ProgressReporter.connect(settings, task_id, execution)
    try:
        yield lambda done: reporter("analyzing", done)
    finally:
        reporter.close()

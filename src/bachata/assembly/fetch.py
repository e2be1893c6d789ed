"""Media from storage to files that can be opened: each distinct file once, several at a time.

A store that is a directory is read in place. From any other a file is copied into a scratch folder.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from bachata.blueprint import storage_candidates
from bachata.errors import BachataError, NotFound, ObjectMissing, Stopped, Unavailable
from bachata.logs import get_logger
from bachata.storage import ObjectStore

TRIES: Final = 3
_log = get_logger(__name__)


@dataclass(frozen=True)
class Fetcher:
    """How media is fetched. `pause` waits between tries: `backoff` seconds, then twice as long."""

    store: ObjectStore
    folder: Path
    workers: int = 8
    backoff: float = 0.5
    pause: Callable[[float], object] = threading.Event().wait
    stop: threading.Event | None = None
    versions: dict[str, str] = field(default_factory=dict)
    """Path -> which bytes were fetched: another value after every write of the object."""

    def fetch(
        self, paths: Iterable[str], *, missing: type[NotFound], progress: Callable[[float], None] | None = None
    ) -> dict[str, Path]:
        """The file of every distinct path of a blueprint.

        Raises `missing` naming every absent key, Unavailable when the store does not answer, OutOfSpace, Stopped.
        """
        wanted = list(dict.fromkeys(paths))
        found: dict[str, Path] = {}
        absent: dict[str, NotFound] = {}
        with ThreadPoolExecutor(self.workers, thread_name_prefix="fetch") as pool:
            tasks = {
                pool.submit(self._one, path, self._target(path, n), missing): path for n, path in enumerate(wanted)
            }
            try:
                for task in as_completed(tasks):
                    try:
                        found[tasks[task]] = task.result()
                    except missing as error:  # the others are looked for all the same: one answer names them all
                        absent[tasks[task]] = error
                        continue
                    if progress:
                        progress(len(found) / len(wanted))
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        if absent:
            raise self._all_of([absent[path] for path in wanted if path in absent], missing)
        return found

    @staticmethod
    def _all_of(errors: list[NotFound], missing: type[NotFound]) -> NotFound:
        if len(errors) == 1:
            return errors[0]
        return missing(" ".join(e.message for e in errors), details="; ".join(e.details for e in errors))

    def _target(self, path: str, number: int) -> Path:
        # Not the key itself: it may be longer than a file name. The suffix helps FFmpeg's probing.
        return self.folder / f"{number:04d}{PurePosixPath(path).suffix[:16]}"

    def _one(self, path: str, target: Path, missing: type[NotFound]) -> Path:
        last: BachataError | None = None
        for attempt in range(TRIES):
            if attempt:
                self.pause(self.backoff * 2 ** (attempt - 1))
            if self.stop and self.stop.is_set():
                raise Stopped("Stopped while fetching media")
            try:
                return self._try(path, target)
            except (ObjectMissing, Unavailable) as error:
                last = error
                _log.warning("fetch failed", extra={"key": path, "attempt": attempt + 1, "reason": error.message})
        if isinstance(last, ObjectMissing):
            raise missing(
                f"{path!r} is not in storage (tried {TRIES} times). Upload it, or plan again.",
                details=f"keys looked for: {', '.join(storage_candidates(path))}",
            ) from last
        assert last is not None
        raise last

    def _try(self, path: str, target: Path) -> Path:
        error: ObjectMissing | None = None
        for key in storage_candidates(path):
            place = self.store.local_path(key)
            if place is not None:
                stat = place.stat()
                self.versions[path] = f"{stat.st_size} {stat.st_mtime_ns}"
                return place
            try:
                info = self.store.fetch(key, target)
                self.versions[path] = f"{info.size} {info.generation}"
                return target
            except ObjectMissing as absent:
                error = absent
        assert error is not None
        raise error

"""A directory as an object store: keys are its files, readable in place and by every other program.

The generation of an object is its file's modification time in nanoseconds, forced to grow; a file that somebody copies
into the directory is therefore an object like any other. What a file cannot carry (content type, checksum) lies
in ``.store/`` beside the locks and is found by generation, so that it never speaks of other bytes.

Unlike in Cloud Storage, ``a`` and ``a/b`` cannot both be objects, and a part of a key takes at most 255 bytes.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_ISREG
from typing import IO

import google_crc32c

from bachata.errors import InvalidRequest, ObjectMissing, OutOfSpace, PreconditionFailed
from bachata.storage.interface import ObjectInfo, checked_key, checked_prefix, content_type_of, fetched_whole

_HIDDEN = ".store"
_CHUNK = 1 << 20
_LOCKS = 64  # lock files, by hash of the key: enough that unrelated writers seldom meet


class DirectoryStore:
    """An `ObjectStore` below `root`, which is created when the first object is stored.

    Safe for any number of processes on one machine; reading needs no write permission.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def info(self, key: str) -> ObjectInfo | None:
        """See `ObjectStore`."""
        path = self._path(key)
        try:
            stat = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return self._describe(key, stat) if S_ISREG(stat.st_mode) else None

    def read_bytes(self, key: str) -> bytes:
        """See `ObjectStore`."""
        with self._open(key) as source:
            return source.read()

    def fetch(self, key: str, destination: Path) -> ObjectInfo:
        """See `ObjectStore`."""
        with self._open(key) as source:
            info = self._describe(key, os.fstat(source.fileno()))
            fetched_whole(destination, lambda target: shutil.copyfileobj(source, target, _CHUNK))
        return info

    def local_path(self, key: str) -> Path | None:
        """See `ObjectStore`."""
        path = self._path(key)
        return path if path.is_file() else None

    def put_bytes(
        self, key: str, data: bytes, *, content_type: str | None = None, if_generation: int | None = None
    ) -> ObjectInfo:
        """See `ObjectStore`."""

        def write(target: IO[bytes]) -> str:
            target.write(data)
            return _base64_crc(google_crc32c.value(data))

        return self._put(key, write, content_type, if_generation)

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        content_type: str | None = None,
        if_generation: int | None = None,
        move: bool = False,
    ) -> ObjectInfo:
        """See `ObjectStore`. Moved within one file system; into another it is copied."""

        def write(target: IO[bytes]) -> str:
            crc = 0
            with path.open("rb") as source:
                while chunk := source.read(_CHUNK):
                    crc = google_crc32c.extend(crc, chunk)
                    target.write(chunk)
            return _base64_crc(crc)

        return self._put(key, write, content_type, if_generation, moved=path if move else None)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """See `ObjectStore`."""
        checked_prefix(prefix)
        folder = self.root / prefix.rpartition("/")[0]
        keys = (path.relative_to(self.root).as_posix() for path in _files_below(folder))
        for key in sorted(k for k in keys if k.startswith(prefix)):
            try:
                info = self.info(key)
            except InvalidRequest:  # put there by hand: a link that leads out, a name that is no key
                continue
            if info is not None:  # else deleted meanwhile
                yield info

    def delete(self, key: str, *, if_generation: int | None = None) -> bool:
        """See `ObjectStore`."""
        path = self._path(key)
        if not path.is_file():
            self._require(key, None, if_generation)
            return False
        with self._locked(key):
            current = self.info(key)
            self._require(key, current, if_generation)
            if current is None:
                return False
            path.unlink()
            self._forget(key)
            self._prune(path.parent)
            return True

    def uri(self, key: str) -> str:
        """See `ObjectStore`."""
        return f"file:{checked_key(key)}"

    def key_of(self, uri_or_key: str) -> str:
        """See `ObjectStore`."""
        return checked_key(uri_or_key.removeprefix("file:"))

    def signed_url(self, key: str, *, expires: timedelta) -> str:  # noqa: ARG002 - a file has no expiry
        """The file's own ``file://`` address: whoever may use this store may read the file, with no expiry."""
        path = self.local_path(key)
        if path is None:
            raise _missing(key)
        return path.as_uri()

    def _path(self, key: str) -> Path:
        if checked_key(key).split("/")[0] == _HIDDEN:
            raise InvalidRequest(f"The storage key {key[:80]!r} belongs to the store itself")
        path = self.root / key
        # A symbolic link inside the store must not lead out of it.
        with _faults_of(key):
            resolved = path.resolve()
        if not resolved.is_relative_to(self.root.resolve()):
            raise InvalidRequest(f"The storage key {key[:80]!r} leads out of the store through a symbolic link")
        return path

    def _prune(self, folder: Path) -> None:
        """Remove folders that became empty, so that the store lists and looks as if the object had never been."""
        with contextlib.suppress(OSError):  # not empty: somebody lives there
            while folder != self.root:
                folder.rmdir()
                folder = folder.parent

    def _open(self, key: str) -> IO[bytes]:
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise _missing(key) from None

    def _put(
        self,
        key: str,
        write: Callable[[IO[bytes]], str],
        content_type: str | None,
        if_generation: int | None,
        *,
        moved: Path | None = None,
    ) -> ObjectInfo:
        path = self._path(key)
        temporary = self.root / _HIDDEN / "tmp" / uuid.uuid4().hex
        with _faults_of(key):
            temporary.parent.mkdir(parents=True, exist_ok=True)
            try:
                crc32c = _moved(moved, temporary) if moved else None
                if crc32c is None:
                    with temporary.open("xb") as target:
                        crc32c = write(target)
                with self._locked(key):
                    current = self.info(key)
                    self._require(key, current, if_generation)
                    generation = max(time.time_ns(), current.generation + 1 if current else 0)
                    os.utime(temporary, ns=(generation, generation))
                    info = ObjectInfo(
                        key=key,
                        size=temporary.stat().st_size,
                        generation=generation,
                        content_type=content_type or content_type_of(key),
                        updated=_time_of(generation),
                        crc32c=crc32c,
                    )
                    self._remember(info)
                    _move(temporary, path)
                    self._forget(key, keep=generation)
            except BaseException:
                if moved and temporary.exists() and not moved.exists():
                    temporary.replace(moved)  # whoever tries again needs it
                raise
            finally:
                temporary.unlink(missing_ok=True)
        return info

    def _describe(self, key: str, stat: os.stat_result) -> ObjectInfo:
        generation = stat.st_mtime_ns
        try:
            note = json.loads(self._note(key, generation).read_bytes())
        except FileNotFoundError:
            note = {}
        return ObjectInfo(
            key=key,
            size=stat.st_size,
            generation=generation,
            content_type=note.get("content_type") or content_type_of(key),
            updated=_time_of(generation),
            crc32c=note.get("crc32c"),
        )

    def _remember(self, info: ObjectInfo) -> None:
        note = self._note(info.key, info.generation)
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps({"key": info.key, "content_type": info.content_type, "crc32c": info.crc32c}))

    def _forget(self, key: str, *, keep: int | None = None) -> None:
        for note in self._note(key, 0).parent.glob(f"{_digest(key)}.*.json"):
            if keep is None or note != self._note(key, keep):
                note.unlink(missing_ok=True)

    def _note(self, key: str, generation: int) -> Path:
        digest = _digest(key)
        return self.root / _HIDDEN / "notes" / digest[:2] / f"{digest}.{generation}.json"

    @contextlib.contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        lock = self.root / _HIDDEN / "locks" / str(int(_digest(key), 16) % _LOCKS)
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as handle:  # closing it releases the lock, however this ends
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _require(key: str, current: ObjectInfo | None, if_generation: int | None) -> None:
        found = current.generation if current else 0
        if if_generation is not None and if_generation != found:
            what = "exists already" if if_generation == 0 else "is not the one that was read"
            raise PreconditionFailed(
                f"The object {key!r} {what}", details=f"expected generation {if_generation}, found {found}"
            )


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _time_of(generation: int) -> datetime:
    return datetime.fromtimestamp(generation / 1e9, UTC)


def _base64_crc(crc: int) -> str:
    return base64.b64encode(crc.to_bytes(4, "big")).decode()


def _missing(key: str) -> ObjectMissing:
    return ObjectMissing(f"Nothing is stored under {key!r}")


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        for name in names:
            yield Path(parent, name)


def _moved(source: Path, temporary: Path) -> str | None:
    """Make a file the temporary one, unless it lies in another file system; its checksum."""
    try:
        source.replace(temporary)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return None
    crc = 0
    with temporary.open("rb") as file:
        while chunk := file.read(_CHUNK):
            crc = google_crc32c.extend(crc, chunk)
    return _base64_crc(crc)


def _move(temporary: Path, path: Path) -> None:
    """Rename into place, making the folder. A delete may prune that folder between the two, hence the tries."""
    for tries_left in reversed(range(10)):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.replace(path)
            return
        except FileNotFoundError:
            if not tries_left:
                raise


@contextlib.contextmanager
def _faults_of(key: str) -> Iterator[None]:
    """The file system's refusals in the project's words. A missing *source* of put_file stays FileNotFoundError."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise OutOfSpace(f"No room left to store {key!r}; free some space and try again") from None
        if error.errno in {errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENOTEMPTY}:
            raise InvalidRequest(
                f"The storage key {key[:80]!r} clashes with another: a folder cannot be an object"
            ) from None
        if error.errno in {errno.ENAMETOOLONG, errno.ELOOP}:
            raise InvalidRequest(f"The storage key {key[:80]!r} has a part that is too long for a file name") from None
        raise

"""What the rooms know of storage: keys, bytes, generations."""

from __future__ import annotations

import errno
import mimetypes
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Protocol

from bachata.blueprint import path_fault
from bachata.errors import InvalidRequest, OutOfSpace

MAX_KEY_BYTES = 1024
"""Longest key in UTF-8 bytes; Cloud Storage's own limit."""


@dataclass(frozen=True)
class ObjectInfo:
    """What is known of a stored object without reading it."""

    key: str
    size: int
    """Bytes."""
    generation: int
    """Grows with every write of the key; the token of compare-and-set."""
    content_type: str
    updated: datetime
    """Aware, UTC."""
    crc32c: str | None
    """Base64 of the big-endian checksum; None for a file put into a directory store by hand."""


class ObjectStore(Protocol):
    """A flat map from key to bytes. Writes are atomic: a reader sees the old object or the new one.

    Every method raises InvalidRequest for a key that `bachata.blueprint.path_fault` refuses, and Unavailable when the
    service behind does not answer.
    """

    def info(self, key: str) -> ObjectInfo | None:
        """What is stored under `key`, or None."""

    def read_bytes(self, key: str) -> bytes:
        """The object whole. Raises ObjectMissing."""

    def fetch(self, key: str, destination: Path) -> ObjectInfo:
        """Copy the object to a local file, whole or not at all. Raises ObjectMissing."""

    def local_path(self, key: str) -> Path | None:
        """The object as a file that can be read in place, when this store has one; else None. Never write to it."""

    def put_bytes(
        self, key: str, data: bytes, *, content_type: str | None = None, if_generation: int | None = None
    ) -> ObjectInfo:
        """Store `data`. The content type defaults to the one the key's suffix suggests.

        `if_generation` 0 creates only; another value replaces exactly that generation; else PreconditionFailed.
        """

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        content_type: str | None = None,
        if_generation: int | None = None,
        move: bool = False,
    ) -> ObjectInfo:
        """Store the bytes of a local file; otherwise as `put_bytes`.

        With `move` the file may become the object itself, so that it is not written twice; afterwards it may be gone.
        """

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Objects whose key starts with `prefix` (text, not folder), in order of their keys."""

    def delete(self, key: str, *, if_generation: int | None = None) -> bool:
        """Remove the object; False when there was none. Raises PreconditionFailed for another generation."""

    def uri(self, key: str) -> str:
        """The address documents carry: ``gs://bucket/key`` or ``file:key``."""

    def key_of(self, uri_or_key: str) -> str:
        """The key of an address of this store; a plain key is returned. Raises InvalidRequest for another store's."""

    def signed_url(self, key: str, *, expires: timedelta) -> str:
        """A URL that lets its holder read the object for a while. Raises ObjectMissing."""


def checked_key(key: str) -> str:
    """`key`, if it may be used in any store.

    Raises InvalidRequest saying what is wrong with it.
    """
    fault = path_fault(key)
    if fault is None:
        try:
            if len(key.encode()) > MAX_KEY_BYTES:
                fault = f"is longer than {MAX_KEY_BYTES} bytes"
        except UnicodeEncodeError:
            fault = "is not valid Unicode"
    if fault:
        raise InvalidRequest(f"The storage key {key[:80]!r} {fault}")
    return key


def checked_prefix(prefix: str) -> str:
    """`prefix`, if keys can start with it: the empty prefix and one that ends with a slash are fine.

    Raises InvalidRequest.
    """
    whole = prefix.removesuffix("/")
    if whole or prefix:
        checked_key(whole)
    return prefix


def content_type_of(key: str) -> str:
    """The content type a key's suffix suggests."""
    return mimetypes.guess_type(key)[0] or "application/octet-stream"


def fetched_whole(destination: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Let `write` fill `destination`, which appears only when that succeeded; its folder is made.

    Raises OutOfSpace.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    partial = destination.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with partial.open("xb") as target:
            write(target)
        partial.replace(destination)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise OutOfSpace("No room left for a fetched file; free some space and try again") from None
        raise
    finally:
        partial.unlink(missing_ok=True)

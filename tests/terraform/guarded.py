"""A store that lets a component do what its service account may do in the bucket, and notes what it did."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bachata.storage import DirectoryStore, ObjectInfo


class GuardedStore(DirectoryStore):
    """`allowed`: (reads or writes, prefix). Like a bucket's, its objects are no files. Listing is everybody's."""

    def __init__(self, root: Path, allowed: set[tuple[str, str]]) -> None:
        super().__init__(root)
        self._allowed = {(how, prefix): _pattern(prefix) for how, prefix in allowed}
        self.used: set[tuple[str, str]] = set()
        self.refused: list[tuple[str, str]] = []

    def _ask(self, how: str, key: str) -> None:
        for (may, prefix), pattern in self._allowed.items():
            if pattern.match(key) and (how == may or may == "writes"):
                self.used.add((may, prefix))
                return
        self.refused.append((how, key))
        raise PermissionError(f"403: {how} {key}")

    def info(self, key: str) -> ObjectInfo | None:
        self._ask("reads", key)
        return super().info(key)

    def read_bytes(self, key: str) -> bytes:
        self._ask("reads", key)
        return super().read_bytes(key)

    def fetch(self, key: str, destination: Path) -> ObjectInfo:
        self._ask("reads", key)
        return super().fetch(key, destination)

    def local_path(self, key: str) -> Path | None:
        return None

    def put_bytes(self, key: str, data: bytes, **how: Any) -> ObjectInfo:
        self._ask("writes", key)
        return super().put_bytes(key, data, **how)

    def put_file(self, key: str, path: Path, **how: Any) -> ObjectInfo:
        self._ask("writes", key)
        return super().put_file(key, path, **how)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        return super().list(prefix)

    def delete(self, key: str, **how: Any) -> bool:
        self._ask("writes", key)
        return super().delete(key, **how)


def _pattern(prefix: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", prefix))))

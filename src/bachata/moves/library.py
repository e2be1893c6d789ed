"""A loaded library: its moves and the index over them, kept between requests of one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bachata.errors import InvalidRequest
from bachata.moves.catalogue import Move
from bachata.moves.embedding import DIMENSIONS, VERSION
from bachata.moves.index import MoveIndex
from bachata.moves.repository import MoveRepository


@dataclass(frozen=True)
class Library:
    """Moves in the order of their index."""

    name: str
    moves: tuple[Move, ...]
    index: MoveIndex


def load(repository: MoveRepository) -> Library:
    """Read a library and index it.

    Raises InvalidRequest if its embeddings are not all of this version: half an index would hide moves in silence.
    """
    rows = repository.load()
    if other := sorted({r.version for r in rows} - {VERSION}):
        raise InvalidRequest(
            f"The move library {repository.library!r} holds embeddings of version {', '.join(other)}, this reads "
            f"{VERSION}: run `bachata library add` again to embed it anew"
        )
    vectors = np.stack([r.vector for r in rows]) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)
    moves = tuple(r.move for r in rows)
    return Library(repository.library, moves, MoveIndex([m.clip_id for m in moves], vectors, version=VERSION))


class LibraryCache:
    """Libraries loaded by this process.

    One serves while the catalogue's fingerprint stays the same, at most `ttl` seconds (0: never twice).
    """

    def __init__(self, ttl: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._ttl = ttl
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, tuple[float, str, Library]] = {}

    def get(self, repository: MoveRepository) -> Library:
        """The library of `repository`, loaded now or before."""
        fingerprint = repository.fingerprint()
        with self._lock:
            held = self._held.get(repository.library)
            if held and held[1] == fingerprint and self._clock() - held[0] < self._ttl:
                return held[2]
            library = load(repository)
            self._held[repository.library] = (self._clock(), fingerprint, library)
            return library

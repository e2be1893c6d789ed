"""A loaded library: its moves and the index over them, kept between requests of one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bachata.moves.catalogue import Move
from bachata.moves.embedding import USUAL, Weights
from bachata.moves.index import MoveIndex
from bachata.moves.repository import MoveRepository
from bachata.moves.snapshots import Snapshots


@dataclass(frozen=True)
class Library:
    """Moves in the order of their index. Each is read from the snapshot when it is first looked at."""

    name: str
    moves: Sequence[Move]
    index: MoveIndex


def load(repository: MoveRepository, snapshots: Snapshots | None = None, weights: Weights = USUAL) -> Library:
    """Open the snapshot of a library, or make it; without `snapshots` it is made and not kept.

    Raises InvalidRequest if the library's embeddings are not all of one version: half an index would hide moves in
    silence.
    """
    moves, fused = (snapshots or Snapshots()).open(repository, weights)
    return Library(repository.library, moves, MoveIndex(fused))


class LibraryCache:
    """Libraries loaded by this process.

    One serves while the catalogue's fingerprint stays the same, at most `ttl` seconds (0: never twice).
    """

    def __init__(
        self,
        ttl: float,
        clock: Callable[[], float] = time.monotonic,
        *,
        snapshots: Snapshots | None = None,
        weights: Weights = USUAL,
    ) -> None:
        self._ttl = ttl
        self._clock = clock
        self._snapshots = snapshots
        self._weights = weights
        self._lock = threading.Lock()
        self._held: dict[str, tuple[float, str, Library]] = {}

    def get(self, repository: MoveRepository) -> Library:
        """The library of `repository`, loaded now or before."""
        fingerprint = repository.fingerprint()
        with self._lock:
            held = self._held.get(repository.library)
            if held and held[1] == fingerprint and self._clock() - held[0] < self._ttl:
                return held[2]
            library = load(repository, self._snapshots, self._weights)
            self._held[repository.library] = (self._clock(), fingerprint, library)
            return library

"""Where snapshots of libraries are kept: in storage, written once; beside it, what was fetched from a bucket."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bachata.errors import BachataError, ObjectMissing, PreconditionFailed
from bachata.logs import get_logger
from bachata.moves.container import Unreadable
from bachata.moves.documents import StoredMoves
from bachata.moves.embedding import Weights
from bachata.moves.index import Fused
from bachata.moves.repository import MoveRepository
from bachata.moves.snapshot import Identity, open_snapshot, write_snapshot
from bachata.storage.interface import ObjectStore

KEPT: Final = 2
"""Snapshots of a library that stay: the newest, and the one before, which others may be about to open."""

log = get_logger(__name__)


@dataclass(frozen=True)
class Snapshots:
    """Snapshots in `store`, fetched to `folder` if the store has no files of its own.

    Without a store none is kept. Without a folder a fetched one is mapped and then forgotten.
    """

    store: ObjectStore | None = None
    folder: Path | None = None

    def open(self, repository: MoveRepository, weights: Weights) -> tuple[StoredMoves, Fused]:
        """The library as its catalogue is now, from its snapshot; one is made if there is none that can be read.

        Raises InvalidRequest if its embeddings are not of one version each.
        """
        identity = Identity(repository.library, repository.fingerprint(), weights)
        spoilt = False
        if self.store is not None:
            try:
                return self._stored(self.store, identity)
            except (ObjectMissing, FileNotFoundError):
                pass  # the catalogue has changed, or nobody has loaded it yet
            except (Unreadable, BachataError) as error:
                spoilt = isinstance(error, Unreadable)
                log.warning(
                    "the snapshot %s cannot be used, it is made anew", identity.key, extra={"details": str(error)}
                )
        with tempfile.TemporaryDirectory(prefix="bachata-index-") as folder:
            path = Path(folder, "snapshot")
            identity = write_snapshot(path, repository, weights)
            moves, fused = open_snapshot(path, identity)  # the mapping outlives the file's name
            if self.store is not None and moves:
                self._keep(self.store, identity, path, replace=spoilt)
            return moves, fused

    def _stored(self, store: ObjectStore, identity: Identity) -> tuple[StoredMoves, Fused]:
        """The stored snapshot. Raises ObjectMissing, Unreadable."""
        if (local := store.local_path(identity.key)) is not None:
            return open_snapshot(local, identity)
        with tempfile.TemporaryDirectory(prefix="bachata-index-") as passing:
            path = (self.folder or Path(passing)) / identity.key
            if path.exists():
                with suppress(Unreadable):
                    return open_snapshot(path, identity)
            store.fetch(identity.key, path)
            for other in path.parent.iterdir():  # of earlier states
                if other != path:
                    other.unlink(missing_ok=True)
            return open_snapshot(path, identity)

    def _keep(self, store: ObjectStore, identity: Identity, path: Path, *, replace: bool) -> None:
        """Store a snapshot and remove all but the last ones; a store that refuses costs the next process time only."""
        try:
            if replace:
                store.delete(identity.key)
            with suppress(PreconditionFailed):  # another process made the same
                store.put_file(identity.key, path, content_type="application/octet-stream", if_generation=0)
            stored = sorted(store.list(identity.folder), key=lambda info: (info.updated, info.key), reverse=True)
            for old in [info for info in stored if info.key != identity.key][KEPT - 1 :]:
                store.delete(old.key)
        except BachataError as error:
            log.warning("the snapshot %s is not kept: %s", identity.key, error.message)

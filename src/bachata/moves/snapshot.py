"""A library as one file: fused vectors, documents, what is filtered by. Whoever plans maps it and can search at once.

A snapshot is immutable. Its name holds a hash of the catalogue's fingerprint, the fusion weights and the format, so
that one made from other rows, with other weights or by another version has another name and is never taken for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bachata.errors import InvalidRequest
from bachata.moves.catalogue import Move
from bachata.moves.container import Array, ArrayWriter, Unreadable, read_arrays
from bachata.moves.documents import FILTERS, Column, StoredMoves
from bachata.moves.embedding import DIMENSIONS, Embedding, Name, Vector, Weights, fuse
from bachata.moves.index import Fused
from bachata.moves.lists import Lists, make_lists
from bachata.moves.repository import MoveRepository
from bachata.moves.scan import FLAT_LIMIT

FORMAT: Final = "bachata.index.1"
_BATCH: Final = 1000


@dataclass(frozen=True)
class Identity:
    """What decides a snapshot's bytes."""

    library: str
    fingerprint: str
    weights: Weights

    @property
    def folder(self) -> str:
        """Start of the storage keys of all snapshots of the library."""
        return f"moves/{self.library}/index/"

    @property
    def key(self) -> str:
        """Its storage key."""
        said = f"{FORMAT} {self.library} {self.fingerprint} {self.weights.each}"
        return f"{self.folder}{hashlib.sha256(said.encode()).hexdigest()[:24]}.arrays"

    @property
    def said(self) -> dict[str, Any]:
        """As the file says it of itself."""
        return {
            "format": FORMAT,
            "library": self.library,
            "fingerprint": self.fingerprint,
            "weights": list(self.weights.each),
        }


@dataclass
class _Gathered:
    """What is kept of the rows while they pass; their vectors are not."""

    ids: list[str] = field(default_factory=list)
    documents: list[bytes] = field(default_factory=list)
    patterns: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    filters: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in FILTERS})
    tempi: list[float] = field(default_factory=list)
    versions: dict[Name, set[str]] = field(default_factory=dict)
    strangers: int = 0

    def take(self, document: dict[str, Any], embedding: Embedding) -> None:
        move = Move.model_validate(document)
        self.ids.append(move.clip_id)
        self.documents.append(move.model_dump_json().encode())
        for name in FILTERS:
            self.filters[name].append(getattr(move, name))
        self.tempi.append(move.tempo)
        known = dict(embedding.known())
        self.strangers += not known
        for part, made in known.items():
            self.versions.setdefault(part, set()).add(made.version)

    def fused(self, rows: Iterator[tuple[dict[str, Any], Embedding]], weights: Weights) -> Iterator[Vector]:
        """Blocks of fused vectors."""
        batch: list[Embedding] = []
        for document, embedding in rows:
            self.take(document, embedding)
            batch.append(embedding)
            if len(batch) == _BATCH:
                yield self._block(batch, weights)
                batch = []
        yield self._block(batch, weights)

    def _block(self, batch: list[Embedding], weights: Weights) -> Vector:
        vectors, patterns = fuse(batch, weights)
        self.patterns.append(patterns)
        return vectors

    def require_one_version(self, library: str) -> dict[Name, str]:
        """The version of each part.

        Raises InvalidRequest if there are several, or moves without any: half an index would hide moves in silence.
        """
        mixed = {name: made for name, made in sorted(self.versions.items()) if len(made) > 1}
        several = [f"{name} {' and '.join(sorted(made))}" for name, made in mixed.items()]
        if self.strangers:
            several.append(f"{self.strangers} of {len(self.ids)} moves of an older version")
        if several:
            raise InvalidRequest(
                f"The move library {library!r} holds embeddings that do not compare ({'; '.join(several)}): run "
                "`bachata library add` again with all its clips to embed it anew"
            )
        return {name: next(iter(made)) for name, made in self.versions.items()}


def write_snapshot(path: Path, repository: MoveRepository, weights: Weights) -> Identity:
    """Write the library as it is now.

    Raises InvalidRequest if its embeddings are not of one version each.
    """
    gathered = _Gathered()
    with path.open("wb") as file:
        writer = ArrayWriter(file)
        with repository.reading() as (fingerprint, rows):
            begin = writer.put("vectors", gathered.fused(rows, weights))
        versions = gathered.require_one_version(repository.library)
        file.flush()
        for name, blocks in _arrays(gathered, path, begin):
            writer.put(name, [blocks])
        identity = Identity(repository.library, fingerprint, weights)
        words = {name: sorted(set(values)) for name, values in gathered.filters.items()}
        writer.finish({**identity.said, "versions": versions, "words": words})
    return identity


def _arrays(gathered: _Gathered, path: Path, begin: int) -> Iterator[tuple[str, Array]]:
    yield "patterns", np.concatenate(gathered.patterns)
    yield "ids", np.frombuffer("\0".join(gathered.ids).encode(), dtype=np.uint8)  # no text of PostgreSQL's holds NUL
    yield "documents", np.frombuffer(b"".join(gathered.documents), dtype=np.uint8)
    yield "ends", np.cumsum([len(d) for d in gathered.documents], dtype=np.int64)
    for name, values in gathered.filters.items():
        yield name, Column.of(values).codes
    yield "tempi", np.array(gathered.tempi, dtype=np.float64)
    count = len(gathered.ids)
    if count > FLAT_LIMIT:
        lists = make_lists(np.memmap(path, np.float32, "r", begin, (count, DIMENSIONS)))
        yield "centres", lists.centres
        yield "home", lists.home


def open_snapshot(path: Path, identity: Identity) -> tuple[StoredMoves, Fused]:
    """The library in a file, mapped. Raises Unreadable if it is not the one expected, whole and unchanged."""
    about, arrays = read_arrays(path)
    if any(about.get(name) != said for name, said in identity.said.items()):
        raise Unreadable("it is of another library, state or version")
    ids = tuple(arrays["ids"].tobytes().decode().split("\0")) if len(arrays["ends"]) else ()
    columns = {name: Column(tuple(about["words"][name]), arrays[name]) for name in FILTERS}
    moves = StoredMoves(ids, arrays["documents"], arrays["ends"], columns, arrays["tempi"])
    lists = Lists(arrays["centres"], arrays["home"]) if "centres" in arrays else None
    return moves, Fused(ids, arrays["vectors"], arrays["patterns"], about["versions"], identity.weights, lists)

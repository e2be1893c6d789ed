"""Whether the vectors tell moves apart, part by part, and whether words find what they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bachata.moves.body.discrimination import mean_cosine, retrieval
from bachata.moves.embedding import SIZES, Vector
from bachata.moves.glossary import ALIASES
from bachata.moves.lexical import LEXICAL
from bachata.moves.library import Library

NEAREST = 5


@dataclass(frozen=True)
class Told:
    """Of one part. `known`: moves that have it; `retrieval`: share of the five nearest with the move's own label, with
    what labels dealt at random reach and how often they do as well. None where there are too few moves."""

    part: str
    known: int
    cosine: float | None = None
    retrieval: float | None = None
    chance: float | None = None
    p: float | None = None


@dataclass(frozen=True)
class Words:
    """Of queries by the names of labels: how often the best move found has that label, and by blind choice."""

    queries: int
    found: int
    chance: float


def discrimination(library: Library) -> list[Told]:
    """Of each part of the vectors, and of the whole."""
    labels = [m.label for m in library.moves]
    return [_told(name, library.index.vectors[:, columns], labels) for name, columns in _parts().items()]


def by_words(library: Library) -> Words:
    """Ask for every label of the library by each of its names, in English and Spanish."""
    rows = library.index.vectors[:, _parts()["text"]]
    labels = [m.label for m in library.moves]
    asked = [(label, name) for label in dict.fromkeys(labels) for name in ALIASES.get(label, ())]
    norms = np.linalg.norm(rows, axis=1)
    scores = np.stack(LEXICAL.embed([name for _, name in asked])) @ (rows / np.where(norms > 0, norms, 1)[:, None]).T
    found = sum(labels[int(best)] == label for (label, _), best in zip(asked, scores.argmax(axis=1), strict=True))
    return Words(len(asked), found, float(np.mean([labels.count(label) / len(labels) for label, _ in asked])))


def _told(part: str, vectors: Vector, labels: Sequence[str]) -> Told:
    known = int(np.any(vectors, axis=1).sum())
    if known <= NEAREST:
        return Told(part, known)
    found = retrieval(vectors, labels, k=NEAREST)
    return Told(part, known, mean_cosine(vectors), found.rate, found.chance, found.p)


def _parts() -> dict[str, slice]:
    """The columns of each part of a fused vector, and of all of it."""
    ends = np.cumsum(list(SIZES.values()))
    parts = {str(name): slice(int(end) - SIZES[name], int(end)) for name, end in zip(SIZES, ends, strict=True)}
    return {**parts, "all": slice(None)}

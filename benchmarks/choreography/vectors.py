"""Whether the vectors tell moves apart, part by part, and whether words find what they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bachata.choreography.scorecard.chance import TRIALS, as_high, dice
from bachata.moves import embedding
from bachata.moves.glossary import ALIASES
from bachata.moves.library import Library

Matrix = npt.NDArray[np.float64]

NEAREST = 5


@dataclass(frozen=True)
class Told:
    """Of one part. `known`: moves that have it; `retrieval`: share of the five nearest with the move's own label, with
    what labels dealt at random reach and how often they do as well. None where there are too few moves."""

    part: str
    known: int
    cosine: float | None
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
    vectors = library.index.vectors.astype(np.float64)
    labels = [m.label for m in library.moves]
    return [_told(name, vectors[:, columns], labels) for name, columns in {**_parts(), "all": slice(None)}.items()]


def by_words(library: Library) -> Words:
    """Ask for every label of the library by each of its names, in English and Spanish."""
    rows = _unit(library.index.vectors[:, _parts()["text"]].astype(np.float64))
    labels = [m.label for m in library.moves]
    asked = [(label, name) for label in dict.fromkeys(labels) for name in ALIASES.get(label, ())]
    best = [labels[int(np.argmax(rows @ _text(name)))] for _, name in asked]
    share = [labels.count(label) / len(labels) for label, _ in asked]
    return Words(len(asked), sum(a == b for (a, _), b in zip(asked, best, strict=True)), float(np.mean(share)))


def _told(part: str, vectors: Matrix, labels: Sequence[str]) -> Told:
    here = np.flatnonzero(np.any(vectors != 0, axis=1))
    if len(here) <= NEAREST:
        return Told(part, len(here), None)
    rows, names = _unit(vectors[here]), np.array(labels)[here]
    alike = rows @ rows.T
    count = len(here)
    cosine = float((alike.sum() - np.trace(alike)) / (count * (count - 1)))
    np.fill_diagonal(alike, -np.inf)
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :NEAREST]
    rate = _shared(nearest, names)
    deal = dice()
    drawn = np.array([_shared(nearest, deal.permutation(names)) for _ in range(TRIALS)])
    return Told(part, count, cosine, rate, float(drawn.mean()), as_high(drawn, rate))


def _shared(nearest: npt.NDArray[np.int64], names: npt.NDArray[np.str_]) -> float:
    return float((names[nearest] == names[:, None]).mean())


def _unit(vectors: Matrix) -> Matrix:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1))


def _parts() -> dict[str, slice]:
    sizes = {"text": embedding.TEXT_DIMENSIONS, "music": embedding.MUSIC_DIMENSIONS}
    ends = np.cumsum(list(sizes.values()))
    return {name: slice(int(end) - size, int(end)) for (name, size), end in zip(sizes.items(), ends, strict=True)}


def _text(words: str) -> Matrix:
    return _unit(embedding.embed(embedding.Profile(text=words))[None, _parts()["text"]].astype(np.float64))[0]

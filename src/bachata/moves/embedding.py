"""What a move or a wish is like: up to three parts, each a unit vector of a named version, fused by weights.

| part | numbers | what it says | made by |
|---|---|---|---|
| audio | 128 | what the music sounds like | the music room's `embed`, for clips and for sections of songs |
| text | 384 | what people call it, or ask for | a `TextEmbedder` |
| body | 512 | how the dancers move | the pictures of a clip; a wish has none |

A part that is not known is absent. A move x answers a query q by the weighted mean of the cosines of what both know:

    score(q, x) = Σ w_p cos(q_p, x_p) / Σ w_p        over the parts p of both

Fused, this is an inner product. With W(x) = Σ w_p over the parts of x, and ⊕ for one part after the other,

    x' = ⊕ √w_p x_p / √W(x)        q' = ⊕ √w_p q_p        score(q, x) = ⟨q', x'⟩ · √W(x) / W(q ∩ x)

x' has unit norm, so that two fused moves compare by their inner product, too. The factor behind the product is the same
for all moves that know the same parts: among them it changes no order, and `MoveIndex` searches them together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from bachata.settings import Settings

Vector = npt.NDArray[np.float32]
Name = Literal["audio", "text", "body"]

NAMES: Final[tuple[Name, ...]] = get_args(Name)
SIZES: Final[dict[Name, int]] = {"audio": 128, "text": 384, "body": 512}
DIMENSIONS: Final = sum(SIZES.values())
"""Of a fused vector: 1024."""


@dataclass(frozen=True, eq=False)
class Part:
    """One part: a unit vector, float32, and the version of what made it. Only parts of one version compare."""

    vector: Vector
    version: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Part) and (self.version, self.vector.tobytes()) == (
            other.version,
            other.vector.tobytes(),
        )

    def __hash__(self) -> int:
        return hash((self.version, self.vector.tobytes()))


@dataclass(frozen=True)
class Embedding:
    """The parts that are known. Raises ValueError if one is not of its size and of unit norm."""

    audio: Part | None = None
    text: Part | None = None
    body: Part | None = None

    def __post_init__(self) -> None:
        for name, part in self.known():
            if part.vector.shape != (SIZES[name],):
                raise ValueError(f"the {name} part has the shape {part.vector.shape}, not ({SIZES[name]},)")
            if abs(float(np.linalg.norm(part.vector)) - 1) > 1e-3:
                raise ValueError(f"the {name} part is no unit vector")

    def known(self) -> Iterator[tuple[Name, Part]]:
        """The parts there are, in the order in which they are fused."""
        for name in NAMES:
            part: Part | None = getattr(self, name)
            if part is not None:
                yield name, part


class TextEmbedder(Protocol):
    """Turns words into text parts. Moves and wishes go through the same one."""

    @property
    def version(self) -> str:
        """Names the model and its settings: vectors of two versions do not compare."""

    def embed(self, texts: Sequence[str]) -> Iterable[Vector]:
        """A unit vector (384,) a text, in their order; zeros for a text that says nothing.

        Raises Unavailable if what it rests on does not answer.
        """


@dataclass(frozen=True)
class Weights:
    """How much each part counts; together 1. Raises ValueError otherwise."""

    audio: float = 0.35
    text: float = 0.35
    body: float = 0.30

    def __post_init__(self) -> None:
        if not all(math.isfinite(w) and w >= 0 for w in self.each) or abs(sum(self.each) - 1) > 1e-6:
            raise ValueError(f"fusion weights are 0 or more and add up to 1, not {self.each}")

    @classmethod
    def of_settings(cls, settings: Settings) -> Weights:
        """As the environment says."""
        return cls(settings.fusion_weight_audio, settings.fusion_weight_text, settings.fusion_weight_body)

    @property
    def each(self) -> tuple[float, float, float]:
        """In the order in which parts are fused."""
        return (self.audio, self.text, self.body)

    def of(self, pattern: int) -> float:
        """W: what the parts of a `pattern` count together."""
        return math.fsum(w for bit, w in enumerate(self.each) if pattern >> bit & 1)


USUAL: Final = Weights()


def fuse(embeddings: Sequence[Embedding], weights: Weights) -> tuple[Vector, npt.NDArray[np.uint8]]:
    """Fused moves, shape (moves, 1024), and the pattern of each: bit i is set if it knows part i of `NAMES`.

    A row is a unit vector, or zeros if nothing that counts is known. A part of no weight counts as not known.
    """
    rows = np.zeros((len(embeddings), DIMENSIONS))
    patterns = np.zeros(len(embeddings), dtype=np.uint8)
    for number, embedding in enumerate(embeddings):
        row, pattern = _weighed(embedding, weights)
        rows[number], patterns[number] = row / math.sqrt(weights.of(pattern) or 1.0), pattern
    return rows.astype(np.float32), patterns


def fuse_query(query: Embedding, weights: Weights) -> tuple[Vector, int]:
    """q', shape (1024,), and its pattern."""
    row, pattern = _weighed(query, weights)
    return row.astype(np.float32), pattern


def factor(row: int, query: int, weights: Weights) -> float:
    """What to multiply the inner product of q' and x' with, by their patterns; 0 if they share nothing."""
    shared = weights.of(row & query)
    return math.sqrt(weights.of(row)) / shared if shared else 0.0


def _weighed(embedding: Embedding, weights: Weights) -> tuple[npt.NDArray[np.float64], int]:
    row, pattern, at = np.zeros(DIMENSIONS), 0, 0
    for bit, (name, weight) in enumerate(zip(NAMES, weights.each, strict=True)):
        part: Part | None = getattr(embedding, name)
        if part is not None and weight > 0:
            row[at : at + SIZES[name]] = math.sqrt(weight) * part.vector.astype(np.float64)
            pattern |= 1 << bit
        at += SIZES[name]
    return row, pattern

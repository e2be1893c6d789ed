"""The text part without any model: words, pairs of words, character n-grams and the glossary.

Each feature is hashed (BLAKE2b) to a dimension and a sign, counted as 1 + ln n times its weight (feature hashing:
Weinberger et al., ICML 2009). The glossary adds one feature for each move that is named, whatever it is called, in
English or Spanish. Nothing is random and nothing depends on Python's hash seed.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np

from bachata.moves.catalogue import Move
from bachata.moves.embedding import SIZES, Vector
from bachata.moves.glossary import fold, labels_in, names_of

_WORD: Final = 3.0
_MOVE: Final = 6.0
_GRAMS: Final = (3, 4, 5)
_SEPARATOR: Final = " . "


class LexicalEmbedder:
    """A `TextEmbedder` that needs nothing and nobody."""

    version: Final = "lexical-2"

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """See `TextEmbedder`; phrases of a text are parted by " . " and share no pair of words."""
        return [_embed(text) for text in texts]


LEXICAL: Final = LexicalEmbedder()


def text_of(move: Move) -> str:
    """What is said of a move: all names of its label, and its title.

    Level, energy, style, role and tempo are no words here: they are filters of the search and costs of the sequence.
    """
    return phrases((*names_of(move.label), fold(move.name)))


def phrases(said: Sequence[str]) -> str:
    """Several phrases as one text."""
    return _SEPARATOR.join(said)


def _embed(text: str) -> Vector:
    counts: Counter[tuple[str, float]] = Counter()
    for phrase in text.split(_SEPARATOR):
        words = fold(phrase).split() or phrase.casefold().split()  # of another script: as it stands
        counts.update((word, _WORD) for word in words)
        counts.update((f"{a} {b}", _WORD) for a, b in pairwise(words))
        for word in words:
            marked = f"^{word}$"
            counts.update((marked[i : i + n], 1.0) for n in _GRAMS for i in range(max(0, len(marked) - n + 1)))
    counts.update((f"#{label}", _MOVE) for label in labels_in(text))
    vector = np.zeros(SIZES["text"])
    for (feature, weight), count in sorted(counts.items()):
        dimension, sign = _place(feature)
        vector[dimension] += sign * weight * (1 + math.log(count))
    norm = float(np.linalg.norm(vector))
    return np.asarray(vector / norm if norm else vector, dtype=np.float32)


@lru_cache(maxsize=65536)
def _place(feature: str) -> tuple[int, float]:
    digest = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")
    return (digest >> 1) % SIZES["text"], 1.0 if digest & 1 else -1.0

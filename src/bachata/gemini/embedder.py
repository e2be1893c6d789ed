"""Texts as vectors of meaning, by Gemini: a text embedder for the move index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bachata.errors import GeminiUnavailable
from bachata.gemini.access import access
from bachata.gemini.client import GeminiClient
from bachata.gemini.faults import unavailable
from bachata.settings import Settings

DIMENSIONS = 384
BATCH = 100
"""Texts a call: the most the API takes."""
TEXT_CHARACTERS = 8_000


class Embeds(Protocol):
    """Who gives one vector a text."""

    def embed(self, texts: Sequence[str], dimensions: int) -> list[list[float]]:
        """Vectors, unchecked. Raises GeminiUnavailable."""
        ...


class GeminiTextEmbedder:
    """Embeds texts with one model, whose name is part of `version`: an index refuses vectors of another one."""

    def __init__(self, client: Embeds, model: str) -> None:
        self._client = client
        self.version = f"gemini-{model}-{DIMENSIONS}"

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of unit norm, shape (len(texts), 384), float32; 0 rows for no text.

        Raises ValueError for an empty or overlong text, GeminiUnavailable if Gemini gives no usable vectors.
        """
        for text in texts:
            if not text.strip() or len(text) > TEXT_CHARACTERS:
                raise ValueError(f"a text to embed has 1 to {TEXT_CHARACTERS} characters, this has {len(text)}")
        rows = [self._batch(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        return np.concatenate(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _batch(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        found = self._client.embed(texts, DIMENSIONS)
        if len(found) != len(texts) or any(len(values) != DIMENSIONS for values in found):
            raise _wrong("shape")
        vectors = np.asarray(found, dtype=np.float64)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(norms).all() or not (norms > 0).all():
            raise _wrong("norm")
        # A vector shortened by output_dimensionality is not of unit norm.
        return np.asarray(vectors / norms, dtype=np.float32)


def _wrong(what: str) -> GeminiUnavailable:
    return unavailable("malformed", details=what)


def open_text_embedder(env: Settings) -> GeminiTextEmbedder | None:
    """The embedder `env` asks for; None unless it names an embedding model."""
    found = access(env)
    if found is None or found.embedding_model is None:
        return None
    return GeminiTextEmbedder(GeminiClient(found), found.embedding_model)

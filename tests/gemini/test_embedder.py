"""Texts as vectors: shape, norm, batches, and what is no vector."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bachata.errors import GeminiUnavailable
from bachata.gemini.embedder import BATCH, DIMENSIONS, GeminiTextEmbedder, open_text_embedder
from bachata.settings import Settings
from tests.gemini.double import EMBEDDING_MODEL, KEY, Asked, Double, Reply, embeds, fails


def _vectors(asked: Asked) -> Reply:
    """A vector whose first value is the length of its text: not of unit norm."""
    texts = [request["content"]["parts"][0]["text"] for request in asked.body["requests"]]
    return embeds([[float(len(t)), 2.0, *[0.0] * (DIMENSIONS - 2)] for t in texts])


def embedded(double: Double, texts: list[str], *replies: Any) -> Any:
    double.reset(*(replies or (_vectors,)))
    with double.client() as client:
        return GeminiTextEmbedder(client, EMBEDDING_MODEL).embed(texts)


def test_vectors_are_of_unit_norm_in_the_order_of_the_texts(double: Double) -> None:
    found = embedded(double, ["a", "four"])
    assert (found.shape, found.dtype) == ((2, DIMENSIONS), np.float32)
    assert np.linalg.norm(found, axis=1) == pytest.approx([1.0, 1.0], abs=1e-6)
    assert found[:, 0] == pytest.approx([1 / math.sqrt(5), 4 / math.sqrt(20)], abs=1e-6)


def test_many_texts_go_in_batches(double: Double) -> None:
    texts = [f"{'x' * (1 + n % 7)}" for n in range(2 * BATCH + 1)]
    found = embedded(double, texts)
    assert [len(a.body["requests"]) for a in double.asked] == [BATCH, BATCH, 1]
    assert {r["outputDimensionality"] for a in double.asked for r in a.body["requests"]} == {DIMENSIONS}
    assert np.array_equal(found[0], found[7])
    assert not np.array_equal(found[0], found[1])


def test_no_text_asks_nobody(double: Double) -> None:
    assert embedded(double, []).shape == (0, DIMENSIONS)
    assert double.asked == []


def test_what_passes_is_tried_again(double: Double) -> None:
    assert embedded(double, ["one"], fails(429), _vectors).shape == (1, DIMENSIONS)
    assert len(double.asked) == 2


@pytest.mark.parametrize(
    "reply",
    [
        embeds([]),
        embeds([[1.0] * DIMENSIONS] * 2),
        embeds([[1.0] * (DIMENSIONS - 1)]),
        embeds([[0.0] * DIMENSIONS]),
        Reply(b'{"embeddings": [{"values": [' + b", ".join([b"1e999"] * DIMENSIONS) + b"]}]}"),
        Reply(b'{"embeddings": [{"values": [NaN' + b", 1.0" * (DIMENSIONS - 1) + b"]}]}"),
        Reply(b'{"embeddings": [{"values": ["a"]}]}'),
        Reply(b'{"embeddings": [{}]}'),
        Reply(b"{}"),
        Reply(b"nonsense"),
    ],
)
def test_what_is_no_vector_is_refused(double: Double, reply: Reply) -> None:
    with pytest.raises(GeminiUnavailable) as caught:
        embedded(double, ["one"], reply)
    assert caught.value.reason == "malformed"


@pytest.mark.parametrize("text", ["", "  ", "x" * 8001])
def test_what_is_no_text_is_refused(double: Double, text: str) -> None:
    with pytest.raises(ValueError, match="1 to 8000 characters"):
        embedded(double, ["fine", text])
    assert double.asked == []


def test_the_version_names_the_model() -> None:
    env = Settings(gemini_api_key=KEY, gemini_embedding_model="gemini-embedding-2")  # type: ignore[arg-type]
    embedder = open_text_embedder(env)
    assert embedder is not None
    assert embedder.version == "gemini-gemini-embedding-2-384"


def test_there_is_none_unless_a_model_is_named() -> None:
    assert open_text_embedder(Settings()) is None
    assert open_text_embedder(Settings(gemini_api_key=KEY)) is None  # type: ignore[arg-type]

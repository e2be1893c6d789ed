"""Who turns words into text parts."""

from __future__ import annotations

from bachata.moves.embedding import TextEmbedder
from bachata.moves.lexical import LEXICAL
from bachata.settings import Settings


def text_embedder(env: Settings) -> TextEmbedder:
    """The one that `env` asks for: Gemini's if it names an embedding model, else words by themselves."""
    from bachata.gemini.embedder import open_text_embedder

    return open_text_embedder(env) or LEXICAL

"""English or Spanish: the language to answer a request in."""

from __future__ import annotations

from typing import Literal

from bachata.choreography.brief.durations import plain
from bachata.moves.glossary import fold

_SPANISH = {
    "el", "la", "los", "las", "un", "una", "unos", "unas", "de", "del", "y", "o", "con", "sin", "para", "por", "que",
    "en", "muy", "mas", "al", "es", "se", "mi", "quiero", "algo", "baile", "bailar", "cancion", "musica", "minuto",
    "minutos", "segundos", "ritmo", "pasos", "nivel", "vueltas", "giros", "principiantes",
}  # fmt: skip
_ENGLISH = {
    "the", "a", "an", "of", "and", "or", "with", "without", "for", "that", "in", "very", "more", "to", "is", "my", "i",
    "want", "something", "dance", "dancing", "song", "music", "minute", "minutes", "seconds", "rhythm", "steps",
    "level", "turns", "spins", "beginner", "about", "please", "some", "lots",
}  # fmt: skip


def language_of(text: str | None) -> Literal["en", "es"]:
    """The language most of the little words of `text` belong to; English when nothing tells."""
    words = fold(plain(text or "")).split()
    spanish, english = sum(w in _SPANISH for w in words), sum(w in _ENGLISH for w in words)
    return "es" if spanish > english else "en"

"""What to look for at a place of the dance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from bachata.choreography.brief import Brief
from bachata.choreography.slots import Slot
from bachata.errors import Unavailable
from bachata.logs import get_logger
from bachata.moves.embedding import Embedding, Part, TextEmbedder, Vector
from bachata.moves.glossary import names_of
from bachata.moves.lexical import LEXICAL, phrases
from bachata.music.document import Analysis

SECTION_WORDS: Final = {
    "intro": "intros entrance basic",
    "verse": "basic turn ladyturn",
    "chorus": "body wave hip roll arm styling",
    "bridge": "footwork spin golpes syncopation",
    "outro": "outro ending dip",
}
"""What is danced where: derecho (verses) basics and turns, majao (choruses) body movement, mambo footwork."""

log = get_logger(__name__)


def words_for(label: str, brief: Brief) -> str:
    """What to look for in words: those of the section and of the request."""
    wanted = [name for wish in brief.wanted for name in names_of(wish)[:2]]
    return phrases([SECTION_WORDS[label], *wanted, *([brief.query] if brief.query else [])])


class Queries:
    """The queries of one dance: what its sections sound like, and their words with the request's. No body is asked for.

    A part that cannot be made is left out: the music of a section too short or silent, of a song analysed by an older
    version; words while the text embedder does not answer, which is said in the log.
    """

    def __init__(self, brief: Brief, song: Analysis | None = None, text: TextEmbedder = LEXICAL) -> None:
        """Words of all sections of `song` are embedded at once; without a song, none of its music is known."""
        labels = dict.fromkeys(s.label for s in song.sections) if song and song.sections else SECTION_WORDS
        self._texts = _texts(list(labels), brief, text)
        self._sounds = _sounds(song) if song else []

    def at(self, slot: Slot) -> Embedding:
        """The query of a place."""
        audio = self._sounds[slot.section] if slot.section < len(self._sounds) else None
        return Embedding(audio=audio, text=self._texts.get(slot.label))


def _texts(labels: Sequence[str], brief: Brief, text: TextEmbedder) -> dict[str, Part]:
    try:
        vectors = text.embed([words_for(label, brief) for label in labels])
    except Unavailable as error:
        log.warning("searching without words: %s", error.message, extra={"details": error.details})
        return {}
    return {label: Part(v, text.version) for label, v in zip(labels, vectors, strict=True) if np.any(v)}


def _sounds(song: Analysis) -> list[Part | None]:
    if song.embedding_version is None:
        return []
    return [
        None if section.embedding is None else Part(_unit(section.embedding), song.embedding_version)
        for section in song.sections
    ]


def _unit(numbers: Sequence[float]) -> Vector:
    """Rounded numbers of a document, of unit norm again."""
    vector = np.asarray(numbers, dtype=np.float64)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

"""Making the parts of moves, and only those that can have changed.

A text part is made anew when what is said of the move has changed, an audio part when the clip has, either when another
version makes them. A body part comes with the measuring of the clip's pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bachata.errors import InvalidRequest, MediaUnreadable
from bachata.logs import get_logger
from bachata.moves.catalogue import Move
from bachata.moves.conforming import each
from bachata.moves.embedding import Embedding, Part, TextEmbedder, Vector
from bachata.moves.lexical import LEXICAL, text_of
from bachata.moves.repository import Embedded

log = get_logger(__name__)


@dataclass(frozen=True)
class ClipEar:
    """Hears what a clip's music is like: `embed(path)` gives a unit vector (128,), of `version`.

    The music room's, passed in by whoever starts an ingest. It may raise MediaUnreadable or InvalidRequest for a clip
    without sound or with too little of it.
    """

    version: str
    embed: Callable[[Path], Vector]


@dataclass(frozen=True)
class Embedder:
    """Makes the parts. Without an `ear` the audio parts there are stay, and no new ones are made."""

    text: TextEmbedder = LEXICAL
    ear: ClipEar | None = None

    def embed(
        self,
        moves: Sequence[Move],
        clips: Mapping[str, Path],
        bodies: Mapping[str, Part],
        known: Mapping[str, Embedded],
        workers: int = 1,
    ) -> list[Embedded]:
        """The moves with their parts, in their order. `known`: what the library holds already, by clip id.

        `clips`: the files of the clips, needed of those that were never heard; `bodies`: parts measured just now.
        Raises what the text embedder raises.
        """
        texts = self._texts(moves, known)
        sounds = self._sounds(moves, clips, known, workers)
        found = []
        for move in moves:
            kept = _kept(known.get(move.clip_id), move)
            audio = sounds.get(move.clip_id, kept.audio)
            body = bodies.get(move.clip_id, kept.body)
            found.append(Embedded(move, Embedding(audio=audio, text=texts[move.clip_id], body=body)))
        return found

    def outdated(self, known: Mapping[str, Embedded]) -> list[Move]:
        """Moves whose text part another version made: their clips are not needed to make it anew."""
        return [e.move for e in known.values() if e.embedding.text is None or not self._is_ours(e.embedding.text)]

    def _is_ours(self, part: Part) -> bool:
        return part.version == self.text.version

    def _texts(self, moves: Sequence[Move], known: Mapping[str, Embedded]) -> dict[str, Part | None]:
        texts: dict[str, Part | None] = {}
        fresh: list[Move] = []
        for move in moves:
            old = known.get(move.clip_id)
            part = old.embedding.text if old and text_of(old.move) == text_of(move) else None
            if part is not None and self._is_ours(part):
                texts[move.clip_id] = part
            else:
                fresh.append(move)
        vectors = self.text.embed([text_of(move) for move in fresh]) if fresh else []
        for move, vector in zip(fresh, vectors, strict=True):
            texts[move.clip_id] = Part(vector, self.text.version) if np.any(vector) else None
        return texts

    def _sounds(
        self, moves: Sequence[Move], clips: Mapping[str, Path], known: Mapping[str, Embedded], workers: int
    ) -> dict[str, Part | None]:
        """Audio parts of the clips that have to be heard; None for those that hold nothing to be heard."""
        ear = self.ear
        if ear is None:
            return {}
        unheard = {}
        for move in moves:
            part = _kept(known.get(move.clip_id), move).audio
            if move.clip_id in clips and (part is None or part.version != ear.version):
                unheard[move.clip_id] = clips[move.clip_id]
        heard: dict[str, Part | None] = {}
        with each(unheard, lambda path, _stop: _hear(ear, path), workers) as finished:
            for clip_id, job in finished:
                heard[clip_id] = job.result()
        return heard


_NOTHING: Final = Embedding()


def _kept(old: Embedded | None, move: Move) -> Embedding:
    """The parts of what a clip's file holds, as long as it is the same file."""
    same = old is not None and old.move.source_sha256 is not None and old.move.source_sha256 == move.source_sha256
    return old.embedding if old is not None and same else _NOTHING


def _hear(ear: ClipEar, path: Path) -> Part | None:
    try:
        return Part(ear.embed(path), ear.version)
    except (MediaUnreadable, InvalidRequest) as error:
        log.info("a clip has no audio part", extra={"clip": path.name, "details": error.message})
        return None

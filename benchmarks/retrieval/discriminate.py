"""Do the parts tell moves apart? How alike they are on average, and whether the nearest ones bear the same label."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bachata.moves.annotations import read
from bachata.moves.embedding import USUAL, Embedding, Part, fuse
from bachata.moves.glossary import fold, names_of
from bachata.moves.lexical import LEXICAL, phrases
from bachata.music.embedding import VERSION, embed

NEAREST = 5


@dataclass(frozen=True)
class Told:
    """`retrieval`: share of the nearest five that bear the label; `chance`: of five drawn at random."""

    name: str
    cosine: float
    retrieval: float
    chance: float


def discriminate(clips: Path) -> list[Told]:
    """Of the clips of a folder with `annotations.json`: audio, text, and both fused as an index has them."""
    named = [annotation for _, annotation in read(clips / "annotations.json")[0]]
    labels = np.array([annotation.move_label for annotation in named])
    sounds = np.stack([embed(clips / annotation.video_path) for annotation in named])
    said = [(*names_of(a.move_label), fold(a.name or Path(a.video_path).stem.replace("_", " "))) for a in named]
    texts = np.stack(LEXICAL.embed([phrases(words) for words in said]))
    both = [
        Embedding(audio=Part(sound, VERSION), text=Part(text, LEXICAL.version))
        for sound, text in zip(sounds, texts, strict=True)
    ]
    rows = {"audio": sounds, "text": texts, "audio and text, fused": fuse(both, USUAL)[0]}
    return [told(name, vectors, labels) for name, vectors in rows.items()]


def told(name: str, vectors: np.ndarray, labels: np.ndarray) -> Told:
    """Judge unit rows, shape (moves, any)."""
    count = len(vectors)
    others = ~np.eye(count, dtype=bool)
    alike = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    same = labels[:, None] == labels
    nearest = np.argsort(np.where(others, -alike, np.inf), axis=1, kind="stable")[:, :NEAREST]
    hits = np.take_along_axis(same, nearest, axis=1).mean()
    return Told(name, float(alike[others].mean()), float(hits), float(same[others].mean()))

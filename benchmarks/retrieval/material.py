"""Libraries of any size and the queries of dances, made from a seed.

Moves come in kinds, as they do in life: a body part lies near that of its kind (a label danced in one of some ways), an
audio part near that of one section of one song, a text part is that of a real text, of which there are far fewer than
moves. Queries know sections of other recordings of these songs and words, and no body.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from bachata.choreography.brief import understand
from bachata.choreography.query import SECTION_WORDS, words_for
from bachata.moves.catalogue import LABELS
from bachata.moves.embedding import NAMES, SIZES, Embedding, Part
from bachata.moves.lexical import LEXICAL, text_of
from tests.choreography.worlds import ENERGIES, LEVELS, make_move

SONGS, SECTIONS, WAYS = 200, 5, 25
AUDIO_NOISE, BODY_NOISE = 0.6, 0.6
"""Length of what is a move's own, against 1 for what it shares with its kind."""
TITLES = ("suave", "with a twist", "para dos", "slow", "rápido", "open", "closed", "from the left", "doble", "classic")
REQUESTS = (
    "romantic beginner bachata with smooth transitions", "an energetic dance with many giros and footwork",
    "sensual, body rolls and hip rolls please", "algo tranquilo para principiantes", "a playful dance with golpes",
    "cross body lead and turns, nothing wild", "shadow position and head rolls", "una entrada elegante y vueltas",
)  # fmt: skip
VERSIONS = {"audio": "audio-1", "text": LEXICAL.version, "body": "flow-2"}


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _noisy(centres: np.ndarray, noise: float, dice: np.random.Generator) -> np.ndarray:
    own = dice.normal(size=centres.shape) * noise / np.sqrt(centres.shape[1])
    return _unit(centres + own)


@dataclass(frozen=True)
class Material:
    """A library of `count` moves. It can stand in for a `MoveRepository` when a snapshot is written."""

    count: int
    library: str = "bench"

    @cached_property
    def moves(self) -> list[Any]:
        dice = np.random.default_rng(1)
        tempos = dice.normal(124, 8, self.count)
        return [
            make_move(
                f"move{i:06d}",
                label=LABELS[i % len(LABELS)],
                tempo=float(tempos[i]),
                difficulty=LEVELS[i // len(LABELS) % 3],
                energy=ENERGIES[i // 7 % 3],
                profile="720p30",
            ).model_copy(update={"name": TITLES[i // 5 % len(TITLES)]})
            for i in range(self.count)
        ]

    @cached_property
    def parts(self) -> dict[str, np.ndarray]:
        """Name -> unit rows (count, size)."""
        dice = np.random.default_rng(2)
        kinds = np.arange(self.count) % len(LABELS) * WAYS + dice.integers(0, WAYS, self.count)
        bodies = _unit(np.random.default_rng(3).normal(size=(len(LABELS) * WAYS, SIZES["body"])))
        texts = [text_of(move) for move in self.moves]
        made = {text: vector for text in dict.fromkeys(texts) for vector in LEXICAL.embed([text])}
        return {
            "audio": _noisy(_sounds()[dice.integers(0, SONGS * SECTIONS, self.count)], AUDIO_NOISE, dice),
            "text": np.stack([made[text] for text in texts]),
            "body": _noisy(bodies[kinds], BODY_NOISE, dice),
        }

    def embeddings(self) -> Iterator[Embedding]:
        for number in range(self.count):
            yield Embedding(**{n: Part(self.parts[n][number], VERSIONS[n]) for n in NAMES})

    def fingerprint(self) -> str:
        return f"{self.count}/generated"

    @contextmanager
    def reading(self) -> Iterator[tuple[str, Iterator[tuple[dict[str, Any], Embedding]]]]:
        """As a repository reads."""
        documents = (move.model_dump(mode="json") for move in self.moves)
        yield self.fingerprint(), zip(documents, self.embeddings(), strict=True)


def _sounds() -> np.ndarray:
    """Sections of songs: near their song, each of its own kind."""
    dice = np.random.default_rng(4)
    songs = np.repeat(_unit(dice.normal(size=(SONGS, SIZES["audio"]))), SECTIONS, axis=0)
    return _noisy(songs, 0.7, dice)


def queries(number: int) -> list[Embedding]:
    """Queries of places: every section's words with every request in turn, music of any section."""
    dice = np.random.default_rng(5)
    sounds = _noisy(_sounds()[dice.integers(0, SONGS * SECTIONS, number)], 0.4, dice)
    briefs = [understand({}, request) for request in REQUESTS]
    texts = LEXICAL.embed([words_for(label, brief) for label, brief in product(SECTION_WORDS, briefs)])
    words = [texts[i * 7 % len(texts)] for i in range(number)]
    return [
        Embedding(audio=Part(sound, VERSIONS["audio"]), text=Part(text, VERSIONS["text"]))
        for sound, text in zip(sounds, words, strict=True)
    ]


def masks(count: int) -> dict[str, np.ndarray]:
    """Filters, by how much of the library passes."""
    dice = np.random.default_rng(6)
    chance = dice.random(count)
    return {
        "all": np.ones(count, dtype=bool),
        "a third": chance < 1 / 3,
        "1 in 20": chance < 0.05,
        "1 in 500": chance < 0.002,
    }

"""One vector for a move or for a wish: what is said of it, and what its music is like.

Version ``lexical-1``: two parts, each of unit norm, fused with the square roots of the weights below so that the cosine
of two fused vectors is the weighted mean of the parts' cosines. A part that is not known is left out (zeros) and the
whole brought back to unit norm. Nothing is random and nothing depends on Python's hash seed.

- text, 384 dimensions: words, pairs of words and character 3- to 5-grams, each hashed (BLAKE2b) to a dimension and a
  sign, counted as 1 + ln n, words three times the weight of n-grams (feature hashing: Weinberger et al., ICML 2009);
- music, 45 dimensions: tempo as Gaussian bumps on a logarithmic axis, difficulty, energy, style and role.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bachata.moves.catalogue import ENERGY, Move
from bachata.moves.glossary import fold, names_of, role_of

Vector = npt.NDArray[np.float32]

VERSION = "lexical-1"
TEXT_DIMENSIONS = 384
MUSIC_DIMENSIONS = 45
DIMENSIONS = TEXT_DIMENSIONS + MUSIC_DIMENSIONS

TEXT_WEIGHT = 0.45
"""Share of the text in a fused cosine; the rest is the music's. Lexical similarity is the coarser of the two."""

_TEMPO_BUMPS = 24
_TEMPO_RANGE = (60.0, 200.0)  # BPM; what the analyser searches, with a margin
_TEMPO_WIDTH = math.log(1.06)  # a stretch of 6 % is where a retimed clip begins to look wrong (scorecard M5)
_LEVELS = {"beginner": 0.0, "intermediate": 0.5, "advanced": 1.0}
_STYLES = ("romantic", "sensual", "energetic", "playful")
_ROLES = ("intro", "outro", "any")
_WEIGHTS = {"tempo": 0.25, "difficulty": 0.2, "energy": 0.3, "style": 0.2, "role": 0.05}


@dataclass(frozen=True)
class Profile:
    """What a vector is made from. None and empty mean: not known, or no wish.

    `tempo` in beats a minute, `energy` 0 to 1, `styles` any of the four of the catalogue.
    """

    text: str = ""
    tempo: float | None = None
    difficulty: str | None = None
    energy: float | None = None
    styles: tuple[str, ...] = ()
    role: str | None = None


def profile_of(move: Move) -> Profile:
    """The profile of a move of the library."""
    words = [*names_of(move.label), fold(move.name), move.difficulty, f"{move.energy_level} energy", move.style]
    return Profile(
        text=" . ".join(words),
        tempo=move.tempo,
        difficulty=move.difficulty,
        energy=ENERGY[move.energy_level],
        styles=(move.style,),
        role=role_of(move.label),
    )


def embed(profile: Profile) -> Vector:
    """The fused vector of `profile`: shape (DIMENSIONS,), float32, unit norm.

    Raises ValueError if the profile says nothing at all.
    """
    parts = np.concatenate(
        [
            math.sqrt(TEXT_WEIGHT) * _text(profile.text),
            math.sqrt(1 - TEXT_WEIGHT) * _music(profile),
        ]
    )
    norm = float(np.linalg.norm(parts))
    if norm == 0:
        raise ValueError("an empty profile has no direction")
    return (parts / norm).astype(np.float32)


def _text(text: str) -> npt.NDArray[np.float64]:
    vector = np.zeros(TEXT_DIMENSIONS)
    counts: Counter[tuple[str, float]] = Counter()
    for phrase in text.split(" . "):
        words = fold(phrase).split()
        counts.update((word, 3.0) for word in words)
        counts.update((f"{a} {b}", 3.0) for a, b in pairwise(words))
        for word in words:
            marked = f"^{word}$"
            counts.update((marked[i : i + n], 1.0) for n in (3, 4, 5) for i in range(max(0, len(marked) - n + 1)))
    for (feature, weight), count in sorted(counts.items()):
        dimension, sign = _place(feature)
        vector[dimension] += sign * weight * (1 + math.log(count))
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm else vector


@lru_cache(maxsize=65536)
def _place(feature: str) -> tuple[int, float]:
    digest = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")
    return (digest >> 1) % TEXT_DIMENSIONS, 1.0 if digest & 1 else -1.0


def _music(profile: Profile) -> npt.NDArray[np.float64]:
    difficulty = _LEVELS.get(profile.difficulty or "")
    blocks = {
        "tempo": _bumps(None if profile.tempo is None else _tempo_place(profile.tempo), _TEMPO_BUMPS, _tempo_width()),
        "difficulty": _bumps(difficulty, 5, 0.3),
        "energy": _bumps(profile.energy, 9, 0.2),
        "style": np.array([float(s in profile.styles) for s in _STYLES]),
        "role": np.array([float(r == profile.role) for r in _ROLES]),
    }
    vector = np.zeros(MUSIC_DIMENSIONS)
    at = 0
    for name, block in blocks.items():
        norm = float(np.linalg.norm(block))
        if norm:
            vector[at : at + len(block)] = math.sqrt(_WEIGHTS[name]) * block / norm
        at += len(block)
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm else vector


def _tempo_place(tempo: float) -> float:
    low, high = _TEMPO_RANGE
    return math.log(min(max(tempo, low), high) / low) / math.log(high / low)


def _tempo_width() -> float:
    low, high = _TEMPO_RANGE
    return _TEMPO_WIDTH / math.log(high / low)


def _bumps(place: float | None, count: int, width: float) -> npt.NDArray[np.float64]:
    """Soft one-hot: Gaussians of `width` at `count` even places of 0..1; zeros when the place is not known."""
    if place is None:
        return np.zeros(count)
    centres = np.linspace(0.0, 1.0, count)
    return np.asarray(np.exp(-0.5 * ((centres - place) / width) ** 2), dtype=np.float64)

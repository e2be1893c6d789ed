"""Which song fits a description, and why: rules over what the catalogue says of it, the same answer every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bachata.choreography.brief import Brief
from bachata.choreography.vocabulary import STYLE_WORDS
from bachata.errors import SongMissing
from bachata.moves.glossary import fold

TEMPO_OF_ENERGY = {"low": (110.0, 120.0), "medium": (120.0, 130.0), "high": (130.0, 140.0)}
"""BPM, both ends included."""
_WORD = 4  # letters a word of the request needs to say anything about a title


class Song(Protocol):
    """What choosing looks at."""

    @property
    def audio_path(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def artist(self) -> str: ...  # noqa: D102
    @property
    def genre(self) -> str | None: ...  # noqa: D102
    @property
    def bpm(self) -> float | None: ...  # noqa: D102


@dataclass(frozen=True)
class Choice:
    """A song's storage key and title, and what spoke for it."""

    audio_path: str
    title: str
    reasons: tuple[str, ...]


def choose(songs: Sequence[Song], brief: Brief) -> Choice:
    """The song that fits `brief` best; equal ones by title.

    Bachatas first; of those, the ones whose tempo suits the energy; of those, the highest score: 2 for a word of the
    style in title or artist, 1 if the request itself speaks of that style, 1 for each longer word of the request in
    title or artist, 0.5 for a known tempo.

    Raises SongMissing if there is no song.
    """
    if not songs:
        raise SongMissing("There is no song to choose from: name one with `bachata run --song FILE`")
    reasons: list[str] = []
    pool = [s for s in songs if "bachata" in (s.genre or "").casefold()]
    if pool:
        reasons.append(f"one of {len(pool)} bachata song{'s' if len(pool) != 1 else ''}")
    else:
        pool = list(songs)
        reasons.append("no song is marked as bachata, so all were considered")
    low, high = TEMPO_OF_ENERGY[brief.energy.value]
    fitting = [s for s in pool if s.bpm is not None and low <= s.bpm <= high]
    if fitting:
        reasons.append(f"its tempo of {low:g} to {high:g} BPM suits {brief.energy.value} energy")
    best = min(fitting or pool, key=lambda s: (-_score(s, brief)[0], fold(s.title), s.audio_path))
    return Choice(best.audio_path, best.title, (*reasons, *_score(best, brief)[1]))


def _score(song: Song, brief: Brief) -> tuple[float, list[str]]:
    named = f" {fold(f'{song.title} {song.artist}')} "
    query = fold(brief.query or "")
    style = brief.style.value
    score, reasons = 0.0, []
    if word := next((w for w in STYLE_WORDS[style] if f" {w} " in named), None):
        score += 2
        reasons.append(f"{word!r} in its title or artist is {style}")
    if any(f" {w} " in f" {query} " for w in STYLE_WORDS[style]):
        score += 1
    words = sorted({w for w in query.split() if len(w) >= _WORD and f" {w} " in named})
    score += len(words)
    reasons += [f"{w!r} of the request is in its title or artist" for w in words]
    if song.bpm is not None:
        score += 0.5
    return score, reasons

"""Which song fits a description, and why: rules over what the catalogue says of it, the same answer every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bachata.choreography.brief import Brief
from bachata.choreography.vocabulary import MOODS, STYLE_WORDS
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

    A song that is asked for by title, or else by artist, comes before all. Otherwise bachatas first; of those, the ones
    in the tempo asked for, or in one that suits the energy; of those, the highest score: 2 for a word of the style in
    title or artist, 1 if the request itself speaks of that style, 1 for a word of the mood asked for, 1 for each longer
    word of the request in title or artist, 0.5 for a known tempo.

    Raises SongMissing if there is no song.
    """
    if not songs:
        raise SongMissing("There is no song to choose from: name one with `bachata run --song FILE`")
    pool, reasons = _asked_for(songs, brief)
    if pool is None:
        pool, genre = _bachatas(songs)
        reasons.append(genre)
    low, high = brief.song.tempo.value or TEMPO_OF_ENERGY[brief.energy.value]
    fitting = [s for s in pool if s.bpm is not None and low <= s.bpm <= high]
    suits = "is as asked for" if brief.song.tempo.value else f"suits {brief.energy.value} energy"
    if fitting:
        reasons.append(f"its tempo of {low:g} to {high:g} BPM {suits}")
    elif brief.song.tempo.value:
        reasons.append(f"none is known to have the {low:g} to {high:g} BPM asked for")
    best = min(fitting or pool, key=lambda s: (-_score(s, brief)[0], fold(s.title), s.audio_path))
    return Choice(best.audio_path, best.title, (*reasons, *_score(best, brief)[1]))


def _asked_for(songs: Sequence[Song], brief: Brief) -> tuple[list[Song] | None, list[str]]:
    """Songs by the title and artist asked for, as nearly as there are any (else None), and what to say about it."""
    title, artist = brief.song.title.value, brief.song.artist.value
    titled = [s for s in songs if title and _has(s.title, title)]
    sung = [s for s in songs if artist and _has(s.artist, artist)]
    reasons = [
        f"no song {what} {wish!r} is known"
        for what, wish, found in (("called", title, titled), ("by", artist, sung))
        if wish and not found
    ]
    both = [s for s in titled if s in sung]
    found = both or titled or sung
    if not found:
        return None, reasons
    said = [f"called {title!r}"] if found is not sung else []
    said += [f"by {artist!r}"] if found is not titled else []
    return found, [f"{' and '.join(said)}, as asked for", *reasons]


def _bachatas(songs: Sequence[Song]) -> tuple[list[Song], str]:
    pool = [s for s in songs if "bachata" in (s.genre or "").casefold()]
    if pool:
        return pool, f"one of {len(pool)} bachata song{'s' if len(pool) != 1 else ''}"
    return list(songs), "no song is marked as bachata, so all were considered"


def _has(text: str, words: str) -> bool:
    return bool(fold(words)) and f" {fold(words)} " in f" {fold(text)} "


def _score(song: Song, brief: Brief) -> tuple[float, list[str]]:
    named = f"{song.title} {song.artist}"
    query = fold(brief.query or "")
    style = brief.style.value
    score, reasons = 0.0, []
    if word := next((w for w in STYLE_WORDS[style] if _has(named, w)), None):
        score += 2
        reasons.append(f"{word!r} in its title or artist is {style}")
    if any(_has(query, w) for w in STYLE_WORDS[style]):
        score += 1
    for mood in brief.song.mood.value:
        if word := next((w for w in MOODS[mood] if _has(named, w)), None):
            score += 1
            reasons.append(f"{word!r} in its title or artist suits the mood asked for, {mood}")
    words = sorted({w for w in query.split() if len(w) >= _WORD and _has(named, w)})
    score += len(words)
    reasons += [f"{w!r} of the request is in its title or artist" for w in words]
    if song.bpm is not None:
        score += 0.5
    return score, reasons

"""The keyword parser: what free text says, by the words it uses, in English and Spanish."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bachata.choreography import vocabulary as words
from bachata.choreography.brief import songwish
from bachata.choreography.brief.clauses import parts
from bachata.choreography.brief.durations import lengths_in, plain
from bachata.choreography.brief.reading import Reading, within_range
from bachata.moves.glossary import labels_in

Parts = tuple[str, ...]

# Words of these labels mean something else in a sentence ("basic bachata", "in a modern style").
_AMBIGUOUS = ("basic", "style", "intros", "outro")


def read_words(text: str) -> Reading:
    """What `text` says. Wishes that contradict each other are noted, with the one that is granted."""
    named, rest = songwish.named(text)
    lengths = lengths_in(rest)
    said, refused = parts(_cut(plain(rest), lengths))
    notes: list[str] = []
    wishes = _wishes(said, notes)
    wanted, unwanted = _moves(said, refused, notes)
    return Reading(
        **wishes,
        duration=_duration([seconds for seconds, _, _ in lengths], notes),
        wanted=wanted,
        unwanted=unwanted,
        song_title=named.title,
        song_artist=named.artist,
        song_tempo=songwish.tempo(plain(rest), said),
        song_mood=tuple(mood for mood, names in words.MOODS.items() if _says(said, names)),
        notes=tuple(notes),
    )


def _wishes(said: Parts, notes: list[str]) -> dict[str, Any]:
    # What is understood is used up: "hard cuts" ask for no hard dance, "medium level" for no medium energy, "low
    # energy" for no energetic style.
    manner = _named(said, words.MANNERS)
    said = _without(said, words.MANNERS)
    levels = [*_named(said, words.DIFFICULTY_PHRASES)]
    said = _without(said, words.DIFFICULTY_PHRASES)
    levels += _named(said, words.DIFFICULTY_WORDS)
    energies = _named(said, words.ENERGY_PHRASES)
    said = _without(said, words.ENERGY_PHRASES)
    energies += _named(said, words.ENERGY_WORDS)
    styles = _named(said, words.STYLE_WORDS)
    return {
        "difficulty": _one_of("difficulty", levels, notes),
        "energy": _one_of("energy", energies, notes),
        "style": _one_of("style", styles, notes),
        "transitions": _one_of("transitions", manner, notes),
    }


def _one_of(field: str, named: list[str], notes: list[str]) -> str | None:
    """The first of what was named; that there were others is noted."""
    different = list(dict.fromkeys(named))
    if len(different) > 1:
        notes.append(f"{field}: {' and '.join(different)} are both asked for; {different[0]} is danced")
    return different[0] if different else None


def _moves(said: Parts, refused: Parts, notes: list[str]) -> tuple[Parts, Parts]:
    unwanted = _labels(refused)
    named = [label for label in _labels(said) if label not in _AMBIGUOUS]
    for label in named:
        if label in unwanted:
            notes.append(f"moves: {label.replace('_', ' ')} is both asked for and refused; it is left out")
    return tuple(label for label in named if label not in unwanted), unwanted


def _labels(pieces: Parts) -> Parts:
    plainly = (re.sub(rf"\b(?:{'|'.join(words.GENERAL_WORDS)})\b", " ", piece) for piece in pieces)
    return tuple(dict.fromkeys(label for piece in plainly for label in labels_in(piece)))


def _duration(lengths: list[float], notes: list[str]) -> float | None:
    if not lengths:
        return None
    if len(set(lengths)) > 1:
        others = ", ".join(f"{seconds:g} s" for seconds in dict.fromkeys(lengths))
        notes.append(f"duration: {others} are named; the first is made")
    duration, note = within_range(lengths[0])
    if note:
        notes.append(note)
    return duration


def _cut(text: str, spans: list[tuple[float, int, int]]) -> str:
    """`text` without `spans`: the half of a minute and a half is no medium energy."""
    for _, start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Any of `phrases` as whole words, also in the plural, the longest first."""
    return re.compile(rf"\b(?:{'|'.join(re.escape(p) for p in sorted(phrases, key=len, reverse=True))})s?\b")


def _says(pieces: Parts, phrases: tuple[str, ...]) -> bool:
    return any(_pattern(phrases).search(piece) for piece in pieces)


def _named(pieces: Parts, table: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [value for value, phrases in table.items() if _says(pieces, phrases)]


def _without(pieces: Parts, table: Mapping[str, tuple[str, ...]]) -> Parts:
    pattern = _pattern(tuple(phrase for phrases in table.values() for phrase in phrases))
    return tuple(pattern.sub(" ", piece) for piece in pieces)

"""Lengths as people say them, English and Spanish."""

from __future__ import annotations

import re

from bachata.choreography import vocabulary as words
from bachata.moves.glossary import fold

_NUMBERS = "|".join(sorted(words.NUMBER_WORDS, key=len, reverse=True))
_UNIT = r"(?P<unit>seconds?|secs?|s|segundos?|segs?|seg|minutes?|mins?|m|minutos?)"
_HALF = r"(?P<half>\s+(?:and a half|y medio))"
_COUNT = rf"(?P<count>\d{{1,5}}(?:[.,]\d{{1,3}})?|{_NUMBERS})"
_CLOCK = re.compile(r"(?<![\d:])(?P<minutes>\d{1,2}):(?P<seconds>[0-5]\d)(?![\d:])")
_LENGTH = re.compile(
    rf"\b{_COUNT}\s*-?\s*{_UNIT}\b{_HALF}?"
    r"(?:\s+(?:and|y)\s+(?P<more>\d{1,2})\s*(?:s|secs?|seconds?|segs?|segundos?)\b)?"
)
_BARE = re.compile(rf"\b(?P<unit>minuto|minute){_HALF}\b")
"""A minute and a half whose article was left out: "minuto y medio"."""


def spoken_duration(text: str) -> float | None:
    """The first length named in `text`, in seconds: "45 seconds", "2 min", "1:30", "un minuto y medio"; else None."""
    found = lengths_in(text)
    return found[0][0] if found else None


def lengths_in(text: str) -> list[tuple[float, int, int]]:
    """Every length named in `text` with the span it stands in, in order: (seconds, from, to) of `plain(text)`."""
    folded = plain(text)
    taken: list[tuple[float, int, int]] = []
    for pattern in (_CLOCK, _LENGTH, _BARE):
        for match in pattern.finditer(folded):
            if all(match.end() <= start or match.start() >= end for _, start, end in taken):
                taken.append((_seconds(match), match.start(), match.end()))
    return sorted(taken, key=lambda found: found[1])


def plain(text: str) -> str:
    """Lower case without accents; punctuation stays ("1.5" would be parted by `fold`)."""
    return "".join(fold(c) or c for c in text.casefold())


def _seconds(match: re.Match[str]) -> float:
    named = match.groupdict()
    if "minutes" in named:
        return int(named["minutes"]) * 60.0 + int(named["seconds"])
    count = named.get("count") or "1"
    number = float(words.NUMBER_WORDS[count]) if count in words.NUMBER_WORDS else float(count.replace(",", "."))
    scale = 60.0 if named["unit"].startswith("m") else 1.0
    more = float(named.get("more") or 0) if scale > 1 else 0.0
    return (number + (0.5 if named["half"] else 0.0)) * scale + more

"""The song a text speaks of: its title and artist as they are named, its tempo in words or numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bachata.choreography import vocabulary as words
from bachata.moves.glossary import fold, labels_in

TEMPO = (60.0, 200.0)
"""Beats a minute that are a tempo at all."""
_NEAR = 3.0  # beats a minute around a number that is named alone

_UPPER = r"A-ZÁÉÍÓÚÜÑ"
_CAPITALISED = rf"[{_UPPER}][\w'’&-]*(?:\.(?=\w)[\w'’&-]+)*"
_NAME = rf"{_CAPITALISED}(?:\s+(?:(?:y|and|&|de|del|la|el|los|las|the|of)\s+)?{_CAPITALISED}){{0,5}}"
_THING = r"(?i:songs?|tracks?|tune|music|something|anything|canci[oó]n(?:es)?|tema|m[uú]sica|algo)"
_QUOTED = re.compile(r"[\"“”«»]\s*([^\"“”«»]{2,80}?)\s*[\"“”«»]")
_BEFORE_TITLE = re.compile(rf"\b{_THING}[\s,:]*\Z")
_TITLE_AND_ARTIST = re.compile(rf"\b(?i:to|song|track|canci[oó]n|tema|con)\s+({_NAME})\s+(?i:by|de)\s+({_NAME})")
_ARTIST = re.compile(rf"(?:\b(?i:by)|\b{_THING}\s+(?i:by|de|of))\s+({_NAME})")
_AFTER_TITLE = re.compile(rf"\s*(?i:by|de)\s+({_NAME})")

_BPM = re.compile(
    r"\b(\d{2,3})(?:\s*(?:-|–|to|a|hasta)\s*(\d{2,3}))?\s*"
    r"(?:bpm|beats (?:a|per) minute|pulsaciones|golpes por minuto)\b"
)
_MUSIC = r"(?:songs?|music|tracks?|tunes?|tempo|beat|rhythm|cancion|canciones|musica|temas?|ritmos?)"


@dataclass(frozen=True)
class Named:
    """A title and an artist, as written."""

    title: str | None = None
    artist: str | None = None


def named(text: str) -> tuple[Named, str]:
    """What `text` names, and the text without it: a title may hold any word and asks for nothing."""
    if both := _TITLE_AND_ARTIST.search(text):
        return Named(both[1], both[2]), f"{text[: both.start(1)]} {text[both.end() :]}"
    quoted = next((q for q in _QUOTED.finditer(text) if _is_title(q, text)), None)
    if quoted:
        after = _AFTER_TITLE.match(text, quoted.end())
        rest = f"{text[: quoted.start()]} {text[after.end() if after else quoted.end() :]}"
        return Named(quoted[1], after[1] if after else None), rest
    if artist := _ARTIST.search(text):
        return Named(None, artist[1]), f"{text[: artist.start(1)]} {text[artist.end() :]}"
    return Named(), text


def _is_title(quoted: re.Match[str], text: str) -> bool:
    """A move may stand in quotes, too; after a word for music it is a title all the same."""
    return not labels_in(quoted[1]) or _BEFORE_TITLE.search(text[: quoted.start()]) is not None


def tempo(text: str, said: tuple[str, ...]) -> tuple[float, float] | None:
    """The tempo wished for: a number in `text`, else words about the music in what is `said`."""
    low, high = TEMPO
    if match := _BPM.search(text):
        first, last = float(match[1]), float(match[2] or match[1])
        band = (first, last) if match[2] else (first - _NEAR, first + _NEAR)
        if low <= first <= last <= high:
            return band
    for name, adjectives in words.TEMPO_WORDS.items():
        either = "|".join(adjectives)
        # At most one word between: "a slow romantic song", "música muy lenta".
        around = re.compile(rf"\b(?:(?:{either})s?(?: \w+)? {_MUSIC}|{_MUSIC}(?: \w+)? (?:{either})s?)\b")
        if any(around.search(piece) for piece in said):
            return words.TEMPO_BANDS[name]
    return None


def quotes(text: str, value: str) -> bool:
    """Whether `value` is words of `text`: who reads a title into a text may only find it there."""
    return bool(fold(value)) and f" {fold(value)} " in f" {fold(text)} "

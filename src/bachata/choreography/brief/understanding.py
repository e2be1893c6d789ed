"""Form, text and defaults become a Brief."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from bachata.choreography.brief.form import Form
from bachata.choreography.brief.model import DEFAULT_SEED, Brief, SongWish, Source, Understood
from bachata.choreography.brief.reading import Reader, Reading
from bachata.choreography.brief.text import read_words

T = TypeVar("T")


def understand(
    fields: Mapping[str, Any] | None = None, query: str | None = None, *, reader: Reader | None = None
) -> Brief:
    """Read a request. `fields`: difficulty, energy, style, duration, seed (and query, unless given apart).

    `reader` is asked about the text first; where it has nothing to say, keywords decide.

    Raises InvalidRequest naming every field at fault with what is allowed.
    """
    form = Form.of(fields or {}, query)
    text = form.query
    keywords = read_words(text) if text is not None else Reading()
    better = (reader.read(text) if reader is not None and text is not None else None) or Reading()
    merged = _Merged(better, keywords)
    wanted, unwanted = merged.some("wanted"), merged.some("unwanted")
    return Brief(
        # Nobody who describes a dance in words is expected to name a level: they get the gentlest (decision D10).
        difficulty=merged.one("difficulty", form.difficulty, "beginner" if text else "intermediate"),
        energy=merged.one("energy", form.energy, "medium"),
        style=merged.one("style", form.style, "modern"),
        duration=merged.one("duration", form.duration, None),
        seed=Understood(DEFAULT_SEED, "default") if form.seed is None else Understood(form.seed, "form"),
        transitions=merged.one("transitions", None, "musical"),
        wanted=tuple(label for label in wanted.value if label not in unwanted.value),
        unwanted=unwanted.value,
        wanted_source=wanted.source,
        unwanted_source=unwanted.source,
        song=SongWish(
            title=merged.one("song_title", None, None),
            artist=merged.one("song_artist", None, None),
            tempo=merged.one("song_tempo", None, None),
            mood=merged.some("song_mood"),
        ),
        query=text,
        notes=(*_overruled(form, merged), *better.notes, *keywords.notes),
    )


class _Merged:
    """Two readings of one text, the better one first."""

    def __init__(self, better: Reading, keywords: Reading) -> None:
        self._readings: tuple[tuple[Source, Reading], ...] = (("gemini", better), ("text", keywords))

    def one(self, field: str, form: T | None, default: T) -> Understood[T]:
        """A value: the form's, else the first reading's that has one, else the default."""
        if form is not None:
            return Understood(form, "form")
        return self.heard(field) or Understood(default, "default")

    def some(self, field: str) -> Understood[tuple[str, ...]]:
        """Several values, of the first reading that has any."""
        return self.heard(field) or Understood((), "default")

    def heard(self, field: str) -> Understood[Any] | None:
        """What the text says of a field."""
        for source, reading in self._readings:
            value = getattr(reading, field)
            if value is not None and value != ():
                return Understood(value, source)
        return None


def _overruled(form: Form, merged: _Merged) -> list[str]:
    """Where form and words disagree: the form wins, and it is said."""
    notes = []
    for field in ("difficulty", "energy", "style", "duration"):
        filled, heard = getattr(form, field), merged.heard(field)
        if filled is not None and heard is not None and heard.value != filled:
            shown = [f"{value:g} s" if isinstance(value, float) else value for value in (heard.value, filled)]
            notes.append(f"{field}: the words say {shown[0]}, the form {shown[1]}; the form decides")
    return notes

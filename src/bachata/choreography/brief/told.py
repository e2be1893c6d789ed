"""How a request was understood, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SOURCES = {"form": "as given", "text": "from your words", "gemini": "from your words, read by Gemini"}
_SONG = {"title": "song", "artist": "artist", "tempo": "song's tempo", "mood": "song's mood"}


def told(brief: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Of `Brief.as_dict()`: name and value with its source, for each field that somebody asked for; then notes."""
    fields = {name: value for name, value in brief.items() if name not in ("query", "notes", "song", "seed")}
    wishes = {_SONG[name]: value for name, value in (brief.get("song") or {}).items() if name in _SONG}
    lines = [
        (name.replace("_", " "), f"{_plain(name, found['value'])} ({_SOURCES[found['source']]})")
        for name, found in {**fields, **wishes}.items()
        if isinstance(found, Mapping) and found.get("source") in _SOURCES and found.get("value") not in (None, [])
    ]
    return [*lines, *(("note", str(note)) for note in brief.get("notes") or ())]


def _plain(name: str, value: Any) -> str:
    if name == "song's tempo":
        return f"{value[0]:g} to {value[1]:g} BPM"
    if isinstance(value, list):
        return ", ".join(str(v).replace("_", " ") for v in value)
    return f"{value:g} s" if isinstance(value, float) else str(value)

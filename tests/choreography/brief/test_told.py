"""How a request was understood, in lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.brief import Reading, understand
from bachata.choreography.brief.language import language_of
from bachata.choreography.brief.told import told


def test_a_line_for_each_field_somebody_asked_for() -> None:
    text = "romantic bachata with hip rolls, no spins and no head rolls, a minute, to a slow song"
    assert told(understand({"difficulty": "advanced"}, text).as_dict()) == [
        ("difficulty", "advanced (as given)"),
        ("energy", "low (from your words)"),
        ("style", "romantic (from your words)"),
        ("duration", "60 s (from your words)"),
        ("wanted moves", "hiprolls (from your words)"),
        ("unwanted moves", "spin, headrolls (from your words)"),
        ("song's tempo", "90 to 120 BPM (from your words)"),
        ("song's mood", "tender (from your words)"),
    ]


def test_nothing_asked_nothing_told() -> None:
    assert told(understand({}).as_dict()) == []
    assert told({}) == []


def test_what_gemini_read_is_told_and_notes_come_last() -> None:
    class Reader:
        def read(self, text: str) -> Reading:
            return Reading(energy="high", song_title="Noche")

    brief = understand({"style": "sensual"}, "a romantic dance to Noche", reader=Reader())
    lines = dict(told(brief.as_dict()))
    assert lines["energy"] == "high (from your words, read by Gemini)"
    assert lines["song"] == "Noche (from your words, read by Gemini)"
    assert list(lines)[-1] == "note"
    assert "the form decides" in lines["note"]


@given(st.text(min_size=10, max_size=300).filter(lambda t: len(" ".join(t.split())) >= 10))
def test_lines_survive_the_journey_as_json(text: str) -> None:
    document = understand({}, text).as_dict()
    assert told(json.loads(json.dumps(document))) == told(document)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("bachata sensual para principiantes sin vueltas", "es"),
        ("una canción lenta y romántica", "es"),
        ("romantic bachata for beginners, without spins", "en"),
        ("bachata", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_language_of_a_request(text: str | None, language: str) -> None:
    assert language_of(text) == language

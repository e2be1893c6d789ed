"""What the terminal says of how a request was understood."""

from __future__ import annotations

from bachata.choreography.brief import understand
from bachata.cli.understood import lines


def test_a_line_a_field_then_notes_then_the_song() -> None:
    brief = understand({"energy": "high"}, "romantic beginner bachata, calm, about a minute").as_dict()
    assert list(lines(brief, "Noche", ["one of 2 bachata songs", "suits"])) == [
        "Understood difficulty: beginner (from your words)",
        "Understood energy: high (as given)",
        "Understood style: romantic (from your words)",
        "Understood duration: 60 s (from your words)",
        "Understood song's mood: tender (from your words)",
        "Note: energy: the words say low, the form high; the form decides",
        "Song: Noche: one of 2 bachata songs; suits",
    ]


def test_who_asked_for_nothing_is_told_nothing() -> None:
    assert list(lines(understand({}).as_dict())) == []
    assert list(lines({}, "Noche", [])) == []

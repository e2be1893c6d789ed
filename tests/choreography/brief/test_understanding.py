"""Requests in words and in fields, and where each value came from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.brief import spoken_duration, understand
from bachata.choreography.vocabulary import DIFFICULTIES, ENERGIES, STYLES
from bachata.errors import InvalidRequest


def test_the_advertised_sentence() -> None:
    brief = understand({}, "romantic beginner bachata with smooth transitions")
    assert (brief.difficulty.value, brief.difficulty.source) == ("beginner", "text")
    assert (brief.style.value, brief.style.source) == ("romantic", "text")
    assert (brief.transitions.value, brief.transitions.source) == ("smooth", "text")
    assert (brief.energy.value, brief.energy.source) == ("medium", "default")
    assert (brief.duration.value, brief.duration.source) == (None, "default")
    assert brief.wanted == brief.unwanted == ()


@pytest.mark.parametrize(
    ("text", "difficulty", "energy", "style"),
    [
        ("an easy and calm dance for a wedding", "beginner", "low", "modern"),
        ("something difficult, fast and sexy", "advanced", "high", "sensual"),
        ("intermediate level, classic bachata", "intermediate", "medium", "traditional"),
        ("bachata avanzada, rápida y sensual", "advanced", "high", "sensual"),
        ("algo fácil, lento y romántico", "beginner", "low", "romantic"),
        ("una coreografía divertida de nivel medio", "intermediate", "medium", "playful"),
        ("Energetic, upbeat and MODERN steps", "beginner", "high", "modern"),
        ("bachata con transiciones suaves", "beginner", "medium", "modern"),
        ("a dance with hard cuts, please", "beginner", "medium", "modern"),
        ("a high level of bachata, calm", "advanced", "low", "modern"),
        ("a dance about hardware and lowlands", "beginner", "medium", "modern"),  # whole words only
    ],
)
def test_words_in_two_languages(text: str, difficulty: str, energy: str, style: str) -> None:
    brief = understand({}, text)
    assert (brief.difficulty.value, brief.energy.value, brief.style.value) == (difficulty, energy, style)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45 seconds", 45),
        ("2 min", 120),
        ("a 30-second routine", 30),
        ("1:30 of bachata", 90),
        ("about a minute", 60),
        ("half a minute", 30),
        ("a minute and a half", 90),
        ("1.5 minutes", 90),
        ("cuarenta y 45 segundos", 45),
        ("un minuto y medio", 90),
        ("medio minuto", 30),
        ("dos minutos", 120),
        ("90s of dance", 90),
        ("in 3 moves", None),
        ("minutes of joy", None),
        ("", None),
    ],
)
def test_lengths_as_people_say_them(text: str, seconds: float | None) -> None:
    assert spoken_duration(text) == seconds


def test_a_length_out_of_range_in_words_is_brought_in_and_noted() -> None:
    brief = understand({}, "a dance of 3 seconds please")
    assert brief.duration.value == 10.0
    assert "3 s is outside 10 to 600 s" in brief.notes[0]


def test_moves_that_are_wanted_and_unwanted() -> None:
    brief = understand({}, "lots of body rolls and hip rolls, but no spins and without footwork")
    assert brief.wanted == ("bodywaves", "hiprolls")
    assert brief.unwanted == ("spin", "footwork")
    spanish = understand({}, "muchas ondas de cuerpo: olas, sin giros")
    assert spanish.wanted == ("bodywaves",)
    assert spanish.unwanted == ("spin",)


def test_negated_words_are_not_heard() -> None:
    brief = understand({}, "a dance that is not too fast, not difficult")
    assert (brief.energy.source, brief.difficulty.source) == ("default", "default")


def test_form_wins_over_text_and_text_over_default() -> None:
    brief = understand({"difficulty": "Advanced", "duration": 30}, "an easy sensual dance of 2 minutes")
    assert (brief.difficulty.value, brief.difficulty.source) == ("advanced", "form")
    assert (brief.duration.value, brief.duration.source) == (30.0, "form")
    assert (brief.style.value, brief.style.source) == ("sensual", "text")


def test_defaults_with_and_without_words() -> None:
    assert understand({}).difficulty.value == "intermediate"
    assert understand({}, "just something nice to watch").difficulty.value == "beginner"


def test_all_faults_are_named_at_once_with_what_is_allowed() -> None:
    with pytest.raises(InvalidRequest) as caught:
        understand(
            {"difficulty": "expert", "energy": 3, "style": "jazz", "duration": 5, "seed": -1, "tempo": 1, "query": "hi"}
        )
    message = caught.value.message
    for part in (
        "difficulty: 'expert' is not one of beginner, intermediate, advanced",
        "energy: 3 is not one of low, medium, high",
        "style: 'jazz' is not one of traditional, modern, romantic, sensual, energetic, playful",
        "duration: 5 is not 10 to 600 seconds",
        "seed: -1 is not a whole number from 0",
        "tempo: not a field of a brief",
        "query: 10 to 1000 characters describe a dance, this has 2",
    ):
        assert part in message


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), "soon", [], 601, 9.99])
def test_wrong_durations(value: object) -> None:
    with pytest.raises(InvalidRequest, match="duration"):
        understand({"duration": value})


@pytest.mark.parametrize(("value", "seconds"), [("45", 45.0), ("2 min", 120.0), (10, 10.0), (600.0, 600.0)])
def test_durations_of_a_form_may_be_words(value: object, seconds: float) -> None:
    assert understand({"duration": value}).duration.value == seconds


def test_empty_fields_count_as_not_given() -> None:
    brief = understand({"difficulty": "", "duration": None})
    assert brief.difficulty.source == brief.duration.source == "default"


def test_the_answer_says_value_and_source_of_every_field() -> None:
    document = understand({"seed": 7}, "two minutes of sensual bachata").as_dict()
    assert document["seed"] == {"value": 7, "source": "form"}
    assert document["duration"] == {"value": 120.0, "source": "text"}
    assert set(document) >= {"difficulty", "energy", "style", "transitions", "wanted_moves", "unwanted_moves", "query"}


@given(st.text(min_size=0, max_size=1200))
def test_any_text_is_understood_or_refused_in_words(text: str) -> None:
    length = len(" ".join(text.split()))
    try:
        brief = understand({}, text)
    except InvalidRequest as error:
        assert not 10 <= length <= 1000
        assert "query" in error.message
        return
    assert 10 <= length <= 1000
    assert brief.difficulty.value in DIFFICULTIES
    assert brief.energy.value in ENERGIES
    assert brief.style.value in STYLES
    assert brief.duration.value is None or 10 <= brief.duration.value <= 600
    assert not set(brief.wanted) & set(brief.unwanted)

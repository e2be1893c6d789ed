"""Natural sentences in English and Spanish, by keywords alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.brief.clauses import parts
from bachata.choreography.brief.durations import plain
from bachata.choreography.brief.text import read_words


def heard(text: str) -> dict[str, Any]:
    """What was heard, without what was not."""
    return {name: value for name, value in vars(read_words(text)).items() if value not in (None, ())}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("romantic beginner bachata with smooth transitions, about a minute",
         {"difficulty": "beginner", "style": "romantic", "transitions": "smooth", "duration": 60.0,
          "song_mood": ("tender",)}),
        ("bachata sensual para principiantes sin footwork, minuto y medio",
         {"difficulty": "beginner", "style": "sensual", "duration": 90.0, "unwanted": ("footwork",),
          "song_mood": ("passionate",)}),
        ("quiero algo movido y divertido, nivel avanzado, con muchas vueltas pero nada de caderas",
         {"difficulty": "advanced", "energy": "high", "style": "playful", "wanted": ("ladyturn",),
          "unwanted": ("hiprolls",)}),
        ("I don't want spins or footwork, just body waves",
         {"wanted": ("bodywaves",), "unwanted": ("spin", "footwork")}),
        ("no spins, footwork or golpes please", {"unwanted": ("spin", "footwork", "golpes")}),
        ("without spins and footwork, thanks a lot", {"unwanted": ("spin", "footwork")}),
        ("sin giros ni juego de pies, algo tranquilo",
         {"energy": "low", "unwanted": ("spin", "footwork")}),
        ("no spins, lots of body waves and shadow", {"wanted": ("bodywaves", "shadow"), "unwanted": ("spin",)}),
        ("not only turns but also a hammerlock", {"wanted": ("ladyturn", "hammerlock")}),
        ("al menos un minuto, con candado y sombra", {"duration": 60.0, "wanted": ("hammerlock", "shadow")}),
        ("everything except head rolls", {"unwanted": ("headrolls",)}),
        ("a low energy dance for intermediates", {"difficulty": "intermediate", "energy": "low"}),
        ("high level but low energy, please", {"difficulty": "advanced", "energy": "low"}),
        ("pasos sencillos y elegantes para una boda", {"difficulty": "beginner"}),
        ("fast footwork with hard cuts, 1:30",
         {"energy": "high", "transitions": "sharp", "duration": 90.0, "wanted": ("footwork",)}),
        ("not too fast and sensual, one minute and 20 seconds",
         {"style": "sensual", "duration": 80.0, "song_mood": ("passionate",)}),
        ("un minuto y medio de bachata moderna", {"style": "modern", "duration": 90.0}),
        ("2,5 minutos de baile relajado", {"energy": "low", "duration": 150.0}),
        ("just something nice to watch", {}),
    ],
)  # fmt: skip
def test_sentences(text: str, found: dict[str, Any]) -> None:
    assert heard(text) == found


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("dance to “Obsesión Mía” by Los Cometas, calm", {"song_title": "Obsesión Mía", "song_artist": "Los Cometas"}),
        ("la canción Noche Larga de Trío Del Mar, fácil", {"song_title": "Noche Larga", "song_artist": "Trío Del Mar"}),
        ("something by Luna, please", {"song_artist": "Luna"}),
        ("algo de Trío Del Mar y nada más", {"song_artist": "Trío Del Mar"}),
        ('the song "Fast And Hard Spins", please', {"song_title": "Fast And Hard Spins"}),
        ("a slow romantic song for a wedding", {"song_tempo": (90.0, 120.0)}),
        ("música muy lenta, para bailar pegados", {"song_tempo": (90.0, 120.0)}),
        ("con un ritmo rápido de verdad", {"song_tempo": (130.0, 180.0)}),
        ("bachata at 128 bpm, thank you", {"song_tempo": (125.0, 131.0)}),
        ("between 120-126 BPM would be nice", {"song_tempo": (120.0, 126.0)}),
        ("a song at 20 bpm, ha ha", {}),
        ("no fast music for me, please", {}),
        ("a sad song about love", {"song_mood": ("love", "sad")}),
        ("una canción de despecho, triste", {"song_mood": ("sad",)}),
        ("bachata de principiantes, un minuto de baile", {}),
    ],
)
def test_wishes_for_a_song(text: str, wish: dict[str, Any]) -> None:
    found = {name: value for name, value in heard(text).items() if name.startswith("song_")}
    expected = dict(wish)
    if "song_mood" not in wish:
        found.pop("song_mood", None)
    assert found == expected


def test_a_title_asks_for_nothing_but_itself() -> None:
    assert set(heard('the song "Fast And Hard Spins", please')) == {"song_title"}


@pytest.mark.parametrize(
    ("text", "field", "value", "note"),
    [
        ("easy steps for advanced dancers", "difficulty", "beginner", "beginner and advanced are both asked for"),
        ("slow and fast at the same time", "energy", "low", "low and high are both asked for; low is danced"),
        ("a romantic and sensual dance", "style", "romantic", "romantic and sensual are both asked for"),
        ("smooth but with hard cuts", "transitions", "smooth", "smooth and sharp are both asked for"),
        ("30 seconds or maybe a minute", "duration", 30.0, "30 s, 60 s are named; the first is made"),
        ("many spins, but no spins", "unwanted", ("spin",), "spin is both asked for and refused; it is left out"),
        ("a dance of 3 seconds please", "duration", 10.0, "3 s is outside 10 to 600 s"),
        ("an hour: 90 minutes please", "duration", 600.0, "600 s is made"),
    ],
)
def test_contradictions_say_which_wish_is_granted(text: str, field: str, value: object, note: str) -> None:
    reading = read_words(text)
    assert getattr(reading, field) == value
    assert any(note in told for told in reading.notes), reading.notes


@pytest.mark.parametrize("text", ["romantic and easy bachata", "no spins and no spins", "a minute, just a minute"])
def test_what_does_not_contradict_is_not_noted(text: str) -> None:
    assert read_words(text).notes == ()


@pytest.mark.parametrize(
    ("text", "said", "refused"),
    [
        ("fast, not hard", ("fast", ""), ("", "hard")),
        ("not with spins", ("", ""), ("", "spins")),
        ("spins too and turns", ("spins", "turns"), ("", "")),
        ("no spins; turns", ("", "turns"), ("spins", "")),
        ("can't do spins", ("ca",), ("do spins",)),
    ],
)
def test_what_is_said_and_what_is_refused(text: str, said: tuple[str, ...], refused: tuple[str, ...]) -> None:
    assert parts(text) == (said, refused)


@given(st.text(max_size=1000))
def test_any_text_can_be_read(text: str) -> None:
    reading = read_words(text)
    assert reading == read_words(text)
    assert not set(reading.wanted) & set(reading.unwanted)
    assert reading.duration is None or 10 <= reading.duration <= 600
    assert reading.song_tempo is None or 60 <= reading.song_tempo[0] - 3 + 3 <= reading.song_tempo[1] + 3


WORDS = st.sampled_from([
    "a", "minute", "y", "medio", "no", "sin", "spins", "giros", ",", ".", "and", "or", "ni", "easy", "hard", "slow",
    "canción", "de", "Luna", '"Noche"', "by", "120", "bpm", "1:30", "don't", "too",
])  # fmt: skip


@given(st.lists(WORDS, max_size=30).map(" ".join))
def test_any_sentence_of_these_words_can_be_read(text: str) -> None:
    reading = read_words(text)
    assert not set(reading.wanted) & set(reading.unwanted)
    said, refused = parts(plain(text))
    assert len(said) == len(refused)


def test_long_texts_are_read_at_once() -> None:
    """No pattern may take quadratic time or worse: the longest request there is, of what each pattern likes best."""
    for piece in ("Aa de ", "A", "1", "a ", '"', "no ", "una ", "by A", "slow song "):
        read_words((piece * 1000)[:1000])

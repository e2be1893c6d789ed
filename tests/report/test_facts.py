"""Facts about the song, the request, the file and the making."""

from __future__ import annotations

from typing import Any

import pytest

from bachata.assembly.result import Result
from bachata.blueprint import Blueprint
from bachata.choreography.brief import understand
from bachata.music.document import Loudness
from bachata.report import facts
from tests.report.example import example


def told(**changes: Any) -> dict[str, dict[str, str]]:
    run = example()
    blueprint: Blueprint = changes.get("blueprint", run.blueprint)
    result: Result = run.result.model_copy(update=changes.get("result", {}))
    analysis = run.analysis.model_copy(update=changes.get("analysis", {}))
    return {name: dict(found) for name, found in facts.groups(blueprint, analysis, result)}


def test_song_video_and_making_are_told() -> None:
    found = told()
    assert found["The song"]["Tempo"] == "126.0 beats a minute"
    assert found["The song"]["Confidence of it all"] == "91\u202f%"
    assert found["The video"]["Picture"] == "1280 × 720, 30 frames a second"
    assert found["The video"]["Frames"] == f"{example().result.frames:,}".replace(",", "\u202f")
    assert found["The video"]["Coded as"] == "H.264 and AAC"
    assert found["The video"]["File"] == "18.4 MB"
    assert found["The making"]["Rendered in"] == "6.8 s"
    assert found["The making"]["Concatenating"] == "5.62 s"
    assert found["The making"]["Memory at most"] == "212.4 MB"


def test_doubt_is_told() -> None:
    found = told(analysis={"tempo": 0.0, "confidence": 0.0})["The song"]
    assert found["Tempo"] == "no steady beat found"
    assert found["Confidence of it all"] == "0\u202f%"


def test_what_is_not_known_is_left_out() -> None:
    quiet = {"integrated_lufs": None, "true_peak_dbtp": None}
    found = told(
        analysis={"loudness": Loudness(**quiet)},
        result={"audio_codec": None, "peak_rss_bytes": None, "loudness_gain_db": None, "stage_seconds": {}},
    )
    assert "Loudness" not in found["The song"]
    assert "Memory at most" not in found["The making"]
    assert "Sound brought to level by" not in found["The video"]
    assert found["The video"]["Coded as"] == "H.264, no sound"
    assert told(result={"video_codec": "mystery"})["The video"]["Coded as"] == "mystery and AAC"


def test_a_video_from_the_middle_says_where_it_begins() -> None:
    blueprint = example().blueprint.model_copy(update={"audio_start": 63.25})
    assert told(blueprint=blueprint)["The song"]["The video begins at"] == "1:03.2 of the song"
    assert "The video begins at" not in told()["The song"]


@pytest.mark.parametrize(
    ("name", "value", "shown", "text"),
    [
        ("original_query", "slow & sweet", "In words", "slow & sweet"),
        ("energy_level", "low", "Energy", "low"),
        ("duration", 45.0, "Duration", "45"),
        ("strict", True, "Strict", "yes"),
        ("styles", ["romantic", "playful"], "Styles", "romantic, playful"),
    ],
)
def test_the_request_is_told_in_plain_words(name: str, value: object, shown: str, text: str) -> None:
    blueprint = example().blueprint.model_copy(update={"generation_parameters": {name: value}})
    assert told(blueprint=blueprint)["What was asked for"] == {shown: text, "Difficulty": "intermediate"}


@pytest.mark.parametrize("value", [None, "", [], {"nested": 1}])
def test_what_was_not_asked_is_not_told(value: object) -> None:
    blueprint = example().blueprint.model_copy(
        update={"generation_parameters": {"style": value}, "difficulty_level": None}
    )
    # the result repeats the plan's parameters; it serves where the plan has none
    assert "Style" not in told(blueprint=blueprint, result={"parameters": {}}).get("What was asked for", {})


def test_how_the_request_was_understood_is_told_with_its_source() -> None:
    run = example()
    brief = understand({"energy": "low"}, "a dance with body waves <b>").as_dict()
    found = dict(facts.groups(run.blueprint, run.analysis, run.result, brief))
    assert found["How it was understood"] == [
        ("Energy", "low (as given)"), ("Wanted moves", "bodywaves (from your words)"),
    ]  # fmt: skip
    assert "How it was understood" not in told()

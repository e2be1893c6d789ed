"""The whole scorecard of plans of ours, and of such as cannot be judged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bachata.blueprint import Blueprint
from bachata.choreography.brief import understand
from bachata.choreography.planner import plan
from bachata.choreography.scorecard import Metric, score
from bachata.choreography.scorecard.truth import Truth
from bachata.errors import ClipMissing, InvalidRequest
from tests.choreography.scorecard.plans import drawn
from tests.choreography.worlds import make_index, make_library, make_song

SONG = make_song(tempo=120, seconds=130.0, first_beat=0.0, count_one=0)
MOVES = make_library(90, tempo=120)


def ours(**brief: Any) -> Blueprint:
    return plan(
        SONG, MOVES, understand(brief), task_id="t", user_id="u", song_key="songs/x", index=make_index(MOVES)
    ).blueprint


def test_a_plan_of_ours() -> None:
    card = score(ours(difficulty="intermediate"), SONG, MOVES)
    assert card.m1.p95 <= 1 / 60 + 1e-6
    assert card.m2.rate == 1.0
    assert card.m2.p < 1e-6
    assert abs(card.m3.mean) <= 0.02
    assert card.m3.resultant >= 0.9
    assert card.m5.beyond_10 == 0
    assert card.m6.rho is not None
    assert card.m6.rho >= 0.5
    assert card.m6.p is not None
    assert card.m6.p < 0.01
    assert card.m7.repeats_soon == 0
    assert card.m9.difficulty == card.m9.not_harder == 1.0
    assert card.m9.roles_kept
    json.dumps(card.as_dict(), allow_nan=False)


def test_the_same_plan_has_the_same_card() -> None:
    blueprint = ours()
    assert score(blueprint, SONG, MOVES) == score(blueprint, SONG, MOVES)


def test_unknown_clips_cannot_be_judged() -> None:
    with pytest.raises(ClipMissing, match="Not in the library: m"):
        score(drawn([{"start_time": 0.0, "duration": 4.0}]), SONG, [])


def test_a_song_without_beats_cannot_be_judged() -> None:
    silent = SONG.model_copy(update={"beats": []})
    with pytest.raises(InvalidRequest, match="No beat"):
        score(ours(), silent, MOVES)


def test_every_metric_describes_itself_and_says_why_it_cannot_tell() -> None:
    card = score(ours(), SONG, MOVES)
    assert [metric.key for metric in card.metrics] == [f"m{i}" for i in range(1, 11)]
    for metric in card.metrics:
        assert isinstance(metric, Metric)
        assert metric.name and metric.meaning and metric.bar
        assert metric.holds is not None or metric.why
        assert metric.p is None or 0 < metric.p <= 1
    told = card.as_dict()
    assert set(told["m2"]) >= {"name", "meaning", "bar", "unit", "value", "chance", "p", "holds", "why", "rate"}


def test_our_own_beats_as_the_truth_change_nothing() -> None:
    blueprint = ours()
    card = score(blueprint, SONG, MOVES, truth=Truth(tuple(SONG.beats), SONG.count_one))
    assert card.m1.true_p95 == card.m1.p95
    assert card.m2.true_rate == card.m2.rate
    assert card.m3.true_resultant == card.m3.resultant


def test_the_brief_itself_goes_before_what_the_blueprint_tells() -> None:
    blueprint = ours(difficulty="advanced")
    assert score(blueprint, SONG, MOVES, brief=understand({"difficulty": "beginner"})).m9.holds is False
    assert score(blueprint, SONG, MOVES).m9.holds is True

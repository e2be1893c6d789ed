"""Scores in plain words, from the scorecard as it really is."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata.choreography.scorecard import Rendered, score
from bachata.report import scores
from tests.report.example import Example, example
from tests.report.test_page import read, render

METRICS: dict[str, dict[str, Any]] = {
    "m1": {"median": 0.0061, "p95": 0.0152, "maximum": 0.0163, "cuts": 13, "holds": True},
    "m2": {"rate": 12 / 13, "value": 12 / 13, "chance": 0.125, "p": 1.6e-10, "holds": True},
    "m3": {"mean": -0.0042, "resultant": 0.981, "counts": 150, "holds": True},
    "m4": {"value": 0.31, "chance": 0.0, "p": 0.001, "holds": True},
    "m5": {"beyond_6": 0.07, "beyond_10": 0.0, "mean": 0.021, "holds": True},
    "m6": {"rho": 0.66, "p": 0.004, "holds": True},
    "m7": {"unique": 1.0, "used": 14, "available": 18, "gap": None, "repeats_soon": 0, "distance": 0.4, "bigrams": 0,
           "holds": True},
    "m8": {"value": 0.21, "chance": 0.34, "p": 0.002, "over_limit": 0.15, "holds": True},
    "m9": {"value": 1.0, "difficulty": 0.8, "not_harder": 1.0, "style": 0.5, "length_error": 1.2, "roles_kept": True,
           "unwanted": 0, "wanted_missing": [], "holds": True},
    "m10": {"value": 0.0002, "frames": 2250, "planned": 2250, "holds": True},
}  # fmt: skip


def told(**changes: dict[str, Any]) -> dict[str, scores.Tile]:
    card = {**METRICS, **{name: {**METRICS[name], **change} for name, change in changes.items()}}
    return {tile.title: tile for tile in scores.tiles(card)}


def test_every_metric_of_a_real_scorecard_is_told() -> None:
    run: Example = example()
    moves = list(run.moves.values())
    card = score(run.blueprint, run.analysis, moves, rendered=Rendered(2250, 2250, (0.0, 0.0002))).as_dict()
    tiles = scores.tiles(card)
    assert len(tiles) == len(card) - 2  # the example's clips have neither kinetic beats nor poses
    assert [tile.met for tile in tiles] == [card[key]["holds"] for key in scores._TOLD if key not in {"m4", "m8"}]
    page = render(run, scorecard=card)
    headings = read(page).texts["h3"]
    assert all(tile.title in headings for tile in tiles)
    assert 'href="#scores"' in page


def test_a_full_scorecard_has_a_tile_each() -> None:
    assert len(scores.tiles(METRICS)) == len(METRICS) == 10
    assert all(tile.met for tile in scores.tiles(METRICS))


def test_without_a_scorecard_there_are_no_tiles() -> None:
    assert scores.tiles(None) == []
    assert scores.tiles({}) == []
    assert scores.tiles({"m2": None, "m99": {"x": 1}, "m1": "?"}) == []


def test_hits_are_held_against_chance() -> None:
    tile = told()["Changes on the 1"]
    assert (tile.figure, tile.unit, tile.share, tile.chance) == ("92", "%", 12 / 13, 0.125)
    assert "less than once in a thousand" in tile.explanation
    assert tile.met is True
    poor = told(m2={"rate": 0.2, "p": 0.31, "holds": False})["Changes on the 1"]
    assert poor.met is False
    assert "once in 3 tries" in poor.explanation
    assert "more often than not" in told(m2={"p": 0.9})["Changes on the 1"].explanation


@pytest.mark.parametrize("metric", METRICS)
def test_a_missed_target_is_said_as_the_scorecard_judged(metric: str) -> None:
    titles = list(told())
    missed = [title for title, tile in told(**{metric: {"holds": False}}).items() if tile.met is False]
    unsure = [title for title, tile in told(**{metric: {"holds": None}}).items() if tile.met is None]
    assert missed == unsure == [titles[list(scores._TOLD).index(metric)]]


def test_joins_are_held_against_random_order() -> None:
    tile = told()["Joins"]
    assert (tile.figure, tile.share, tile.chance) == ("0.21", 0.21, 0.34)
    assert "in random order: 0.34" in tile.explanation
    assert "15\u202f% of the joins" in tile.explanation
    assert "Joins" not in told(m8={"value": None})


def test_the_file_is_told_with_and_without_its_sound() -> None:
    assert (told()["Picture and sound"].figure, told()["Picture and sound"].unit) == ("0.20", "ms")
    silent = told(m10={"value": None})["Picture and sound"]
    assert (silent.figure, silent.unit) == ("2\u202f250", "pictures")
    assert "Picture and sound" not in told(m10={"frames": None})


def test_wishes_that_were_not_kept_are_named() -> None:
    asked = told(m9={"unwanted": 2, "wanted_missing": ["bodywaves"], "value": 0.5})["As asked"]
    assert asked.figure == "50"
    assert "2 places show what was not wanted" in asked.explanation
    assert "Missing: Bodywaves" in asked.explanation


def test_early_and_late_are_told_apart() -> None:
    assert "4 ms early" in told()["Steps in time"].explanation
    assert "12 ms late" in told(m3={"mean": 0.0121})["Steps in time"].explanation


def test_what_cannot_be_compared_is_said_and_not_scored() -> None:
    tile = told(m6={"rho": None, "p": None})["Energy with the music"]
    assert (tile.figure, tile.met, tile.share) == ("–", None, None)
    assert "Cuts to the beat" not in told(m1={"cuts": 0})
    assert "Steps in time" not in told(m3={"counts": 0})


def test_returns_and_wishes_are_told() -> None:
    assert "None comes back" in told()["Variety"].explanation
    assert "after 5.5 phrases" in told(m7={"gap": 5.5})["Variety"].explanation
    asked = told(m9={"not_harder": 0.75, "roles_kept": False})["As asked"].explanation
    assert "25\u202f% of the moves are harder" in asked
    assert "stands in the middle" in asked
    assert "style" not in told(m9={"style": None})["As asked"].explanation


ODD = st.one_of(st.none(), st.booleans(), st.text(max_size=3), st.floats(), st.integers(-5, 5))


@given(
    card=st.fixed_dictionaries(
        {name: st.fixed_dictionaries({}, optional=dict.fromkeys(fields, ODD)) for name, fields in METRICS.items()}
    )
)
@settings(max_examples=200, deadline=None)
def test_no_scorecard_breaks_the_page(card: dict[str, Any]) -> None:
    tiles = scores.tiles(card)
    assert all(tile.title and tile.figure and tile.explanation for tile in tiles)
    assert all(tile.share is None or math.isfinite(tile.share) for tile in tiles)


def test_a_bar_never_leaves_its_rail() -> None:
    run = example(moves=1, duration=10.0)
    for rho in (-0.8, 0.4):
        reader = read(render(run, scorecard={"m6": {"rho": rho, "p": 0.2}}))
        fill = next(a for a in reader.attributes("rect") if a.get("class") == "fill")
        assert fill["width"] == f"{100 * max(rho, 0):.2f}"

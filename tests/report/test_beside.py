"""The table of other ways to dance the same song."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.baselines import baselines
from bachata.choreography.scorecard import score
from bachata.report import beside
from tests.report.example import example
from tests.report.test_page import NASTY, read, render

RUN = example()
MOVES = list(RUN.moves.values())
OURS = score(RUN.blueprint, RUN.analysis, MOVES).as_dict()
OTHERS = {
    name: score(other, RUN.analysis, MOVES).as_dict()
    for name, other in baselines(RUN.blueprint, RUN.analysis, MOVES).items()
}


def test_every_measured_metric_stands_beside_the_others() -> None:
    head, *body = beside.table(OURS, OTHERS)
    assert head == ("What", "Aim", "This video", "Random order", "Whole clips")
    assert [row[0] for row in body] == [m["name"] for m in OURS.values() if m["value"] is not None]
    hits = next(row for row in body if row[0] == "Changes on count 1")
    assert hits[2] == "100\u202f%"
    assert all(len(row) == len(head) for row in body)


def test_the_page_shows_it() -> None:
    page = render(RUN, scorecard=OURS, baselines=OTHERS)
    reader = read(page)
    assert not reader.faults
    assert not reader.open
    assert "Whole clips" in reader.texts["th"]
    assert 'class="beside"' in page


@pytest.mark.parametrize("others", [None, {}])
def test_without_others_there_is_no_table(others: Any) -> None:
    assert beside.table(OURS, others) == []
    assert beside.table(None, OTHERS) == []
    assert 'class="beside"' not in render(RUN, scorecard=OURS, baselines=others)


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("time", 0.0123, "12.3 ms"),
        ("share", 0.5, "50\u202f%"),
        ("count", 3.0, "3"),
        ("number", 0.456, "0.46"),
        ("number", None, "–"),
        ("number", True, "–"),
        ("number", float("nan"), "–"),
    ],
)
def test_figures_read_by_their_unit(unit: str, value: Any, shown: str) -> None:
    table = beside.table(
        {"m": {"name": "M", "unit": unit, "value": 1.0}}, {"other": {"m": {"unit": unit, "value": value}}}
    )
    assert table[1][3] == shown


def test_names_from_outside_cannot_leave_their_cell() -> None:
    page = render(RUN, scorecard=OURS, baselines={NASTY: OURS})
    assert not read(page).faults
    assert "<img src=x" not in page


ODD = st.one_of(st.none(), st.booleans(), st.text(max_size=3), st.floats(), st.integers(-5, 5))
CARDS = st.dictionaries(
    st.sampled_from(["m1", "m2"]),
    st.one_of(ODD, st.dictionaries(st.sampled_from(["name", "unit", "value", "bar"]), ODD, max_size=4)),
    max_size=2,
)


@given(CARDS, st.dictionaries(st.text(max_size=5), CARDS, max_size=3))
def test_no_card_breaks_the_table(card: dict[str, Any], others: dict[str, Any]) -> None:
    table = beside.table(card, others)
    assert all(len(row) == len(table[0]) and all(isinstance(cell, str) for cell in row) for row in table)

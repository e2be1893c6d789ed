"""Truths people hand in: read, or refused with every fault."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.scorecard.truth import Truth, read_truth
from bachata.errors import InvalidRequest


def test_a_truth_is_read_and_other_keys_do_not_matter() -> None:
    text = json.dumps({"beats": [0, 0.5, 1.0], "count_one": 2, "tempo": 120})
    assert read_truth(text, "x.json") == Truth((0.0, 0.5, 1.0), 2)


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({}, "beats: give a list"),
        ([], "beats: give a list"),
        ({"beats": [1.0], "count_one": 0}, "two or more"),
        ({"beats": [0.0, "1"], "count_one": 0}, r"beats\[1\]: '1' is not a time"),
        ({"beats": [0.0, True], "count_one": 0}, r"beats\[1\]"),
        ({"beats": [-1.0, 2.0], "count_one": 0}, r"beats\[0\]"),
        ({"beats": [1.0, 1.0], "count_one": 0}, r"beats\[1\]: beats must rise"),
        ({"beats": [0.0, 1.0], "count_one": 2}, "count_one: 2 is not"),
        ({"beats": [0.0, 1.0], "count_one": True}, "count_one: True"),
        ({"beats": [0.0, 1.0]}, "count_one: None"),
    ],
)
def test_what_is_wrong_is_said(document: object, fault: str) -> None:
    with pytest.raises(InvalidRequest, match=fault) as caught:
        read_truth(json.dumps(document), "taps.json")
    assert "taps.json" in str(caught.value)


def test_every_fault_is_said_at_once() -> None:
    with pytest.raises(InvalidRequest, match=r"beats: .*; count_one: "):
        read_truth('{"beats": 3, "count_one": -1}', "t")


@given(
    st.one_of(
        st.text(max_size=30), st.recursive(st.none() | st.floats() | st.text(max_size=4), st.lists).map(json.dumps)
    )
)
def test_nothing_but_a_truth_gets_through(text: str) -> None:
    with pytest.raises(InvalidRequest):
        read_truth(text, "t")

"""What may be asked for: the model, its published schema, and the door it guards."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bachata.choreography.brief.form import Form
from bachata.errors import InvalidRequest
from bachata.http import read
from bachata.tasks.choreography_request import ChoreographyRequest
from bachata.tasks.requests import FinalizeRequest
from tools import schemas

SCHEMA = json.loads((schemas.DOCS / "schemas/request.schema.json").read_text())
SONG = {"song": "songs/a.mp3"}


def opened(request):
    """The request as `open` keeps it."""
    return read(FinalizeRequest, {"action": "open", "task_id": "t", "execution": "e", "request": request}).root.request


@pytest.mark.parametrize(
    "request_",
    [
        SONG,
        {"query": "slow romantic bachata"},
        {**SONG, "task_id": "order-1", "user_id": "ana@example.org", "library": "ours", "output": {"crf": 20}},
        {**SONG, "difficulty": "Beginner", "energy": " high ", "style": "", "duration": "1:30", "seed": "7"},
        {**SONG, "duration": 10, "seed": 0},
        {**SONG, "difficulty": None, "query": None, "duration": None},
        {"song": "data/songs/a.mp3"},
    ],
)
def test_what_is_a_request_is_kept_as_it_was_sent(request_):
    assert opened(request_) == request_


@pytest.mark.parametrize(
    ("request_", "places"),
    [
        ({"difficulty": "beginner"}, ["give a song, a query, or both"]),
        ({"query": "   "}, ["give a song, a query, or both"]),
        ({"query": "too short"}, ["$.request.query: 10 to 1000 characters"]),
        ({"query": "x" * 1001}, ["this has 1001"]),
        ({"song": "../a.mp3", "speed": 2, "seed": -1}, ["$.request.song", "$.request.speed", "$.request.seed"]),
        ({**SONG, "difficulty": "easy", "style": 3}, ["$.request.difficulty", "'beginner'", "$.request.style"]),
        ({**SONG, "duration": 9}, ["$.request.duration: 9 is not 10 to 600 seconds"]),
        ({**SONG, "duration": True}, ["$.request.duration"]),
        ({**SONG, "duration": float("nan")}, ["$.request.duration"]),
        ({**SONG, "task_id": "a/b", "user_id": "../eve"}, ["$.request.task_id", "$.request.user_id"]),
        ({**SONG, "output": {"output_path": "x.mp4"}}, ["$.request.output", "cannot be chosen"]),
        ({**SONG, "library": " "}, ["$.request.library"]),
    ],
)
def test_every_fault_is_named(request_, places):
    with pytest.raises(InvalidRequest) as caught:
        opened(request_)
    for place in places:
        assert place in caught.value.message


def test_a_request_that_is_not_told_is_no_fault():
    assert opened({}) == {}


def valid(request):
    try:
        ChoreographyRequest.model_validate(request)
    except ValidationError:
        return False
    return True


VALUES = {
    "task_id": st.sampled_from(["order-1", "a/b", "", "x" * 101, 7]),
    "user_id": st.sampled_from(["ana", "../eve", "a@b", 7]),
    "song": st.sampled_from(["songs/a.mp3", 7, "x" * 501]),
    "query": st.sampled_from(["slow romantic bachata", "short", 7]),
    "difficulty": st.sampled_from(["beginner", "easy", 7]),
    "energy": st.sampled_from(["high", "none", []]),
    "style": st.sampled_from(["romantic", "wild", {}]),
    "duration": st.sampled_from([10, 600.0, 9, 601, "45 seconds", [], True]),
    "seed": st.sampled_from([0, 7, -1, 1.5, True]),
    "library": st.sampled_from(["ours", 7]),
    "output": st.sampled_from([{}, {"crf": 20}, [], "x"]),
    "speed": st.just(2),
}


@given(request=st.fixed_dictionaries({}, optional=VALUES))
def test_the_schema_and_the_model_agree(request):
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(request) == valid(request)


FIELDS = ("query", "difficulty", "energy", "style", "duration", "seed")


@given(request=st.fixed_dictionaries({"song": st.just("songs/a.mp3")}, optional={f: VALUES[f] for f in FIELDS}))
def test_what_the_door_lets_in_planning_understands(request):
    """Nothing passes `open` to be refused as a form later, whose failure would cost an analysis."""
    if valid(request):
        Form.of({k: v for k, v in request.items() if k in FIELDS}, None)

"""Functions answer JSON, whatever happens inside."""

from __future__ import annotations

import io
import json
import logging

import flask
import pytest
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bachata import errors, logs
from bachata.http import json_endpoint, read


def _call(handler, *, method="POST", **request):
    app = flask.Flask("test")
    request = request or {"json": {}}
    with app.test_request_context("/", method=method, **request):
        answer = json_endpoint("plan")(handler)(flask.request)
    assert answer.mimetype == "application/json"
    return answer.status_code, json.loads(answer.get_data())


def _raising(error):
    def handler(body):
        raise error

    return handler


def test_an_object_goes_in_and_an_object_comes_out():
    assert _call(lambda body: {"got": body, "words": "año"}, json={"a": [1, None]}) == (
        200,
        {"got": {"a": [1, None]}, "words": "año"},
    )


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"data": b"{broken", "content_type": "application/json"}, "not a JSON object"),
        ({"data": b"\xff\xfe", "content_type": "application/json"}, "not a JSON object"),
        ({"data": b"", "content_type": "application/json"}, "not a JSON object"),
        ({"json": [1]}, "not a JSON object"),
        ({"data": b"null", "content_type": "application/json"}, "not a JSON object"),
        ({"data": b"{}", "content_type": "text/plain"}, "Content-Type"),
        ({"data": b"{}"}, "Content-Type"),
        ({"json": {}, "method": "PUT"}, "POST"),
        ({"method": "GET", "query_string": "a=1"}, "POST"),
    ],
)
def test_what_is_not_a_request_is_refused_in_json(request_, words):
    method = request_.pop("method", "POST")
    status, body = _call(lambda body: {}, method=method, **request_)
    assert (status, body["code"], body["stage"]) == (400, "INVALID_REQUEST", "plan")
    assert words in body["error"]


def _tree(error=errors.BachataError):
    yield error
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:  # rooms may add kinds of their own, with constructors of their own
            yield from _tree(child)


@pytest.mark.parametrize("kind", list(_tree()), ids=lambda kind: kind.__name__)
def test_every_error_of_the_tree_answers_with_its_own_status(kind):
    error = kind([errors.Problem("$.moves", "is required")]) if kind is errors.InvalidBlueprint else kind("Do this.")
    status, body = _call(_raising(error))
    assert status == kind.http_status
    assert body["code"] == kind.code
    assert body["stage"] == "plan"
    assert {"error", "details", "stage", "code"} <= body.keys()


def test_an_error_that_knows_its_stage_keeps_it():
    _, body = _call(_raising(errors.ClipMissing("No clip", stage="fetching", details="moves/a.mp4")))
    assert body == {"error": "No clip", "details": "moves/a.mp4", "stage": "fetching", "code": "CLIP_NOT_FOUND"}


def test_a_blueprints_problems_are_listed():
    problems = [errors.Problem("$.a", "is wrong"), errors.Problem("$.b", "is required")]
    _, body = _call(_raising(errors.InvalidBlueprint(problems)))
    assert body["problems"] == [{"path": "$.a", "message": "is wrong"}, {"path": "$.b", "message": "is required"}]


def test_a_fault_of_ours_shows_nothing_and_is_logged_whole(caplog):
    logging.getLogger("bachata").propagate = True
    logging.getLogger("bachata").handlers[:] = [logging.NullHandler()]
    with caplog.at_level(logging.ERROR, "bachata"):
        status, body = _call(_raising(RuntimeError("the password is hunter2 in /srv/app/main.py")))
    assert (status, body["code"], body["details"]) == (500, "INTERNAL", "RuntimeError")
    assert "hunter2" not in json.dumps(body)
    assert "/srv" not in json.dumps(body)
    assert "hunter2" in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    "error", [OperationalError("SELECT 1", {}, OSError()), InterfaceError("SELECT 1", {}, OSError()), PoolTimeout()]
)
def test_a_database_that_is_away_is_worth_another_try(error):
    status, body = _call(_raising(error))
    assert (status, body["code"]) == (503, "UNAVAILABLE")
    assert "SELECT" not in json.dumps(body)


@pytest.mark.parametrize("answer", [{"n": float("nan")}, {"o": object()}])
def test_an_answer_that_is_not_json_is_a_fault_of_ours(answer):
    status, body = _call(lambda body: answer)
    assert (status, body["code"]) == (500, "INTERNAL")


def test_log_lines_inside_carry_task_execution_stage_and_trace():
    stream = io.StringIO()
    logs.configure(stream=stream, project="p")

    def handler(body):
        logs.get_logger("somewhere").info("working")
        return {}

    _call(
        handler,
        json={"task_id": "t1", "execution": "e1", "user_id": 5},
        headers={"X-Cloud-Trace-Context": "abc123/45;o=1"},
    )
    line = json.loads(stream.getvalue())
    assert (line["task_id"], line["execution"], line["stage"]) == ("t1", "e1", "plan")
    assert line["logging.googleapis.com/trace"] == "projects/p/traces/abc123"
    logs.get_logger("somewhere").info("after")
    assert "task_id" not in json.loads(stream.getvalue().splitlines()[-1])


def test_logs_are_set_up_by_the_first_request_and_wrong_settings_are_answered(monkeypatch):
    logging.getLogger("bachata").handlers[:] = []
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    status, body = _call(lambda body: {})
    assert (status, body["code"]) == (500, "INVALID_SETTINGS")
    assert "LOG_LEVEL" in body["error"]
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    assert _call(lambda body: {})[0] == 200
    assert logging.getLogger("bachata").level == logging.ERROR


class Inner(BaseModel):
    n: int = Field(ge=1)


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    inner: list[Inner]


def test_read_names_every_fault_with_its_place():
    with pytest.raises(errors.InvalidRequest) as caught:
        read(Outer, {"inner": [{"n": 1}, {"n": 0}, {}], "surplus": 1})
    message = caught.value.message
    for fault in (
        "$.name: is required",
        "$.inner[1].n: input should be greater",
        "$.inner[2].n: is req",
        "$.surplus: ",
    ):
        assert fault in message


def test_read_gives_the_model():
    assert read(Outer, {"name": "x", "inner": [{"n": 2}]}).inner[0].n == 2

"""Log lines: JSON that Cloud Logging understands, or text that people do."""

from __future__ import annotations

import io
import json
import logging
import threading

import pytest

from bachata import logs


@pytest.fixture
def stream():
    stream = io.StringIO()
    logs.configure(stream=stream, project="p")
    return stream


def _lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_what_cloud_logging_lifts_out(stream):
    logs.get_logger("bachata.music").warning("quiet %s", "song", extra={"tempo": 129.2})
    (line,) = _lines(stream)
    assert (line["severity"], line["message"], line["logger"]) == ("WARNING", "quiet song", "bachata.music")
    assert line["tempo"] == 129.2
    assert line["time"].endswith("+00:00")


def test_bound_fields_are_on_every_line_inside_whoever_writes_it(stream):
    log = logs.get_logger("anything")
    with logs.bound(task_id="t1", stage=None):
        with logs.bound(stage="planning"):
            log.info("in")
        log.info("between", extra={"task_id": "explicit"})
    log.info("out")
    inside, between, out = _lines(stream)
    assert (inside["task_id"], inside["stage"]) == ("t1", "planning")
    assert between["task_id"] == "explicit"
    assert "stage" not in between
    assert "task_id" not in out


def test_fields_of_one_thread_are_not_on_the_lines_of_another(stream):
    def other():
        logs.get_logger("x").info("other")

    with logs.bound(task_id="mine"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        logs.get_logger("x").info("mine")
    assert [line.get("task_id") for line in _lines(stream)] == [None, "mine"]


def test_fields_go_when_the_block_fails(stream):
    with pytest.raises(KeyError), logs.bound(task_id="t1"):
        raise KeyError
    logs.get_logger("x").info("after")
    assert "task_id" not in _lines(stream)[0]


def test_an_exception_is_part_of_the_message(stream):
    try:
        raise ValueError("broken")
    except ValueError:
        logs.get_logger("x").exception("failed")
    (line,) = _lines(stream)
    assert line["severity"] == "ERROR"
    assert line["message"].startswith("failed\nTraceback")
    assert "ValueError: broken" in line["message"]


def test_a_line_is_one_line_whatever_it_says(stream):
    logs.get_logger("x").info("a\nb ñ 💃", extra={"path": object})
    assert len(stream.getvalue().splitlines()) == 1
    assert _lines(stream)[0]["message"] == "a\nb ñ 💃"
    assert "ñ" in stream.getvalue()


@pytest.mark.parametrize(("project", "expected"), [("p", "projects/p/traces/abc"), (None, "abc")])
def test_a_trace_links_the_line(project, expected):
    stream = io.StringIO()
    logs.configure(stream=stream, project=project)
    with logs.bound(trace="abc"):
        logs.get_logger("x").info("m")
    (line,) = _lines(stream)
    assert line["logging.googleapis.com/trace"] == expected
    assert "trace" not in line


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        ({}, None),
        ({"X-Cloud-Trace-Context": "abc/1;o=1"}, "abc"),
        ({"X-Cloud-Trace-Context": "abc"}, "abc"),
        ({"X-Cloud-Trace-Context": "/1"}, None),
        ({"traceparent": "00-abc-def-01"}, "abc"),
        ({"traceparent": "nonsense"}, None),
        ({"X-Cloud-Trace-Context": "cloud/1", "traceparent": "00-w3c-def-01"}, "cloud"),
    ],
)
def test_the_trace_of_a_request(headers, trace):
    assert logs.trace_of(headers) == trace


def test_text_is_for_people():
    stream = io.StringIO()
    logs.configure(json_lines=False, level="debug", stream=stream)
    with logs.bound(task_id="t1"):
        logs.get_logger("x").debug("loading", extra={"clips": 3})
    assert stream.getvalue().rstrip().endswith("debug   loading  task_id=t1 clips=3")


def test_below_the_level_nothing_is_written():
    stream = io.StringIO()
    logs.configure(level="WARNING", stream=stream)
    logs.get_logger("x").info("no")
    logs.get_logger("x").error("yes")
    assert [line["message"] for line in _lines(stream)] == ["yes"]


def test_configuring_again_replaces_and_stays_apart_from_the_root(stream):
    again = io.StringIO()
    logs.configure(stream=again)
    logs.get_logger("x").info("once")
    assert stream.getvalue() == ""
    assert len(_lines(again)) == 1
    assert not logging.getLogger("bachata").propagate

"""Every task that ends says so once, in the words the metrics of terraform/logs.tf count."""

from __future__ import annotations

import json
import logging

import pytest

from bachata.errors import Conflict
from bachata.logs import JsonFormatter
from bachata.tasks.standing import StandingTasks
from bachata.tasks.store import TaskStore


@pytest.fixture
def tasks(engine):
    store = TaskStore(engine)
    store.open("t1", user_id="ana", execution="e1", request={})
    return store


@pytest.fixture
def lines(caplog):
    """The JSON lines of tasks that ended so far."""
    caplog.set_level(logging.INFO, logger="bachata")
    read = JsonFormatter().format
    return lambda: [
        line for line in (json.loads(read(r)) for r in caplog.records) if line.get("event") == "task_finished"
    ]


def test_a_completed_task(tasks, lines):
    tasks.complete("t1", "e1", {})
    [line] = lines()
    assert (line["severity"], line["task_id"], line["outcome"], line["code"]) == ("INFO", "t1", "completed", "")
    assert line["stage"] == "completed"
    assert 0 <= line["seconds"] < 60


def test_a_failed_task_says_where_and_why(tasks, lines):
    tasks.fail("t1", "e1", stage="planning", error={"error": "no moves", "code": "NO_MOVES"})
    [line] = lines()
    assert (line["outcome"], line["stage"], line["code"]) == ("failed", "planning", "NO_MOVES")


def test_a_cancelled_task(tasks, lines):
    tasks.cancel("t1")
    assert [line["outcome"] for line in lines()] == ["cancelled"]


def test_a_task_the_sweep_gives_up(tasks, lines, engine):
    seen, error = tasks.get("t1"), {"error": "over", "code": "EXECUTION_OVER"}
    assert StandingTasks(engine).fail(seen, error=error)
    assert not StandingTasks(engine).fail(seen, error=error)
    assert [(line["outcome"], line["code"]) for line in lines()] == [("failed", "EXECUTION_OVER")]


def test_steps_that_are_repeated_or_refused_count_nothing(tasks, lines):
    tasks.complete("t1", "e1", {})
    tasks.complete("t1", "e1", {})
    with pytest.raises(Conflict):
        tasks.fail("t1", "e1", stage="planning", error={"error": "late"})
    assert len(lines()) == 1


def test_seconds_are_counted_from_the_first_request(tasks, lines, engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE choreography_tasks SET created_at = created_at - interval '90 seconds'")
    tasks.complete("t1", "e1", {})
    assert 90 <= lines()[0]["seconds"] < 150

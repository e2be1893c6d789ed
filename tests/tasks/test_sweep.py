"""Tasks that stopped moving: which are failed, which are left alone, and who wins when a writer comes in between."""

from __future__ import annotations

import logging
import threading

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bachata.errors import InvalidSettings, Unavailable
from bachata.tasks.standing import StandingTasks
from bachata.tasks.store import TaskStore
from bachata.tasks.sweep import Patience, sweep
from bachata.tasks.tables import choreography_tasks

PATIENCE = Patience(ask=900, limit=18000)


@pytest.fixture
def tasks(engine):
    return TaskStore(engine)


def stand(engine, task_id, seconds):
    """Put the task's last movement `seconds` back."""
    moved = sa.func.now() - sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    with engine.begin() as connection:
        connection.execute(
            sa.update(choreography_tasks).where(choreography_tasks.c.task_id == task_id).values(updated_at=moved)
        )


def opened(engine, task_id="t", execution="e", seconds=1000):
    TaskStore(engine).open(task_id, user_id="ana", execution=execution, request={})
    stand(engine, task_id, seconds)


@pytest.mark.parametrize(
    ("state", "words"),
    [("CANCELLED", "was cancelled"), ("FAILED", "failed"), ("SUCCEEDED", "ended"), ("GONE", "not there any more")],
)
def test_a_task_whose_execution_is_over_fails_with_a_sentence(engine, tasks, state, words):
    opened(engine)
    swept = sweep(StandingTasks(engine), lambda _: state, PATIENCE)
    assert swept.as_dict() == {"checked": 1, "failed": ["t"]}
    task = tasks.get("t")
    assert (task.status, task.error["code"], task.error["stage"]) == ("failed", "EXECUTION_OVER", "initializing")
    assert words in task.error["error"] and "ask for the video again" in task.error["error"]
    assert task.message == task.error["error"]
    assert sweep(StandingTasks(engine), lambda _: state, PATIENCE).as_dict() == {"checked": 0, "failed": []}


@pytest.mark.parametrize("state", ["ACTIVE", "QUEUED", "UNAVAILABLE", "", "PAUSED"])
def test_what_lives_or_is_not_known_is_left_until_the_limit(engine, tasks, state):
    opened(engine, "young", seconds=17_000)
    opened(engine, "old", seconds=18_100)
    assert sweep(StandingTasks(engine), lambda _: state, PATIENCE).as_dict() == {"checked": 2, "failed": ["old"]}
    assert tasks.get("young").status == "started"
    assert tasks.get("old").error["code"] == "STALLED"
    assert "5.0 hours" in tasks.get("old").error["error"]


def test_a_task_that_moves_is_never_asked_about(engine, tasks):
    opened(engine, seconds=800)
    assert sweep(StandingTasks(engine), lambda _: pytest.fail("asked"), PATIENCE).checked == 0


@pytest.mark.parametrize("end", ["complete", "fail", "cancel"])
def test_finished_tasks_are_none_of_its_business(engine, tasks, end):
    opened(engine)
    {
        "complete": lambda: tasks.complete("t", "e", {}),
        "fail": lambda: tasks.fail("t", "e", stage="plan", error={"error": "No."}),
        "cancel": lambda: tasks.cancel("t"),
    }[end]()
    stand(engine, "t", 90_000)
    before = tasks.get("t")
    assert sweep(StandingTasks(engine), lambda _: "GONE", PATIENCE).checked == 0
    assert tasks.get("t") == before


def test_a_row_nobody_took_is_given_up_at_the_limit(engine, tasks):
    with engine.begin() as connection:
        connection.execute(sa.insert(choreography_tasks).values([{"task_id": "new"}, {"task_id": "old"}]))
    stand(engine, "new", 1000)
    stand(engine, "old", 20_000)
    assert sweep(StandingTasks(engine), lambda _: pytest.fail("there is none to ask for"), PATIENCE).failed == ("old",)


def test_an_api_that_is_away_leaves_the_clock_alone_to_decide(engine, tasks):
    opened(engine, "young", seconds=1000)
    opened(engine, "old", seconds=20_000)

    def away(_):
        raise Unavailable("away")

    assert sweep(StandingTasks(engine), away, PATIENCE).failed == ("old",)


def test_an_api_that_cannot_be_asked_fails_nothing(engine, tasks):
    opened(engine, seconds=90_000)

    def refuse(_):
        raise InvalidSettings("grant it")

    with pytest.raises(InvalidSettings):
        sweep(StandingTasks(engine), refuse, PATIENCE)
    assert tasks.get("t").status == "started"


def test_every_failed_task_is_an_error_line(engine, tasks, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("bachata"), "propagate", True)
    opened(engine)
    sweep(StandingTasks(engine), lambda _: "CANCELLED", PATIENCE)
    [record] = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert (record.message, record.task_id, record.execution, record.execution_state, record.stage) == (
        "a task stopped moving", "t", "e", "CANCELLED", "initializing",
    )  # fmt: skip
    assert 1000 <= record.idle_seconds < 1100


@pytest.mark.parametrize(
    "movement",
    [
        lambda tasks: tasks.progress("t", "e", "fetching"),
        lambda tasks: tasks.complete("t", "e", {"video_key": "v"}),
        lambda tasks: tasks.cancel("t"),
        lambda tasks: (
            tasks.fail("t", "e", stage="plan", error={"error": "No."}),
            tasks.open("t", user_id="ana", execution="second", request={}),
        ),
    ],
    ids=["progress", "complete", "cancel", "reopened"],
)
def test_whoever_moves_the_task_between_look_and_write_wins(engine, tasks, movement):
    opened(engine)
    after = []

    def meanwhile(_):
        movement(tasks)
        after.append(tasks.get("t"))
        return "GONE"

    assert sweep(StandingTasks(engine), meanwhile, PATIENCE).as_dict() == {"checked": 1, "failed": []}
    assert [tasks.get("t")] == after


def test_sweeps_at_once_fail_a_task_once(engine, tasks):
    for number in range(5):
        opened(engine, f"t{number}", execution=f"e{number}")
    gate = threading.Barrier(4)
    failed = []

    def one():
        gate.wait()
        failed.extend(sweep(StandingTasks(engine), lambda _: "CANCELLED", PATIENCE).failed)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(failed) == [f"t{number}" for number in range(5)]


STATES = st.sampled_from(["ACTIVE", "QUEUED", "SUCCEEDED", "FAILED", "CANCELLED", "GONE", "UNAVAILABLE"])


@given(rows=st.lists(st.tuples(STATES, st.integers(0, 40_000)), min_size=1, max_size=4))
def test_exactly_the_dead_and_the_stalled_fail(engine, rows):
    tasks = TaskStore(engine)
    with engine.begin() as connection:
        connection.execute(sa.delete(choreography_tasks))
    for number, (_, seconds) in enumerate(rows):
        opened(engine, f"t{number}", execution=str(number), seconds=seconds)
    over = {"SUCCEEDED", "FAILED", "CANCELLED", "GONE"}
    # A second each side of a bound is the database's to decide: the clock runs on between the two statements.
    near = any(abs(seconds - bound) < 60 for _, seconds in rows for bound in (900, 18_000))
    if near:
        return
    expected = {f"t{n}" for n, (s, idle) in enumerate(rows) if (idle > 900 and s in over) or idle > 18_000}
    assert set(sweep(StandingTasks(engine), lambda execution: rows[int(execution)][0], PATIENCE).failed) == expected
    assert {t.task_id for t in tasks.list(status="failed")} == expected

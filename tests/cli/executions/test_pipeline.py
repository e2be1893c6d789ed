"""Executions through Google's own clients and through the laptop's REST: the same answers."""

import json
import time

import pytest

from bachata.cli.executions.documents import Execution, JobExecution
from bachata.cli.executions.pipeline import ARGUMENT_BYTES, argument_of, short
from bachata.errors import Conflict, InvalidRequest, NotFound


def request(style="modern", **more):
    return {"song": "songs/a.mp3", "style": style, **more}


def until(pipeline, execution, holds):
    """The status once `holds` is true of it."""
    for status in pipeline.watch(execution, every=0.05):
        if holds(status):
            return status
    raise AssertionError(f"it never was: {status}")


def test_a_request_becomes_a_result(pipeline):
    run = pipeline.submit(request(task_id="mine"))
    *_, status = pipeline.watch(run.id, every=0.05)
    assert status.execution.state == "SUCCEEDED" and status.execution.finished
    assert status.execution.argument == request(task_id="mine")
    assert status.execution.task_id == "mine"
    assert status.execution.result["video"] == "output/v.mp4"
    assert status.execution.ended >= status.execution.started
    assert status.job is None


def test_a_failure_carries_the_step_s_words(pipeline):
    *_, status = pipeline.watch(pipeline.submit(request("sensual")).id, every=0.05)
    assert status.execution.state == "FAILED"
    assert status.execution.error["message"] == "No moves fit: add some."
    assert (status.execution.error["stage"], status.execution.error["code"]) == ("plan", "NO_MOVES")


def test_a_render_is_seen_and_cancelled_with_its_execution(pipeline):
    run = pipeline.submit(request("romantic"))
    status = until(pipeline, run.id, lambda s: s.job is not None and s.job.running == 2)
    assert (status.step, status.job.execution, status.job.tasks) == ("assemble", run.id, 2)
    cancelled = pipeline.cancel(run.name)
    assert cancelled.execution.state == "CANCELLED"
    assert cancelled.job.name == status.job.name
    while not pipeline.status(run.id).job.finished:
        time.sleep(0.05)
    ended = pipeline.status(run.id)
    assert (ended.job.cancelled, ended.job.running, ended.execution.state) == (2, 0, "CANCELLED")
    assert pipeline.cancel(run.id).execution.state == "CANCELLED", "asking again does no harm"


def test_before_the_render_the_step_is_not_told(pipeline):
    """The API tells the innermost step, and functions are called in a subworkflow."""
    run = pipeline.submit(request("playful"))
    status = until(pipeline, run.id, lambda s: s.execution.steps == (("listen_longer", "send"),))
    assert status.step is None
    pipeline.cancel(run.id)


def test_what_is_finished_cannot_be_cancelled(pipeline):
    run = pipeline.submit(request())
    list(pipeline.watch(run.id, every=0.05))
    with pytest.raises(Conflict, match="cannot be done any more"):
        pipeline.cancel(run.id)


def test_lists_are_newest_first_and_can_be_narrowed(pipeline):
    ids = [pipeline.submit(request(style)).id for style in ("modern", "sensual", "modern", "sensual")]
    for run in ids:
        list(pipeline.watch(run, every=0.05))
    assert [run.id for run in pipeline.list(state=None, limit=4)] == ids[::-1]
    failed = pipeline.list(state="FAILED", limit=2)
    assert [run.id for run in failed] == [ids[3], ids[1]]
    assert len(pipeline.list(state="FAILED", limit=1)) == 1
    assert pipeline.list(state="UNAVAILABLE", limit=9) == []


def test_an_execution_nobody_knows(pipeline):
    with pytest.raises(NotFound, match=r"no execution nothing.*`bachata list"):
        pipeline.status("nothing")


def test_every_fault_of_a_request_is_named_before_anything_is_sent(pipeline, google):
    with pytest.raises(InvalidRequest) as caught:
        pipeline.submit({"style": "wild", "song": "../x", "speed": 2})
    assert all(name in caught.value.message for name in ("style", "song", "speed"))
    assert google.requests == []


@pytest.mark.parametrize(("extra", "fits"), [(0, True), (1, False)])
def test_an_argument_of_32_kb_is_the_longest(extra, fits):
    empty = {"song": "songs/a.mp3", "output": {"note": ""}}
    room = ARGUMENT_BYTES - len(json.dumps(empty).encode())
    asked = {**empty, "output": {"note": "ñ" * (room // 2) + "x" * (room % 2 + extra)}}
    if fits:
        assert len(argument_of(asked).encode()) == ARGUMENT_BYTES
    else:
        with pytest.raises(InvalidRequest, match=f"{ARGUMENT_BYTES + 1} bytes.*at most {ARGUMENT_BYTES}"):
            argument_of(asked)


def test_names_and_ids_are_the_same():
    assert short("projects/p/locations/l/workflows/w/executions/e") == short("e") == "e"


@pytest.mark.parametrize(
    ("argument", "error", "task"),
    [
        ({"song": "a"}, None, "e"),
        ({"song": "a", "task_id": "t"}, None, "t"),
        ({"specversion": "1.0", "data": {"message": {"messageId": "7"}}}, None, "event-7"),
        ({"specversion": "1.0", "data": {"message": {"messageId": "7"}}}, {"task_id": "named"}, "named"),
        (None, None, None),
        ([1], None, None),
    ],
)
def test_the_task_of_an_execution(argument, error, task):
    document = {"name": "x/executions/e", "state": "FAILED", "argument": json.dumps(argument)}
    if error is not None:
        document["error"] = {"payload": json.dumps(error)}
    assert Execution.of(document).task_id == task


def test_documents_without_what_may_be_missing():
    run = Execution.of({"name": "e", "error": {"payload": "not json {"}})
    assert (run.state, run.error, run.ended, run.steps) == ("STATE_UNSPECIFIED", "not json {", None, ())
    job = JobExecution.of({"name": "j"})
    assert (job.tasks, job.finished, job.execution, job.reason) == (1, False, None, "")

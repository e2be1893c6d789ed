"""The state machine, step by step, on real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from bachata.errors import Conflict, NotFound, TaskMissing, TaskOwnedElsewhere
from bachata.tasks.store import TaskStore
from bachata.tasks.tables import choreography_tasks
from bachata.tasks.task import SENTENCES, STAGES


@pytest.fixture
def tasks(engine):
    return TaskStore(engine)


def _open(tasks, task_id="t1", execution="e1", user_id="ana", **more):
    return tasks.open(task_id, user_id=user_id, execution=execution, request={"query": "romántico"}, **more)


FAULT = {"error": "no clip", "details": "moves/a.mp4", "code": "CLIP_NOT_FOUND"}


class TestOpen:
    def test_a_new_task_is_claimed(self, tasks):
        claim = _open(tasks, song_key="songs/amor.wav")
        assert claim.claimed
        assert (claim.task.status, claim.task.progress, claim.task.stage) == ("started", 0, "initializing")
        assert claim.task.request == {"query": "romántico"}
        assert claim.task.song_key == "songs/amor.wav"
        assert tasks.get("t1") == claim.task

    def test_the_same_execution_may_ask_again(self, tasks):
        _open(tasks)
        tasks.progress("t1", "e1", "planning")
        again = _open(tasks)
        assert again.claimed
        assert again.task.progress == STAGES["planning"]  # asking again restarts nothing

    def test_another_execution_does_not_get_it(self, tasks):
        _open(tasks)
        claim = _open(tasks, execution="e2")
        assert not claim.claimed
        assert claim.task.workflow_execution == "e1"

    @pytest.mark.parametrize("execution", ["e1", "e2"])
    def test_a_finished_task_is_not_claimed_again(self, tasks, execution):
        _open(tasks)
        done = tasks.complete("t1", "e1", {"video": "v"})
        claim = _open(tasks, execution=execution)
        assert not claim.claimed
        assert claim.task == done

    def test_a_new_execution_reopens_a_failed_task(self, tasks):
        _open(tasks)
        tasks.progress("t1", "e1", "uploading")
        tasks.set_job_execution("t1", "e1", "job-1")
        tasks.fail("t1", "e1", stage="uploading", error=FAULT)
        assert not _open(tasks).claimed  # the one that failed does not
        claim = _open(tasks, execution="e2")
        assert claim.claimed
        assert (claim.task.status, claim.task.progress, claim.task.error) == ("started", 0, None)
        assert claim.task.job_execution_name is None
        assert tasks.progress("t1", "e2", "analyzing")
        assert tasks.get("t1").progress == STAGES["analyzing"]

    def test_a_cancelled_task_stays_cancelled(self, tasks):
        _open(tasks)
        tasks.cancel("t1")
        assert not _open(tasks, execution="e2").claimed
        assert tasks.get("t1").status == "cancelled"

    def test_a_row_that_nobody_runs_yet_is_claimed(self, tasks, engine):
        with engine.begin() as connection:
            connection.execute(sa.insert(choreography_tasks).values(task_id="t1", user_id="ana"))
        assert _open(tasks).claimed
        assert not _open(tasks, execution="e2").claimed

    def test_another_users_task_is_not_shown(self, tasks):
        _open(tasks)
        tasks.fail("t1", "e1", stage="planning", error=FAULT)
        with pytest.raises(TaskOwnedElsewhere, match="another user"):
            _open(tasks, user_id="eve", execution="e2")
        assert tasks.get("t1").user_id == "ana"

    @pytest.mark.parametrize("failed_before", [False, True])
    def test_of_five_at_once_one_gets_it(self, tasks, failed_before):
        if failed_before:
            _open(tasks, execution="e0")
            tasks.fail("t1", "e0", stage="planning", error=FAULT)
        with ThreadPoolExecutor(5) as pool:
            claims = list(pool.map(lambda n: _open(tasks, execution=f"e{n}"), range(1, 6)))
        assert [c.claimed for c in claims].count(True) == 1
        winner = next(c.task.workflow_execution for c in claims if c.claimed)
        assert {c.task.workflow_execution for c in claims} == {winner}


class TestProgress:
    def test_it_says_the_stage_and_grows(self, tasks):
        _open(tasks)
        assert tasks.progress("t1", "e1", "fetching", message="3 of 12")
        task = tasks.get("t1")
        assert (task.status, task.stage, task.progress, task.message) == ("running", "fetching", 20, "3 of 12")
        assert task.updated_at > task.created_at

    def test_it_never_goes_back(self, tasks):
        _open(tasks)
        tasks.progress("t1", "e1", "concatenating", 66)
        assert tasks.progress("t1", "e1", "fetching", 21)
        task = tasks.get("t1")
        assert (task.stage, task.progress, task.message) == ("fetching", 66, SENTENCES["fetching"])

    def test_a_hundred_is_for_the_completed(self, tasks):
        _open(tasks)
        tasks.progress("t1", "e1", "completed")
        assert tasks.get("t1").progress == 99

    def test_a_stranger_changes_nothing(self, tasks):
        before = _open(tasks).task
        assert not tasks.progress("t1", "e2", "fetching")
        assert not tasks.set_job_execution("t1", "e2", "job")
        assert not tasks.progress("nowhere", "e1", "fetching")
        assert tasks.get("t1") == before

    @pytest.mark.parametrize("end", ["complete", "fail", "cancel"])
    def test_a_finished_task_does_not_move(self, tasks, end):
        _open(tasks)
        steps = {
            "complete": lambda: tasks.complete("t1", "e1", {}),
            "fail": lambda: tasks.fail("t1", "e1", stage="fetching", error=FAULT),
            "cancel": lambda: tasks.cancel("t1"),
        }
        after = steps[end]()
        assert not tasks.progress("t1", "e1", "uploading")
        assert tasks.get("t1") == after

    @pytest.mark.parametrize(("stage", "percent"), [("dancing", 1), ("fetching", -1), ("fetching", 101)])
    def test_nonsense_is_refused(self, tasks, stage, percent):
        _open(tasks)
        with pytest.raises(ValueError, match=r"unknown stage|between 0 and 100"):
            tasks.progress("t1", "e1", stage, percent)


class TestEnds:
    def test_complete_writes_everything_at_once_and_again_the_same(self, tasks):
        _open(tasks)
        task = tasks.complete("t1", "e1", {"video_key": "output/v.mp4", "frames": 3})
        assert (task.status, task.progress, task.stage) == ("completed", 100, "completed")
        assert task.result == {"video_key": "output/v.mp4", "frames": 3}
        assert tasks.complete("t1", "e1", {"other": True}) == task

    def test_fail_keeps_the_first_error(self, tasks):
        _open(tasks)
        task = tasks.fail("t1", "e1", stage="fetching", error=FAULT)
        assert (task.status, task.stage) == ("failed", "fetching")
        assert task.error == {**FAULT, "stage": "fetching"}
        assert task.message == "no clip"
        assert tasks.fail("t1", "e1", stage="uploading", error={"error": "later"}) == task

    @pytest.mark.parametrize("error", [{}, {"error": ""}, {"error": "  "}, {"error": None}])
    def test_a_failure_always_says_something(self, tasks, error):
        _open(tasks)
        assert "planning" in tasks.fail("t1", "e1", stage="planning", error=error).error["error"]

    def test_an_error_of_strange_bytes_is_kept(self, tasks):
        _open(tasks)
        words = b"x264 \xff\x00 died".decode(errors="surrogateescape")
        task = tasks.fail("t1", "e1", stage="concatenating", error={"error": words, "n": float("nan")})
        assert task.error["error"] == "x264 \ufffd\ufffd died"
        assert task.error["n"] is None

    def test_ends_exclude_each_other(self, tasks):
        for task_id in ("done", "broken", "dropped"):
            _open(tasks, task_id)
        done = tasks.complete("done", "e1", {})
        broken = tasks.fail("broken", "e1", stage="planning", error=FAULT)
        dropped = tasks.cancel("dropped")
        for attempt in (
            lambda: tasks.fail("done", "e1", stage="cleanup", error=FAULT),
            lambda: tasks.cancel("done"),
            lambda: tasks.complete("broken", "e1", {}),
            lambda: tasks.cancel("broken"),
            lambda: tasks.complete("dropped", "e1", {}),
        ):
            with pytest.raises(Conflict):
                attempt()
        assert tasks.fail("dropped", "e1", stage="fetching", error=FAULT) == dropped
        assert tasks.cancel("dropped") == dropped
        assert [tasks.get(t.task_id) for t in (done, broken, dropped)] == [done, broken, dropped]

    def test_only_the_owner_ends_it(self, tasks):
        before = _open(tasks).task
        with pytest.raises(TaskOwnedElsewhere):
            tasks.complete("t1", "e2", {})
        with pytest.raises(TaskOwnedElsewhere):
            tasks.fail("t1", "e2", stage="planning", error=FAULT)
        assert tasks.get("t1") == before

    def test_an_unknown_task_is_missing(self, tasks):
        for attempt in (
            lambda: tasks.get("nowhere"),
            lambda: tasks.complete("nowhere", "e1", {}),
            lambda: tasks.fail("nowhere", "e1", stage="planning", error=FAULT),
            lambda: tasks.cancel("nowhere"),
            lambda: tasks.blueprint("nowhere"),
            lambda: tasks.save_blueprint("nowhere", "e1", {}, "0" * 64),
        ):
            with pytest.raises(TaskMissing, match="nowhere"):
                attempt()


class TestBlueprints:
    def test_it_comes_back_as_it_went_in(self, tasks):
        _open(tasks)
        text = '{"moves":[{"start_time":0.1,"speed":1.0,"reason":"año \\u00a1"}],"n":1e-7}'
        tasks.save_blueprint("t1", "e1", text, "a" * 64)
        assert tasks.blueprint("t1") == {"moves": [{"start_time": 0.1, "speed": 1.0, "reason": "año ¡"}], "n": 1e-7}

    def test_a_later_one_replaces_it(self, tasks):
        _open(tasks)
        tasks.save_blueprint("t1", "e1", {"v": 1}, "a" * 64)
        tasks.save_blueprint("t1", "e1", {"v": 2}, "b" * 64)
        assert tasks.blueprint("t1") == {"v": 2}

    def test_none_yet_is_said(self, tasks):
        _open(tasks)
        with pytest.raises(NotFound, match="no blueprint: it is started"):
            tasks.blueprint("t1")

    def test_a_stranger_and_a_finished_task_change_nothing(self, tasks):
        _open(tasks)
        tasks.save_blueprint("t1", "e1", {"v": 1}, "a" * 64)
        with pytest.raises(TaskOwnedElsewhere):
            tasks.save_blueprint("t1", "e2", {"v": 2}, "b" * 64)
        tasks.cancel("t1")
        with pytest.raises(Conflict, match="cancelled"):
            tasks.save_blueprint("t1", "e1", {"v": 3}, "c" * 64)
        assert tasks.blueprint("t1") == {"v": 1}


class TestList:
    def test_newest_first_filtered_and_paged(self, tasks):
        for n in range(5):
            _open(tasks, f"t{n}", user_id="ana" if n % 2 else "bo")
        tasks.cancel("t3")
        assert [t.task_id for t in tasks.list()] == ["t4", "t3", "t2", "t1", "t0"]
        assert [t.task_id for t in tasks.list(user_id="ana")] == ["t3", "t1"]
        assert [t.task_id for t in tasks.list(status="started", user_id="ana")] == ["t1"]
        assert [t.task_id for t in tasks.list(limit=2, offset=1)] == ["t3", "t2"]

    def test_a_task_is_json(self, tasks):
        document = _open(tasks).task.as_dict()
        assert document["status"] == "started"
        assert document["created_at"].endswith("+00:00")

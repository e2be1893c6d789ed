"""What `fail` records when a render left its own report."""

from __future__ import annotations

import json

import pytest

from bachata.assembly.result import Result
from bachata.tasks.finalize import Finalizer
from bachata.tasks.requests import FinalizeRequest
from bachata.tasks.store import TaskStore
from bachata.tasks.sweep import Swept

REPORT = "output/user_local/choreography_t1.error.json"
GENERIC = {"error": "The render job failed; its log says why.", "code": "JOB_FAILED", "details": ""}


@pytest.fixture
def finalizer(engine, store):
    return Finalizer(TaskStore(engine), store, Result.model_validate, sweep=lambda: Swept(3, ("t1",)))


def ask(finalizer, **body):
    return finalizer.answer(FinalizeRequest.model_validate(body))


def fail_with_report(finalizer, store, report: bytes | None):
    ask(finalizer, action="open", task_id="t1", user_id="local", execution="e1", request={})
    if report is not None:
        store.put_bytes(REPORT, report)
    failed = ask(finalizer, action="fail", task_id="t1", execution="e1", stage="assemble", error=GENERIC, report=REPORT)
    return failed["task"]


def test_the_renders_own_words_are_recorded(finalizer, store):
    said = {"error": "There is no clip 'moves/x.mp4'", "code": "CLIP_NOT_FOUND", "details": "", "stage": "fetching"}
    task = fail_with_report(finalizer, store, json.dumps(said).encode())
    assert (task["status"], task["stage"]) == ("failed", "fetching")
    assert task["error"]["code"] == "CLIP_NOT_FOUND"
    assert "moves/x.mp4" in task["error"]["error"]


@pytest.mark.parametrize("report", [None, b"", b"[1]", b"{}", b'{"error": 3}', b"\xff\xfe"])
def test_without_a_readable_report_the_failure_counts_anyway(finalizer, store, report):
    task = fail_with_report(finalizer, store, report)
    assert (task["status"], task["stage"]) == ("failed", "assemble")
    assert task["error"]["code"] == "JOB_FAILED"


@pytest.mark.parametrize(("execution", "counts"), [("e1", True), ("e0", False)])
def test_a_report_counts_only_for_its_own_execution(finalizer, store, execution, counts):
    said = {"error": "clip 7 is missing", "stage": "fetching", "code": "CLIP_NOT_FOUND", "execution_id": execution}
    task = fail_with_report(finalizer, store, json.dumps(said).encode())
    assert ("clip 7" in json.dumps(task["error"])) == counts
    assert "execution_id" not in json.dumps(task["error"])


def test_a_sweep_tells_what_it_looked_at_and_what_it_failed(finalizer):
    assert ask(finalizer, action="sweep") == {"checked": 3, "failed": ["t1"]}

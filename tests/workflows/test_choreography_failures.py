"""Every failure ends in `fail`, with its stage and reason, and in a failed execution; what can pass is tried again."""

import socket

import pytest

from bachata.local.workflows import WorkflowFailed
from tests.workflows.scripted import EXECUTION, HangUp, Status, run

REQUEST = {"song": "songs/a.mp3", "task_id": "t-1"}
SENTENCE = {"query": "slow", "task_id": "t-1"}
FUNCTION_STAGES = ("open", "choose_song", "analyze", "plan", "close")
ORDER = ("open", "choose_song", "analyze", "plan", "run", "close")
LASTING = {
    400: "INVALID_REQUEST",
    404: "CLIP_NOT_FOUND",
    409: "TASK_OWNED_ELSEWHERE",
    422: "AUDIO_UNREADABLE",
    500: "INTERNAL",
}


def failed(scene, request=SENTENCE, **options):
    """The error value of the execution and what `fail` was told."""
    with pytest.raises(WorkflowFailed) as caught:
        run(scene, request, **options)
    assert scene.steps()[-1] == "fail"
    return caught.value.payload, scene.body("fail")


@pytest.mark.parametrize("stage", FUNCTION_STAGES)
@pytest.mark.parametrize(("code", "name"), LASTING.items())
def test_what_cannot_pass_is_not_tried_again(scene, clock, stage, code, name):
    error = {"error": "A sentence with the remedy.", "details": "the decoder's words", "stage": stage, "code": name}
    scene.script(stage, Status(code, error))
    payload, told = failed(scene, clock=clock)
    assert payload == {
        "message": "A sentence with the remedy.",
        "task_id": "t-1",
        "stage": stage,
        "code": name,
        "details": "the decoder's words",
    }
    assert told == {
        "action": "fail",
        "task_id": "t-1",
        "execution": EXECUTION,
        "stage": stage,
        "error": {
            "error": "A sentence with the remedy.",
            "details": "the decoder's words",
            "code": name,
            "stage": stage,
        },
    }
    assert clock.slept == []
    assert scene.steps() == [*ORDER[: ORDER.index(stage) + 1], "fail"]


@pytest.mark.parametrize("stage", FUNCTION_STAGES)
@pytest.mark.parametrize("hurdle", [Status(503, {}), Status(429, {}), Status(502, "<html>"), Status(504, {}), HangUp()])
def test_what_can_pass_is_tried_again(scene, clock, stage, hurdle):
    scene.script(stage, hurdle, hurdle)
    assert run(scene, SENTENCE, clock=clock)["status"] == "completed"
    assert scene.steps().count(stage) == 3
    assert clock.slept == [1, 2]


def test_trying_again_comes_to_an_end(scene, clock):
    scene.script("plan", *[Status(503, {"error": "Busy.", "code": "UNAVAILABLE"})] * 9)
    payload, _ = failed(scene, clock=clock)
    assert scene.steps().count("plan") == 5
    assert clock.slept == [1, 2, 4, 8]
    assert (payload["stage"], payload["code"], payload["message"]) == ("plan", "UNAVAILABLE", "Busy.")


@pytest.mark.parametrize("body", ["<html>Internal Server Error</html>", [], {}, {"error": None}, {"error": 7}, None])
def test_an_answer_that_is_not_ours_still_makes_a_readable_failure(scene, body):
    scene.script("plan", Status(500, body))
    payload, told = failed(scene)
    assert payload["message"] == "The step plan failed with HTTP status 500."
    assert payload["code"] == "HTTP_500"
    assert told["error"]["details"] == "HTTP server responded with error code 500"


def test_a_service_nobody_listens_at(scene, clock):
    with socket.socket() as probe:  # bound and never listening: refused, and nobody else can take the port
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}/plan"
        payload, told = failed(scene, REQUEST, clock=clock, PLAN_URL=address)
    assert (payload["stage"], payload["code"]) == ("plan", "UNREACHABLE")
    assert payload["message"] == "The service of the step plan could not be reached."
    assert clock.slept == [1, 2, 4, 8]
    assert told["stage"] == "plan"


def test_an_answer_without_the_fields_it_promised(scene):
    scene.answers["analyze"] = {"something": "else"}
    payload, _ = failed(scene)
    assert (payload["stage"], payload["code"]) == ("plan", "WORKFLOW_ERROR")
    assert "analysis" in payload["message"]


OPERATION = {"name": "projects/p/locations/l/operations/o", "done": True}


def test_a_job_that_fails_points_to_its_report(scene):
    words = "Task assembler-x-task0 failed with message: The container exited with an error."
    scene.answers["run"] = {**OPERATION, "error": {"code": 9, "message": words}}
    payload, told = failed(scene)
    assert (payload["stage"], payload["code"], payload["details"]) == ("assemble", "JOB_FAILED", words)
    assert told["report"] == "output/user_local/choreography_t-1.error.json"
    assert scene.steps().count("run") == 1, "Cloud Run retries the attempts, not the workflow"


def test_a_job_that_never_ends_is_given_up(scene, clock):
    scene.answers["run"] = scene.answers["poll"] = {**OPERATION, "done": False}
    payload, told = failed(scene, clock=clock)
    assert (payload["stage"], payload["code"]) == ("assemble", "TIMEOUT")
    assert payload["message"] == "The step assemble took longer than it may."
    assert clock.now == pytest.approx(15_000, abs=1)
    assert told["report"].endswith(".error.json")


def test_a_job_that_does_not_exist(scene):
    google = {"error": {"code": 404, "status": "NOT_FOUND", "message": "Resource 'assembler' does not exist."}}
    scene.script("run", Status(404, google))
    payload, _ = failed(scene)
    assert (payload["stage"], payload["code"]) == ("assemble", "HTTP_404")
    assert payload["details"] == "Resource 'assembler' does not exist."


@pytest.mark.parametrize("stage", ["open", "choose_song", "analyze", "plan", "close"])
def test_only_a_failed_render_has_a_report(scene, stage):
    scene.script(stage, Status(400, {"error": "No.", "code": "INVALID_REQUEST"}))
    _, told = failed(scene)
    assert "report" not in told


def test_recording_the_failure_is_tried_again(scene, clock):
    scene.script("plan", Status(422, {"error": "No moves.", "code": "NO_MOVES"}))
    scene.script("fail", Status(503, {}), Status(503, {}))
    with pytest.raises(WorkflowFailed) as caught:
        run(scene, REQUEST, clock=clock)
    assert caught.value.payload["code"] == "NO_MOVES"
    assert scene.steps()[-3:] == ["fail"] * 3
    assert clock.slept == [1, 2]


@pytest.mark.parametrize("obstacle", [Status(500, {"error": "Broken."}), Status(404, {}), Status(503, {})])
def test_a_failure_that_cannot_be_recorded_does_not_hide_the_first(scene, obstacle, log):
    scene.script("plan", Status(422, {"error": "No moves.", "code": "NO_MOVES"}))
    scene.answers["fail"] = obstacle
    with pytest.raises(WorkflowFailed) as caught:
        run(scene, REQUEST)
    assert caught.value.payload["code"] == "NO_MOVES"
    assert any("unrecorded" in record.getMessage() for record in log)


def test_a_failure_is_logged_for_the_operator(scene, log):
    scene.script("analyze", Status(422, {"error": "Not music.", "code": "AUDIO_UNREADABLE"}))
    failed(scene)
    [record] = [r for r in log if "Not music." in r.getMessage()]
    assert record.levelname == "ERROR"
    assert "t-1" in record.getMessage()

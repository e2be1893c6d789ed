"""The order of the steps, and what travels between them."""

import pytest

from bachata.local.workflows import WorkflowFailed, check
from tests.workflows.scripted import CHOREOGRAPHY, EXECUTION, event, run

REQUEST = {"song": "songs/a.mp3", "user_id": "ana", "task_id": "t-1"}


def test_the_file_is_accepted_by_the_engine():
    assert check(CHOREOGRAPHY) == []


def test_a_song_becomes_a_video(scene):
    result = run(scene, REQUEST)
    assert scene.steps() == ["open", "analyze", "plan", "run", "close"]
    assert result == {
        "task_id": "t-1",
        "status": "completed",
        "song": "songs/a.mp3",
        "video": "output/user_local/v.mp4",
        "result": "output/user_ana/choreography_t-1.result.json",
        "blueprint": "blueprints/t.json",
        "analysis": "analysis/ab.json",
        "brief": {"style": "romantic"},
        "relaxed": [],
        "suggestions": ["add a second intro"],
        "summary": "nine moves",
        "song_reasons": None,
        "scores": {"m2": {"value": 1.0}},
    }


def test_what_each_step_is_told(scene):
    run(scene, {**REQUEST, "style": "romantic", "seed": 0, "library": "ours", "output": {"crf": 20}})
    names = {"task_id": "t-1", "execution": EXECUTION}
    assert scene.body("open") == {
        "action": "open",
        **names,
        "user_id": "ana",
        "song": "songs/a.mp3",
        "request": {**REQUEST, "style": "romantic", "seed": 0, "library": "ours", "output": {"crf": 20}},
    }
    assert scene.body("analyze") == {"song": "songs/a.mp3", **names}
    assert scene.body("plan") == {
        **names,
        "user_id": "ana",
        "song": "songs/a.mp3",
        "analysis": "analysis/ab.json",
        "brief": {"style": "romantic", "seed": 0},
        "library": "ours",
        "output": {"crf": 20},
    }
    assert scene.body("close") == {
        "action": "close",
        **names,
        "result": "output/user_ana/choreography_t-1.result.json",
        "scores": {"m2": {"value": 1.0}},
    }


def test_a_brief_holds_only_what_was_asked_for(scene):
    run(scene, {**REQUEST, "difficulty": None, "query": "slow"})
    assert scene.body("plan")["brief"] == {"query": "slow"}
    assert "library" not in scene.body("plan")


def test_a_sentence_alone_chooses_its_song(scene):
    result = run(scene, {"query": "romantic beginner bachata", "difficulty": "beginner"})
    assert scene.steps() == ["open", "choose_song", "analyze", "plan", "run", "close"]
    asked = scene.body("choose_song")
    assert asked["query"] == "romantic beginner bachata"
    assert asked["brief"] == {"query": "romantic beginner bachata", "difficulty": "beginner"}
    assert scene.body("analyze")["song"] == scene.body("plan")["song"] == result["song"] == "songs/chosen.mp3"


def test_the_blueprint_travels_in_the_environment(scene):
    run(scene, REQUEST)
    assert scene.job_env() == {
        "TASK_ID": "t-1",
        "USER_ID": "ana",
        "EXECUTION_ID": EXECUTION,
        "BLUEPRINT_JSON": '{"moves": "ñ"}',
    }


def test_a_blueprint_too_long_for_a_variable_travels_as_a_reference(scene):
    scene.answers["plan"] |= {"blueprint_json": None, "bytes": 40_000}
    run(scene, REQUEST)
    assert scene.job_env() == {
        "TASK_ID": "t-1",
        "USER_ID": "ana",
        "EXECUTION_ID": EXECUTION,
        "BLUEPRINT_URI": "blueprints/t.json",
        "BLUEPRINT_SHA256": "cd",
    }


def test_the_largest_blueprint_that_fits_stays_inside_the_limits(scene):
    scene.answers["plan"] |= {"blueprint_json": "x" * 32_000}
    run(scene, {**REQUEST, "query": "q" * 20_000})
    assert len(scene.job_env()["BLUEPRINT_JSON"]) == 32_000


def test_the_job_is_polled_patiently_until_it_is_done(scene, clock):
    pending = {"name": "projects/p/locations/l/operations/o", "done": False}
    scene.script("run", pending)
    scene.script("poll", *[pending] * 50)
    scene.answers["poll"] = {**pending, "done": True, "response": {"name": "e"}}
    assert run(scene, REQUEST, clock=clock)["status"] == "completed"
    assert clock.slept[0] == 1
    assert max(clock.slept) == clock.slept[-1] == 5
    assert len(clock.slept) == 51


def test_the_job_may_use_all_its_attempts(scene):
    """The connector must outlast an attempt's time times the attempts, or a slow render dies while it works."""
    run(scene, REQUEST)
    assert scene.body("run")["overrides"]["taskCount"] == 1
    seconds = int(scene.body("run")["overrides"]["timeout"].removesuffix("s"))
    text = CHOREOGRAPHY.read_text()
    [connector] = [int(line.split(":")[1]) for line in text.splitlines() if line.strip().startswith("timeout: 15")]
    assert connector > seconds * 4


def test_as_many_tasks_share_the_encoding_as_the_plan_estimates(scene):
    scene.answers["plan"]["estimate"] = {"tasks": 4, "cpu_s": 120.0}
    assert run(scene, REQUEST)["status"] == "completed"
    assert scene.body("run")["overrides"]["taskCount"] == 4


def test_a_duplicate_ends_politely(scene):
    scene.answers["open"] = {"claimed": False, "status": "running", "task": {}}
    assert run(scene, REQUEST) == {"task_id": "t-1", "status": "running", "duplicate": True}
    assert scene.steps() == ["open"]


def test_a_request_without_names_is_named_after_its_execution(scene):
    result = run(scene, {"song": "songs/a.mp3"})
    assert result["task_id"] == EXECUTION
    assert scene.body("open")["user_id"] == "local"
    assert result["result"] == f"output/user_local/choreography_{EXECUTION}.result.json"


def test_an_event_carries_the_same_request(scene):
    assert run(scene, event(REQUEST)) == run_plain(scene)
    assert scene.body("open")["request"] == REQUEST


def run_plain(scene):
    seen = list(scene.requests)
    scene.requests.clear()
    result = run(scene, REQUEST)
    scene.requests[:] = seen
    return result


def test_every_delivery_of_a_message_is_the_same_task(scene):
    for _ in range(2):
        assert run(scene, event({"song": "songs/a.mp3"}, message_id="4711"))["task_id"] == "event-4711"
    opened = [body for step, body in scene.requests if step == "open"]
    assert [body["task_id"] for body in opened] == ["event-4711"] * 2
    assert opened[0]["request"] == {"song": "songs/a.mp3", "task_id": "event-4711"}


def test_an_event_may_carry_letters_of_any_alphabet(scene):
    run(scene, event({"query": "suave, con corazón 🎵"}))
    assert scene.body("choose_song")["query"] == "suave, con corazón 🎵"


@pytest.mark.parametrize(
    "argument",
    [None, "songs/a.mp3", [], 3, True, event(b"{not json"), event(b"\xff\xfe"), event([1]), event("text")],
)
def test_an_argument_without_a_request_fails_at_once(scene, argument):
    with pytest.raises(WorkflowFailed) as caught:
        run(scene, argument)
    assert caught.value.payload["code"] == "INVALID_REQUEST"
    assert "JSON object" in caught.value.payload["message"]
    assert scene.requests == []


@pytest.mark.parametrize("data", [{}, {"message": {}}, {"message": {"data": "%%%", "messageId": "1"}}, None, 7])
def test_an_event_of_another_shape_fails_at_once(scene, data):
    with pytest.raises(WorkflowFailed) as caught:
        run(scene, {"specversion": "1.0", "data": data})
    assert caught.value.payload["code"] == "INVALID_REQUEST"
    assert scene.requests == []


def test_functions_are_called_with_identity_tokens_for_their_own_address(scene):
    asked = []
    run(scene, REQUEST, token_source=lambda kind, audience: asked.append((kind, audience)))
    urls = [f"{scene.url}/{name}" for name in ("finalize", "analyze", "plan")]
    assert [audience for kind, audience in asked if kind == "OIDC"] == [*urls, urls[0]]
    assert [kind for kind, _ in asked].count("OAuth2") == 1


@pytest.mark.parametrize("name", ["ANALYZE_URL", "PLAN_URL", "FINALIZE_URL", "ASSEMBLER_JOB"])
def test_a_missing_variable_fails_before_anything_is_claimed(scene, name):
    with pytest.raises(WorkflowFailed, match=name):
        run_without(scene, name)
    assert scene.requests == []


def run_without(scene, name):
    from bachata.local.workflows import execute

    names = ("GOOGLE_CLOUD_PROJECT_ID", "GOOGLE_CLOUD_LOCATION", "GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID", "ANALYZE_URL",
             "PLAN_URL", "FINALIZE_URL", "ASSEMBLER_JOB")  # fmt: skip
    return execute(CHOREOGRAPHY, REQUEST, env={n: scene.url for n in names if n != name})


@pytest.mark.parametrize("estimate", [None, {}, {"tasks": None}])
def test_without_an_estimate_one_task_renders(scene, estimate):
    scene.answers["plan"]["estimate"] = estimate
    assert run(scene, REQUEST)["status"] == "completed"
    assert scene.body("run")["overrides"]["taskCount"] == 1

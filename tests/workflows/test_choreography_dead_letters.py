"""What becomes no task is kept: the message, why, and which it was. Direct calls have a caller who is told."""

import base64

import pytest

from bachata.local.workflows import WorkflowFailed
from tests.workflows.scripted import EXECUTION, Status, event, run

TOPIC = "projects/p/topics/choreography-dead"
REFUSED = Status(400, {"error": "The request cannot be used: $.request.song: no.", "code": "INVALID_REQUEST"})


def failed(scene, argument, topic=TOPIC, **options):
    """The error the execution fails with."""
    with pytest.raises(WorkflowFailed) as caught:
        run(scene, argument, DEAD_LETTER_TOPIC=topic, **options)
    return caught.value.payload


@pytest.fixture(autouse=True)
def pubsub(scene):
    scene.answers["publish"] = {"messageIds": ["1"]}


@pytest.mark.parametrize("data", [b"{not json", b"\xff\xfe", b"[1]", b'"text"', b"", b"null"])
def test_a_message_that_holds_no_request_is_kept(scene, data):
    payload = failed(scene, event(data, message_id="4711"))
    assert payload["code"] == "INVALID_REQUEST"
    assert scene.steps() == ["publish"]
    [message] = scene.body("publish")["messages"]
    assert base64.b64decode(message["data"]) == data
    assert message["attributes"] == {
        "reason": "INVALID_REQUEST",
        "error": payload["message"],
        "messageId": "4711",
        "execution": EXECUTION,
    }


def test_a_message_that_open_refuses_is_kept(scene):
    scene.script("open", REFUSED)
    payload = failed(scene, event({"song": "../x"}, message_id="4712"))
    assert payload["stage"] == "open"
    assert scene.steps() == ["open", "fail", "publish"]
    [message] = scene.body("publish")["messages"]
    assert base64.b64decode(message["data"]) == b'{"song": "../x"}'
    assert message["attributes"]["reason"] == "INVALID_REQUEST"
    assert message["attributes"]["error"] == REFUSED[1]["error"]
    assert message["attributes"]["messageId"] == "4712"


@pytest.mark.parametrize(
    "obstacle", [Status(409, {"error": "Another user's.", "code": "TASK_OWNED_ELSEWHERE"}), Status(503, {})]
)
def test_so_is_one_that_could_not_be_opened_for_another_reason(scene, obstacle):
    """Nothing else remembers it: there is no task, and Eventarc does not deliver it again."""
    scene.answers["open"] = obstacle
    failed(scene, event({"song": "songs/a.mp3"}))
    assert scene.steps()[-1] == "publish"


@pytest.mark.parametrize("stage", ["analyze", "plan", "close"])
def test_a_task_that_fails_later_is_its_own_memory(scene, stage):
    scene.script(stage, Status(400, {"error": "No.", "code": "INVALID_REQUEST"}))
    failed(scene, event({"song": "songs/a.mp3"}))
    assert "publish" not in scene.steps()


@pytest.mark.parametrize("argument", [None, [], "x", 7, {"song": "../x"}])
def test_a_direct_call_is_kept_nowhere(scene, argument):
    scene.answers["open"] = REFUSED
    failed(scene, argument)
    assert "publish" not in scene.steps()


@pytest.mark.parametrize("argument", [event(b"{"), event({"song": "../x"})])
def test_without_a_topic_nothing_is_published(scene, argument):
    scene.answers["open"] = REFUSED
    assert failed(scene, argument, topic="")["code"] == "INVALID_REQUEST"
    assert "publish" not in scene.steps()


def test_a_topic_that_was_never_set_is_none(scene):
    with pytest.raises(WorkflowFailed):
        run(scene, event(b"{"))
    assert scene.requests == []


@pytest.mark.parametrize("obstacle", [Status(403, {}), Status(404, {}), Status(503, {})])
def test_a_message_that_cannot_be_kept_is_logged_and_hides_nothing(scene, obstacle, log):
    scene.answers["publish"] = obstacle
    assert "JSON object" in failed(scene, event(b"{", message_id="4713"))["message"]
    [line] = [r for r in log if "lost" in r.getMessage()]
    assert line.levelname == "ERROR" and "4713" in line.getMessage()


@pytest.mark.parametrize("letter", ["x", "ñ", "🎵"])
def test_a_long_sentence_fits_an_attribute(scene, letter):
    scene.answers["open"] = Status(400, {"error": letter * 2000, "code": "INVALID_REQUEST"})
    failed(scene, event({"song": "x"}))
    [message] = scene.body("publish")["messages"]
    assert 250 <= len(message["attributes"]["error"].encode()) <= 1024


@pytest.mark.parametrize("data", [{}, {"message": {}}, None, 7, {"message": {"attributes": {"a": "b"}}}])
def test_an_event_without_a_message_hides_nothing(scene, data):
    payload = failed(scene, {"specversion": "1.0", "data": data})
    assert payload["code"] == "INVALID_REQUEST"


def test_the_publisher_is_the_workflow_s_own_account(scene):
    asked = []
    failed(scene, event(b"{"), token_source=lambda kind, audience: asked.append(kind))
    assert asked == ["OAuth2"]


def test_the_longest_message_a_workflow_can_hold_is_kept(scene):
    """A string may take 256 KB, all variables together twice that: no room for copies."""
    data = b"{" + b"x" * (190 * 1024)
    failed(scene, event(data))
    [message] = scene.body("publish")["messages"]
    assert base64.b64decode(message["data"]) == data

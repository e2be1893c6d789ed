"""Topics of the laptop: messages kept as files, published over the API, handed on to an emulator."""

import base64
import json
import threading

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from bachata.errors import InvalidRequest, InvalidSettings, NotFound, Unavailable
from bachata.local.pubsub import Emulator, FolderTopic, TopicsServer, dead_letters
from bachata.local.pubsub.subscriptions import pushing
from tests.local.workflows.support import Reply, serving

TOPIC = "projects/local/topics/choreography-dead"


def message(data=b"x", **attributes):
    return {"data": base64.b64encode(data).decode(), "attributes": attributes}


@pytest.fixture
def topic(tmp_path):
    return FolderTopic(tmp_path / "dead")


def test_messages_are_kept_until_they_are_removed(topic):
    ids = topic.publish([message(b"one", reason="A"), message(b"two")]) + topic.publish([message(b"three")])
    kept = topic.messages()
    assert sorted(m.id for m in kept) == sorted(ids)
    assert topic.get(ids[0]).data == b"one" and topic.get(ids[0]).attributes == {"reason": "A"}
    assert kept[-1].id == ids[2] and kept[-1].published.endswith("Z")
    topic.remove(ids[1])
    assert {m.id for m in topic.messages()} == {ids[0], ids[2]}
    for gone in (ids[1], "../up", "", "a b"):
        with pytest.raises(NotFound, match="bachata dead list"):
            topic.get(gone)
        with pytest.raises(NotFound):
            topic.remove(gone)


def test_an_empty_topic_is_no_fault(topic):
    assert topic.messages() == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"data": "%%%"}, "base64"),
        ({"data": 7}, "base64"),
        ({}, "has data, or an attribute"),
        ({"data": "", "attributes": {}}, "has data, or an attribute"),
        ({"data": "eA==", "attributes": {"n": 1}}, "map of strings"),
        ({"data": "eA==", "attributes": ["n"]}, "map of strings"),
        ({"attributes": {"n": "ñ" * 513}}, "1024 bytes"),
    ],
)
def test_of_messages_with_a_wrong_one_none_is_kept(topic, wrong, words):
    with pytest.raises(ValueError, match=words):
        topic.publish([message(), wrong])
    assert topic.messages() == []


def test_a_file_that_is_none_of_ours_is_named(topic, tmp_path):
    topic.publish([message()])
    (tmp_path / "dead" / "note.json").write_text("{}")
    with pytest.raises(InvalidRequest, match=r"note\.json"):
        topic.messages()


@given(data=st.binary(max_size=200), attributes=st.dictionaries(st.text(max_size=9), st.text(max_size=50), min_size=1))
def test_what_is_read_is_what_was_published(tmp_path_factory, data, attributes):
    topic = FolderTopic(tmp_path_factory.mktemp("topic"))
    [made] = topic.publish([message(data, **{}) | {"attributes": attributes}])
    kept = topic.get(made)
    assert (kept.data, kept.attributes) == (data, attributes)
    assert base64.b64decode(kept.as_dict()["data"]) == data


@pytest.fixture
def api(tmp_path):
    publish = dead_letters(TOPIC, tmp_path / "dead", None)
    with TopicsServer(publish, token="secret") as server:
        yield server


def post(api, path, body, token="secret"):
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{api.url}/v1/{path}", json=body, headers=headers, timeout=10)


def test_publishing_over_the_api(api, tmp_path):
    answer = post(api, f"{TOPIC}:publish", {"messages": [message(b"a"), message(b"b")]})
    assert answer.status_code == 200
    assert {m.id for m in FolderTopic(tmp_path / "dead").messages()} == set(answer.json()["messageIds"])


@pytest.mark.parametrize(
    ("path", "body", "code", "words"),
    [
        ("projects/local/topics/other:publish", {"messages": [message()]}, 404, "other"),
        (TOPIC, {"messages": [message()]}, 404, "not served"),
        (f"{TOPIC}:publish", {}, 400, "1 to 1000"),
        (f"{TOPIC}:publish", {"messages": []}, 400, "1 to 1000"),
        (f"{TOPIC}:publish", {"messages": ["x"]}, 400, "1 to 1000"),
        (f"{TOPIC}:publish", {"messages": [{"data": "%"}]}, 400, "base64"),
    ],
)
def test_what_the_api_refuses(api, path, body, code, words):
    answer = post(api, path, body)
    assert answer.status_code == code
    assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize("token", ["", "guess"])
def test_strangers_publish_nothing(api, token, tmp_path):
    assert post(api, f"{TOPIC}:publish", {"messages": [message()]}, token).status_code == 401
    assert not (tmp_path / "dead").exists()


def test_many_at_once_lose_nothing(api, tmp_path):
    threads = [
        threading.Thread(target=post, args=(api, f"{TOPIC}:publish", {"messages": [message(str(n).encode())]}))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = FolderTopic(tmp_path / "dead").messages()
    assert sorted(int(m.data) for m in kept) == list(range(20))


def test_with_an_emulator_messages_go_there(tmp_path):
    with serving() as server:
        emulator = Emulator(server.url.removeprefix("http://"))
        server.replies = [Reply(409, {"error": {"status": "ALREADY_EXISTS"}}), Reply(body={"messageIds": ["7"]})]
        publish = dead_letters(TOPIC, tmp_path / "dead", emulator)
        assert publish(TOPIC, [message()]) == ["7"]
        assert [(seen.method, seen.path) for seen in server.seen] == [
            ("PUT", f"/v1/{TOPIC}"),
            ("POST", f"/v1/{TOPIC}:publish"),
        ]
        assert "authorization" not in server.seen[1].headers, "our token is none of the emulator's business"
    assert not (tmp_path / "dead").exists()


def test_an_emulator_that_is_away_or_refuses(tmp_path):
    with pytest.raises(Unavailable, match="unset PUBSUB_EMULATOR_HOST"):
        Emulator("127.0.0.1:1").make_topic(TOPIC)
    with serving() as server:
        server.replies = [Reply(400, {"error": {"message": "Invalid name"}})]
        with pytest.raises(ValueError, match="Invalid name"):
            Emulator(server.url.removeprefix("http://")).make_topic(TOPIC)
    publish = dead_letters(TOPIC, tmp_path, Emulator("127.0.0.1:1"))
    with TopicsServer(publish, token="secret") as api:
        assert post(api, f"{TOPIC}:publish", {"messages": [message()]}).status_code == 503


@pytest.mark.parametrize("host", ["http://localhost:8085", "localhost", "localhost:port"])
def test_a_host_that_is_none(host):
    with pytest.raises(InvalidSettings, match="NAME:PORT"):
        Emulator.of_environment({"PUBSUB_EMULATOR_HOST": host})


def test_without_a_host_there_is_no_emulator():
    assert Emulator.of_environment({}) is None
    assert Emulator.of_environment({"PUBSUB_EMULATOR_HOST": "[::1]:8085"}).host == "[::1]:8085"


def test_what_up_makes_in_an_emulator_and_takes_back():
    with serving() as server:
        exists = Reply(409, {})
        server.replies = [exists, exists, Reply(body={}), exists, Reply(body={})]
        names = {"requests": "projects/local/topics/in", "dead": TOPIC}
        with pushing(Emulator(server.url.removeprefix("http://")), **names, trigger="http://127.0.0.1:9/x:trigger"):
            *_, modified = server.seen
            assert modified.path == "/v1/projects/local/subscriptions/in:modifyPushConfig"
            assert json.loads(modified.body)["pushConfig"] == {"pushEndpoint": "http://127.0.0.1:9/x:trigger"}
        assert json.loads(server.seen[-1].body) == {"pushConfig": {}}

"""What the real client library sends, and what it makes of the double's answers: the double is held to this."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import google.genai
import pytest
from google.auth.credentials import Credentials
from google.genai import errors, types
from pydantic import SecretStr

from bachata.errors import GeminiUnavailable
from tests.gemini.double import EMBEDDING_MODEL, KEY, MODEL, Double, embeds, fails, says
from tests.gemini.questions import question


def sdk(double: Double) -> google.genai.Client:
    """The library as anybody would set it up, without our client around it."""
    options = types.HttpOptions(base_url=double.url, timeout=20_000)
    return google.genai.Client(enterprise=False, api_key=KEY, http_options=options)


def test_a_question_as_the_library_sends_it(double: Double) -> None:
    with double.client() as client:
        client.ask(question(seed=7))
    (asked,) = double.asked
    assert (asked.method, asked.model, asked.place, asked.version) == ("generateContent", MODEL, None, "v1")
    assert asked.headers["x-goog-api-key"] == KEY
    assert asked.headers["content-type"] == "application/json"
    assert int(asked.headers["x-server-timeout"]) > 0
    assert asked.instruction == "Answer by the schema."
    assert asked.data == {"request": "hello"}
    settings = asked.body["generationConfig"]
    assert (settings["temperature"], settings["seed"], settings["candidateCount"]) == (0.0, 7, 1)
    assert (settings["maxOutputTokens"], settings["responseMimeType"]) == (100, "application/json")
    assert set(asked.body) == {"contents", "systemInstruction", "generationConfig"}


def test_the_schema_as_the_library_sends_it(double: Double) -> None:
    with double.client() as client:
        client.ask(question())
    schema = double.asked[0].body["generationConfig"]["responseSchema"]
    assert schema["type"] == "OBJECT"
    assert schema["properties"]["level"]["enum"] == ["low", "high"]
    assert schema["properties"]["level"]["nullable"] is True
    assert schema["properties"]["names"]["items"]["type"] == "STRING"
    assert (schema["properties"]["number"]["minimum"], schema["properties"]["number"]["maximum"]) == (0.0, 10.0)
    assert "$defs" not in json.dumps(schema)


def test_an_answer_as_the_library_reads_it(double: Double) -> None:
    double.reset(says({"level": "low"}))
    with sdk(double) as client:
        reply = client.models.generate_content(model=MODEL, contents="x")
    assert reply.text == '{"level": "low"}'
    assert reply.candidates is not None
    assert reply.candidates[0].finish_reason is types.FinishReason.STOP
    assert reply.model_version == MODEL


@pytest.mark.parametrize(
    ("status", "kind"), [(400, errors.ClientError), (429, errors.ClientError), (500, errors.ServerError)]
)
def test_an_error_as_the_library_reads_it(double: Double, status: int, kind: type[errors.APIError]) -> None:
    double.reset(fails(status, details=[{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}]))
    with sdk(double) as client, pytest.raises(kind) as caught:
        client.models.generate_content(model=MODEL, contents="x")
    assert (caught.value.code, caught.value.status) == (status, "FAILED")
    assert caught.value.details["error"]["details"][0]["retryDelay"] == "7s"
    assert len(double.asked) == 1, "the library does not retry by itself"


def test_the_double_refuses_what_the_api_refuses(double: Double) -> None:
    with double.client(api_key=SecretStr("another")) as client, pytest.raises(GeminiUnavailable) as caught:
        client.ask(question())
    assert caught.value.reason == "unauthorised"
    assert double.asked == []
    address = f"{double.url}/v1/models/{MODEL}:makeCoffee"
    request = urllib.request.Request(address, data=b"{}", headers={"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(request, timeout=20):
        pass
    with refused.value:
        assert refused.value.code == 404


def test_texts_to_embed_as_the_library_sends_them(double: Double) -> None:
    double.reset(embeds([[1.0, 2.0], [3.0, 4.0]]))
    with double.client() as client:
        assert client.embed(["one", "two"], 2) == [[1.0, 2.0], [3.0, 4.0]]
    (asked,) = double.asked
    assert (asked.method, asked.model) == ("batchEmbedContents", EMBEDDING_MODEL)
    texts = [request["content"]["parts"][0]["text"] for request in asked.body["requests"]]
    assert texts == ["one", "two"]
    assert {request["outputDimensionality"] for request in asked.body["requests"]} == {2}
    assert {request["model"] for request in asked.body["requests"]} == {f"models/{EMBEDDING_MODEL}"}


def test_newer_embedding_models_get_one_content_a_text_too(double: Double) -> None:
    double.reset(embeds([[1.0], [2.0], [3.0]]))
    with double.client(embedding_model="gemini-embedding-2") as client:
        assert client.embed(["a", "b", "c"], 1) == [[1.0], [2.0], [3.0]]
    assert len(double.asked[0].body["requests"]) == 3


class _Token(Credentials):
    """An account whose token is known."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.token = "secret-token"

    def refresh(self, request: Any) -> None:
        """It never ends."""


def test_vertex_is_asked_in_project_and_location(double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.auth.default", lambda **_: (_Token(), "other-project"))
    with double.client(api_key=None, project="our-project", location="europe-west1") as client:
        client.ask(question())
    (asked,) = double.asked
    assert asked.place == "projects/our-project/locations/europe-west1/publishers/google/"
    assert (asked.method, asked.version) == ("generateContent", "v1beta1")
    assert asked.headers["authorization"] == "Bearer secret-token"
    assert "x-goog-api-key" not in asked.headers


def test_vertex_embeds_a_batch(double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.auth.default", lambda **_: (_Token(), "other-project"))
    double.reset(embeds([[1.0], [2.0]]))
    with double.client(api_key=None, project="p", location="global") as client:
        assert client.embed(["a", "b"], 1) == [[1.0], [2.0]]
    assert [a.method for a in double.asked] == ["batchEmbedContents"]


def test_variables_of_the_library_turn_nothing_round(double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "somebody-else's")
    monkeypatch.setenv("GOOGLE_GENAI_USE_ENTERPRISE", "true")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "elsewhere")
    with double.client() as client:
        client.ask(question())
    assert double.asked[0].headers["x-goog-api-key"] == KEY
    assert double.asked[0].place is None

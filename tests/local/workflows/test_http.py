"""http.*: what is sent, what comes back, what becomes an error. A real server on 127.0.0.1 answers."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import yaml

from bachata.local.workflows import Execution, WorkflowCancelled, execute, load
from tests.local.workflows.support import Reply, Seen, Server, call_with, error_of, tags_of


def call(function: str, result: str = "${answer}", **arguments: Any) -> str:
    return yaml.safe_dump(
        [{"send": {"call": function, "args": arguments, "result": "answer"}}, {"give": {"return": result}}]
    )


@pytest.mark.parametrize(
    ("function", "method", "more"),
    [
        ("http.get", "GET", {}),
        ("http.post", "POST", {}),
        ("http.put", "PUT", {}),
        ("http.patch", "PATCH", {}),
        ("http.delete", "DELETE", {}),
        ("http.request", "PUT", {"method": "PUT"}),
    ],
)
def test_methods(function: str, method: str, more: dict[str, str], server: Server) -> None:
    answer = execute(call(function, url=server.url + "/path", **more))
    assert (server.seen[0].method, server.seen[0].path) == (method, "/path")
    assert answer["code"] == 200
    assert answer["body"] == {"ok": True}


@pytest.mark.parametrize(
    ("body", "sent", "kind"),
    [
        ({"a": [1, None, "ü"]}, '{"a":[1,null,"ü"]}'.encode(), "application/json; charset=utf-8"),
        ([1, 2], b"[1,2]", "application/json; charset=utf-8"),
        ("text", b'"text"', "application/json; charset=utf-8"),
        (0, b"0", "application/json; charset=utf-8"),
        (False, b"false", "application/json; charset=utf-8"),
        ({}, b"{}", "application/json; charset=utf-8"),
        ("", b'""', "application/json; charset=utf-8"),
        ('${text.encode("raw")}', b"raw", "application/octet-stream"),
        (None, b"", None),
    ],
)
def test_bodies(body: Any, sent: bytes, kind: str | None, server: Server) -> None:
    execute(call("http.post", url=server.url, body=body))
    assert server.seen[0].body == sent
    assert server.seen[0].headers.get("content-type") == kind


@pytest.mark.parametrize(
    ("kind", "body", "sent"),
    [
        ("text/plain", "plain", b"plain"),
        ("application/x-www-form-urlencoded", {"a": "1 2", "b": True, "c": ["x", "y"]}, b"a=1+2&b=true&c=x&c=y"),
        ("application/vnd.api+json", "plain", b'"plain"'),
        ("application/json", {"a": 1}, b'{"a":1}'),
    ],
)
def test_a_content_type_decides(kind: str, body: Any, sent: bytes, server: Server) -> None:
    execute(call("http.post", url=server.url, body=body, headers={"Content-Type": kind}))
    assert server.seen[0].body == sent
    assert server.seen[0].headers["content-type"] == kind


def test_headers_and_query(server: Server) -> None:
    query = {"word": "a b", "flag": True, "many": [1, "x"]}
    execute(call("http.get", url=server.url + "/p?first=1", headers={"X-One": "1", "x-two": 2}, query=query))
    seen = server.seen[0]
    assert (seen.headers["x-one"], seen.headers["x-two"]) == ("1", "2")
    assert seen.query == {"first": ["1"], "word": ["a b"], "flag": ["true"], "many": ["1", "x"]}


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        (Reply(body={"a": 1}), {"a": 1}),
        (Reply(body=[1.5, None]), [1.5, None]),
        (Reply(content=b'{"a": 1}', kind="application/problem+json; charset=utf-8"), {"a": 1}),
        (Reply(content=b"", kind="application/json"), None),
        (Reply(content="grün".encode(), kind="text/plain; charset=utf-8"), "grün"),
        (Reply(content=b"<p>", kind="text/html"), "<p>"),
        (Reply(201, {"x": 1}), {"x": 1}),
    ],
)
def test_answers(reply: Reply, body: Any, server: Server) -> None:
    server.replies = [reply]
    answer = execute(call("http.get", url=server.url))
    assert answer["body"] == body
    assert answer["code"] == reply.code


def test_binary_answers_are_bytes(server: Server) -> None:
    server.replies = [Reply(content=b"\x00\xff", kind="application/octet-stream")]
    assert execute(call("http.get", "${base64.encode(answer.body)}", url=server.url)) == "AP8="


def test_header_names_come_in_lower_case(server: Server) -> None:
    server.replies = [Reply(headers={"X-Trace-ID": "AbC"})]
    assert execute(call("http.get", '${answer.headers["x-trace-id"]}', url=server.url)) == "AbC"


def test_redirects_are_followed(server: Server) -> None:
    server.replies = [Reply(308, headers={"Location": "/there"}), Reply(body="here")]
    assert execute(call("http.post", "${answer.body}", url=server.url, body={"a": 1})) == "here"
    assert [seen.body for seen in server.seen] == [b'{"a":1}', b'{"a":1}']


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504])
def test_codes_from_400_are_http_errors(code: int, server: Server) -> None:
    server.replies = [Reply(code, {"error": "why"}, headers={"X-Why": "1"})]
    error = error_of(lambda: execute(call("http.get", url=server.url)))
    assert error["tags"] == ["HttpError"]
    assert error["code"] == code
    assert error["body"] == {"error": "why"}
    assert error["headers"]["x-why"] == "1"
    assert error["message"] == f"HTTP server responded with error code {code}"


def test_an_error_page_in_html_is_text(server: Server) -> None:
    server.replies = [
        Reply(500, content=b"<h1>no</h1>", kind="text/html"),
        Reply(500, content=b"<h1>", kind="application/json"),
    ]
    assert error_of(lambda: execute(call("http.get", url=server.url)))["body"] == "<h1>no</h1>"
    assert error_of(lambda: execute(call("http.get", url=server.url)))["body"] == "<h1>"


@pytest.mark.parametrize(
    ("arguments", "tag"),
    [
        ({"url": 5}, "TypeError"),
        ({"url": "ftp://127.0.0.1/x"}, "ValueError"),
        ({"url": "/relative"}, "ValueError"),
        ({"url": "URL", "timeout": 0}, "ValueError"),
        ({"url": "URL", "timeout": -5}, "ValueError"),
        ({"url": "URL", "timeout": 1801}, "ValueError"),
        ({"url": "URL", "timeout": "60"}, "TypeError"),
        ({"url": "URL", "headers": ["a"]}, "TypeError"),
        ({"url": "URL", "headers": {"a": {"b": 1}}}, "TypeError"),
        ({"url": "URL", "headers": {"a": "x\ny"}}, "ValueError"),
        ({"url": "URL", "query": "a=1"}, "TypeError"),
        ({"url": "URL", "query": {"a": None}}, "TypeError"),
        ({"url": "URL", "auth": "OIDC"}, "TypeError"),
        ({"url": "URL", "auth": {"type": "Basic"}}, "ValueError"),
        ({"url": "URL", "auth": {"type": "OIDC", "user": "x"}}, "ValueError"),
        ({"url": "URL", "auth": {"type": "OIDC", "audience": 5}}, "TypeError"),
    ],
)
def test_arguments_are_checked_before_anything_is_sent(arguments: dict[str, Any], tag: str, server: Server) -> None:
    given = {name: server.url if value == "URL" else value for name, value in arguments.items()}
    assert tags_of(lambda: call_with("http.post", given)) == [tag]
    assert server.seen == []


def test_bytes_inside_a_json_body(server: Server) -> None:
    source = call("http.post", url=server.url, body={"b": '${text.encode("x")}'})
    assert tags_of(lambda: execute(source)) == ["ValueError"]


def test_an_unknown_method(server: Server) -> None:
    assert tags_of(lambda: call_with("http.request", {"url": server.url, "method": "BREW"})) == ["ValueError"]


def test_a_timeout_is_an_error_that_can_be_caught(server: Server) -> None:
    release = threading.Event()

    def script(seen: Seen) -> Reply:
        release.wait(30)
        return Reply()

    server.script = script
    try:
        error = error_of(lambda: execute(call("http.get", url=server.url, timeout=0.05)))
    finally:
        release.set()
    assert error["tags"] == ["TimeoutError", "OSError"]


def test_a_refused_connection() -> None:
    error = error_of(lambda: execute(call("http.get", url="http://127.0.0.1:9/x")))
    assert error["tags"] == ["ConnectionFailedError", "ConnectionError"]
    assert set(error) == {"tags", "message"}


def test_a_lost_connection(server: Server) -> None:
    server.replies = [Reply(drop=True)]
    assert tags_of(lambda: execute(call("http.get", url=server.url))) == ["ConnectionError"]


def test_json_that_is_none(server: Server) -> None:
    server.replies = [Reply(content=b"{", kind="application/json")]
    assert tags_of(lambda: execute(call("http.get", url=server.url))) == ["ValueError"]


@pytest.mark.parametrize(
    ("auth", "asked"),
    [
        ({"type": "OIDC", "audience": "https://f.run.app"}, ("OIDC", "https://f.run.app")),
        ({"type": "OIDC"}, ("OIDC", "URL")),
        ({"type": "OAuth2"}, ("OAuth2", None)),
        ({"type": "OAuth2", "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}, ("OAuth2", None)),
    ],
)
def test_the_token_source_is_asked(auth: dict[str, Any], asked: tuple[str, str | None], server: Server) -> None:
    questions: list[tuple[str, str | None]] = []

    def source(kind: str, audience: str | None) -> str:
        questions.append((kind, audience))
        return "secret-token"

    execute(call("http.get", url=server.url, auth=auth), token_source=source)
    assert questions == [tuple(server.url if part == "URL" else part for part in asked)]
    assert server.seen[0].headers["authorization"] == "Bearer secret-token"


def test_without_a_token_source_this_machine_is_called_without_a_token(server: Server) -> None:
    execute(call("http.get", url=server.url, auth={"type": "OIDC"}))
    assert "authorization" not in server.seen[0].headers


def test_without_a_token_source_no_other_machine_is_called() -> None:
    source = call("http.get", url="https://function.example.invalid/x", auth={"type": "OIDC"})
    assert tags_of(lambda: execute(source)) == ["AuthError"]


def test_no_token_and_no_body_reaches_the_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    server.replies = [Reply(401, {"detail": "body-secret"})]
    source = call("http.post", url=server.url + "/x?key=query-secret", auth={"type": "OIDC"}, body={"p": "body-secret"})
    error_of(lambda: execute(source, token_source=lambda kind, audience: "token-secret"))
    logged = [record.getMessage() for record in caplog.records if record.name == "bachata.local.workflows"]
    assert [line.split(" ")[0] for line in logged] == ["POST", "POST"]
    assert not [line for line in logged if "secret" in line]


def test_proxies_of_the_user_are_not_used_on_this_machine(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert execute(call("http.get", "${answer.code}", url=server.url)) == 200


def test_cancelling_does_not_wait_for_the_answer(server: Server) -> None:
    arrived, release = threading.Event(), threading.Event()

    def script(seen: Seen) -> Reply:
        arrived.set()
        release.wait(30)
        return Reply()

    server.script = script
    execution = Execution(load(call("http.get", url=server.url)))
    outcome: list[BaseException] = []

    def run() -> None:
        try:
            execution.run()
        except WorkflowCancelled as cancelled:
            outcome.append(cancelled)

    thread = threading.Thread(target=run)
    thread.start()
    assert arrived.wait(10)
    execution.cancel()
    thread.join(10)
    alive = thread.is_alive()
    release.set()
    assert not alive
    assert len(outcome) == 1

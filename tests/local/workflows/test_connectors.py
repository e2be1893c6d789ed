"""Connectors against a real server that speaks the small part of run.v2 and Pub/Sub they use."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bachata.local.workflows import execute
from tests.local.workflows.support import ManualClock, Reply, Server, call_with, error_of, tags_of

JOBS = "googleapis.run.v2.projects.locations.jobs"
JOB = "projects/p/locations/l/jobs/assembler"
OPERATION = "projects/p/locations/l/operations/op-1"
EXECUTION = f"{JOB}/executions/assembler-abc"


def pending() -> Reply:
    return Reply(body={"name": OPERATION, "metadata": {"name": EXECUTION}, "done": False})


def done(**outcome: Any) -> Reply:
    return Reply(body={"name": OPERATION, "done": True, **outcome})


SUCCESS = done(response={"name": EXECUTION, "succeededCount": 1})


def flow(function: str, **arguments: Any) -> str:
    return yaml.safe_dump([{"go": {"call": function, "args": arguments, "result": "r"}}, {"give": {"return": "${r}"}}])


def run(server: Server, clock: ManualClock, function: str, token_source: Any = None, **arguments: Any) -> Any:
    endpoints = {"run": server.url, "pubsub": server.url + "/"}
    return execute(flow(function, **arguments), endpoints=endpoints, clock=clock, token_source=token_source)


def test_a_job_is_run_with_overrides_and_polled_to_its_execution(server: Server, clock: ManualClock) -> None:
    server.replies = [pending(), pending(), pending(), SUCCESS]
    body = {"overrides": {"containerOverrides": [{"env": [{"name": "BLUEPRINT_JSON", "value": "{}"}]}]}}
    assert run(server, clock, f"{JOBS}.run", name=JOB, body=body) == {"name": EXECUTION, "succeededCount": 1}
    assert [(seen.method, seen.path) for seen in server.seen] == [
        ("POST", f"/v2/{JOB}:run"),
        *[("GET", f"/v2/{OPERATION}")] * 3,
    ]
    assert server.seen[0].json() == body
    assert clock.naps == [1.0, 1.25, 1.5625]


def test_a_job_without_overrides_sends_an_empty_body(server: Server, clock: ManualClock) -> None:
    server.replies = [SUCCESS]
    run(server, clock, f"{JOBS}.run", name=JOB)
    assert server.seen[0].json() == {}
    assert clock.naps == []


def test_the_polling_policy_is_obeyed(server: Server, clock: ManualClock) -> None:
    server.replies = [*[pending()] * 5, SUCCESS]
    policy = {"initial_delay": 5, "multiplier": 2, "max_delay": 30}
    run(server, clock, f"{JOBS}.run", name=JOB, connector_params={"polling_policy": policy})
    assert clock.naps == [5, 10, 20, 30, 30]


def test_skip_polling_returns_the_operation(server: Server, clock: ManualClock) -> None:
    server.replies = [pending()]
    operation = run(server, clock, f"{JOBS}.run", name=JOB, connector_params={"skip_polling": True})
    assert operation["name"] == OPERATION
    assert len(server.seen) == 1


def test_a_failed_job_is_an_operation_error(server: Server, clock: ManualClock) -> None:
    server.replies = [pending(), done(error={"code": 9, "message": "NonZeroExitCode"})]
    error = error_of(lambda: run(server, clock, f"{JOBS}.run", name=JOB))
    assert error["tags"] == ["OperationError"]
    assert error["message"] == "NonZeroExitCode"
    assert error["operation"]["name"] == OPERATION


@pytest.mark.parametrize(("timeout", "spent"), [(None, 1800), (7500, 7500), (3, 3)])
def test_a_job_that_takes_too_long(timeout: int | None, spent: int, server: Server, clock: ManualClock) -> None:
    server.replies = [pending()]
    started = clock.now
    parameters = {} if timeout is None else {"timeout": timeout}
    error = error_of(lambda: run(server, clock, f"{JOBS}.run", name=JOB, connector_params=parameters))
    assert error["tags"] == ["TimeoutError", "OSError"]
    assert f"Timeout of {spent} seconds exceeded" in error["message"]
    assert clock.now - started == spent


@pytest.mark.parametrize("code", [400, 403, 404, 500])
def test_an_error_of_the_api(code: int, server: Server, clock: ManualClock) -> None:
    server.replies = [Reply(code, {"error": {"code": code, "status": "NOT_FOUND", "message": "no such job"}})]
    error = error_of(lambda: run(server, clock, f"{JOBS}.run", name=JOB))
    assert (error["tags"], error["code"]) == (["HttpError"], code)
    assert error["body"]["error"]["message"] == "no such job"
    assert len(server.seen) == 1


def test_starting_is_retried_where_it_cannot_have_had_an_effect(server: Server, clock: ManualClock) -> None:
    server.replies = [Reply(503), Reply(429), SUCCESS]
    run(server, clock, f"{JOBS}.run", name=JOB)
    assert clock.naps == [1, 1.25]
    server.replies = [Reply(502)]
    assert tags_of(lambda: run(server, clock, f"{JOBS}.run", name=JOB)) == ["HttpError"]


def test_polling_is_retried_more_freely(server: Server, clock: ManualClock) -> None:
    server.replies = [pending(), Reply(502), Reply(drop=True), SUCCESS]
    assert run(server, clock, f"{JOBS}.run", name=JOB)["succeededCount"] == 1


def test_retries_end(server: Server, clock: ManualClock) -> None:
    server.replies = [Reply(503)]
    assert tags_of(lambda: run(server, clock, f"{JOBS}.run", name=JOB)) == ["HttpError"]
    assert len(server.seen) == 6


@pytest.mark.parametrize("answer", [["a list"], {"done": False}, "text", None])
def test_an_answer_that_is_no_operation(answer: Any, server: Server, clock: ManualClock) -> None:
    server.replies = [Reply(body=answer)]
    assert tags_of(lambda: run(server, clock, f"{JOBS}.run", name=JOB)) == ["ResponseTypeError"]


def test_an_execution_is_read(server: Server, clock: ManualClock) -> None:
    server.replies = [Reply(body={"name": EXECUTION, "runningCount": 1})]
    assert run(server, clock, f"{JOBS}.executions.get", name=EXECUTION)["runningCount"] == 1
    assert (server.seen[0].method, server.seen[0].path) == ("GET", f"/v2/{EXECUTION}")


def test_an_execution_is_cancelled(server: Server, clock: ManualClock) -> None:
    server.replies = [pending(), done(response={"name": EXECUTION, "cancelledCount": 1})]
    assert run(server, clock, f"{JOBS}.executions.cancel", name=EXECUTION)["cancelledCount"] == 1
    assert (server.seen[0].method, server.seen[0].path) == ("POST", f"/v2/{EXECUTION}:cancel")


def test_messages_are_published(server: Server, clock: ManualClock) -> None:
    server.replies = [Reply(body={"messageIds": ["1"]})]
    arguments = {"topic": "projects/p/topics/done", "body": {"messages": [{"data": "e30="}]}}
    assert run(server, clock, "googleapis.pubsub.v1.projects.topics.publish", **arguments) == {"messageIds": ["1"]}
    assert server.seen[0].path == "/v1/projects/p/topics/done:publish"
    assert server.seen[0].json() == arguments["body"]


def test_the_token_source_gives_the_credentials(server: Server, clock: ManualClock) -> None:
    server.replies = [SUCCESS]
    run(server, clock, f"{JOBS}.run", lambda kind, audience: f"{kind}-token", name=JOB)
    assert server.seen[0].headers["authorization"] == "Bearer OAuth2-token"


def test_without_endpoints_and_tokens_google_is_not_called() -> None:
    assert tags_of(lambda: execute(flow(f"{JOBS}.run", name=JOB))) == ["AuthError"]


@pytest.mark.parametrize(
    ("arguments", "tag"),
    [
        ({"name": 5}, "TypeError"),
        ({"name": "projects/../x"}, "ValueError"),
        ({"name": "a b"}, "ValueError"),
        ({"name": "/absolute"}, "ValueError"),
        ({"name": JOB, "connector_params": {"timeout": 0}}, "ValueError"),
        ({"name": JOB, "connector_params": {"timeout": 31_536_001}}, "ValueError"),
        ({"name": JOB, "connector_params": {"timeout": "60"}}, "TypeError"),
        ({"name": JOB, "connector_params": {"time_out": 60}}, "ValueError"),
        ({"name": JOB, "connector_params": {"skip_polling": "yes"}}, "TypeError"),
        ({"name": JOB, "connector_params": {"polling_policy": {"initial_delay": 0}}}, "ValueError"),
        ({"name": JOB, "connector_params": {"polling_policy": {"multiplier": 0.5}}}, "ValueError"),
        ({"name": JOB, "connector_params": {"polling_policy": {"delay": 1}}}, "ValueError"),
    ],
)
def test_arguments_are_checked(arguments: dict[str, Any], tag: str, server: Server, clock: ManualClock) -> None:
    endpoints = {"run": server.url}
    assert tags_of(lambda: call_with(f"{JOBS}.run", arguments, endpoints=endpoints, clock=clock)) == [tag]
    assert server.seen == []


def test_every_poll_is_a_step_of_the_execution(
    server: Server, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bachata.local.workflows.limits.STEPS_PER_EXECUTION", 10)
    server.replies = [pending()]
    assert tags_of(lambda: run(server, clock, f"{JOBS}.run", name=JOB)) == ["ResourceLimitError"]
    assert len(server.seen) == 10  # the start, and 9 polls beside the step itself

"""Retry, on a clock that nobody waits for."""

# ruff: noqa: E501 - a small workflow reads best on one line

from __future__ import annotations

from typing import Any

import pytest

from bachata.local.workflows import execute
from bachata.local.workflows.retry import delays, worth_retrying, worth_retrying_non_idempotent
from tests.local.workflows.support import ManualClock, Reply, Server, error_of, tags_of

RETRYING = """
main:
  params: [url]
  steps:
    - call:
        try: {call: http.get, args: {url: "${url}"}, result: answer}
        retry: RETRY
    - give: {return: "${answer.code}"}
worth:
  params: [e]
  steps:
    - s:
        switch:
          - condition: ${"HttpError" in e.tags}
            return: ${e.code in codes(0)}
    - r: {return: true}
codes:
  params: [unused]
  steps: [{r: {return: [418, 500]}}]
"""
CUSTOM = "{predicate: '${worth}', max_retries: 4, backoff: {initial_delay: 2, max_delay: 10, multiplier: 3}}"


def source(retry: str) -> str:
    return RETRYING.replace("RETRY", retry)


@pytest.mark.parametrize(
    ("retry", "codes", "result", "naps"),
    [
        ("'${http.default_retry}'", [200], 200, []),
        ("'${http.default_retry}'", [503, 429, 502, 504, 200], 200, [1, 1.25, 1.5625, 1.953125]),
        ("'${http.default_retry}'", [500], "HttpError", []),
        ("'${http.default_retry}'", [404], "HttpError", []),
        ("'${http.default_retry}'", [408], "HttpError", []),
        ("'${http.default_retry}'", [503] * 6, "HttpError", [1, 1.25, 1.5625, 1.953125, 2.44140625]),
        ("'${http.default_retry_non_idempotent}'", [503, 429, 200], 200, [1, 1.25]),
        ("'${http.default_retry_non_idempotent}'", [502], "HttpError", []),
        ("'${http.default_retry_non_idempotent}'", [504], "HttpError", []),
        (CUSTOM, [500, 418, 200], 200, [2, 6]),
        (CUSTOM, [500] * 9, "HttpError", [2, 6, 10, 10]),
        (CUSTOM, [503], "HttpError", []),
        (CUSTOM.replace("${worth}", "${http.default_retry_predicate}"), [502, 200], 200, [2]),
        (CUSTOM.replace("${worth}", "${http.default_retry_predicate_non_idempotent}"), [502], "HttpError", []),
        (CUSTOM.replace("max_retries: 4", "max_retries: 0"), [500], "HttpError", []),
    ],
)
def test_attempts_and_delays(
    retry: str, codes: list[int], result: Any, naps: list[float], server: Server, clock: ManualClock
) -> None:
    server.replies = [Reply(code) for code in codes]

    def run() -> Any:
        return execute(source(retry), server.url, clock=clock)

    if isinstance(result, str):
        assert tags_of(run) == [result]
    else:
        assert run() == result
    assert clock.naps == naps
    assert len(server.seen) == len(naps) + 1


def test_a_refused_connection_is_retried_and_then_reported(clock: ManualClock) -> None:
    error = error_of(
        lambda: execute(source("'${http.default_retry_non_idempotent}'"), "http://127.0.0.1:9", clock=clock)
    )
    assert error["tags"] == ["ConnectionFailedError", "ConnectionError"]
    assert len(clock.naps) == 5


def test_a_lost_connection_is_retried_only_when_idempotent(server: Server, clock: ManualClock) -> None:
    server.replies = [Reply(drop=True), Reply()]
    assert tags_of(lambda: execute(source("'${http.default_retry_non_idempotent}'"), server.url, clock=clock)) == [
        "ConnectionError"
    ]
    server.replies = [Reply(drop=True), Reply()]
    assert execute(source("'${http.default_retry}'"), server.url, clock=clock) == 200


def test_errors_without_a_code_reach_the_predicate(clock: ManualClock) -> None:
    text = """
main:
  steps:
    - init: {assign: [{n: 0}]}
    - t:
        try:
          steps:
            - count: {assign: [{n: "${n + 1}"}]}
            - fail: {switch: [{condition: "${n < 3}", raise: "not yet"}]}
        retry: {predicate: "${always}", max_retries: 5, backoff: {initial_delay: 1, max_delay: 9, multiplier: 2}}
    - r: {return: "${n}"}
always: {params: [e], steps: [{r: {return: '${e == "not yet"}'}}]}
"""
    assert execute(text, clock=clock) == 3
    assert clock.naps == [1, 2]


def test_the_whole_block_runs_again_and_except_sees_the_last_error(server: Server, clock: ManualClock) -> None:
    server.replies = [Reply(503, {"n": 1}), Reply(503, {"n": 2})]
    text = """
main:
  params: [url]
  steps:
    - t:
        try: {call: http.get, args: {url: "${url}"}}
        retry: {predicate: "${http.default_retry_predicate}", max_retries: 1, backoff: {initial_delay: 1, max_delay: 1, multiplier: 1}}
        except: {as: e, return: "${e.body.n}"}
"""
    assert execute(text, server.url, clock=clock) == 2


@pytest.mark.parametrize(
    ("returned", "tag"),
    [("{return: 1}", "TypeError"), ("{next: end}", "TypeError"), ("{return: '${1 / 0}'}", "ZeroDivisionError")],
)
def test_a_predicate_must_answer_with_a_boolean(returned: str, tag: str, clock: ManualClock) -> None:
    text = f"""
main:
  steps:
    - t:
        try: {{raise: x}}
        retry: {{predicate: "${{p}}", max_retries: 1, backoff: {{initial_delay: 1, max_delay: 1, multiplier: 1}}}}
p: {{params: [e], steps: [{{r: {returned}}}]}}
"""
    assert tags_of(lambda: execute(text, clock=clock)) == [tag]


@pytest.mark.parametrize(
    ("error", "idempotent", "other"),
    [
        ({"tags": ["HttpError"], "code": 429}, True, True),
        ({"tags": ["HttpError"], "code": 503}, True, True),
        ({"tags": ["HttpError"], "code": 502}, True, False),
        ({"tags": ["HttpError"], "code": 504}, True, False),
        ({"tags": ["HttpError"], "code": 500}, False, False),
        ({"tags": ["HttpError"], "code": 408}, False, False),
        ({"tags": ["HttpError"]}, False, False),
        ({"tags": ["ConnectionError"]}, True, False),
        ({"tags": ["ConnectionFailedError"]}, True, True),
        ({"tags": ["TimeoutError", "OSError"]}, True, False),
        ({"tags": ["OperationError"]}, False, False),
        ({"tags": "HttpError", "code": 503}, False, False),
        ({"code": 503}, False, False),
        ("a string", False, False),
    ],
)
def test_predicates(error: Any, idempotent: bool, other: bool) -> None:
    assert worth_retrying(error) is idempotent
    assert worth_retrying_non_idempotent(error) is other


@pytest.mark.parametrize(
    ("initial", "multiplier", "longest", "expected"),
    [
        (1, 2, 60, [1, 2, 4, 8, 16, 32, 60, 60]),
        (5, 1, 60, [5, 5, 5, 5, 5, 5, 5, 5]),
        (90, 2, 60, [60, 60, 60, 60, 60, 60, 60, 60]),
        (0, 2, 60, [0, 0, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_delays(initial: float, multiplier: float, longest: float, expected: list[float]) -> None:
    waits = delays(initial, multiplier, longest)
    assert [next(waits) for _ in expected] == expected

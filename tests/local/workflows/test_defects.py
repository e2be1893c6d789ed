"""Every defect once found in the emulator from PyPI (reference/local-stack.md, section 1): one test a row, in its order."""

# ruff: noqa: E501 - a small workflow reads best on one line

from __future__ import annotations

import json
from typing import Any

import pytest

from bachata.local.workflows import ExecutionsServer, WorkflowInvalid, execute
from tests.local.workflows.support import ManualClock, Reply, Server, error_of, evaluate, problems_of, tags_of


def test_iterations_do_not_share_one_set_of_variables() -> None:
    source = """
- init: {assign: [{out: {}}]}
- par:
    parallel:
      shared: [out]
      for:
        value: v
        in: [1, 2, 3, 4]
        steps:
          - own: {assign: [{mine: "${v}"}]}
          - put: {assign: [{"out[string(v)]": "${mine}"}]}
- give: {return: "${out}"}
"""
    assert execute(source) == {"1": 1, "2": 2, "3": 3, "4": 4}


def test_result_of_a_call_does_not_race(server: Server) -> None:
    server.script = lambda seen: Reply(body=seen.path)
    source = """
main:
  params: [url]
  steps:
    - init: {assign: [{out: {}}]}
    - par:
        parallel:
          shared: [out]
          for:
            value: v
            range: [1, 8]
            steps:
              - get: {call: http.get, args: {url: '${url + "/" + string(v)}'}, result: answer}
              - put: {assign: [{"out[string(v)]": "${answer.body}"}]}
    - give: {return: "${out}"}
"""
    assert execute(source, server.url) == {str(n): f"/{n}" for n in range(1, 9)}


def test_a_switch_stops_at_the_first_match() -> None:
    source = """
- init: {assign: [{n: 0}]}
- s: {switch: [{condition: "${n == 0}", assign: [{n: 1}]}, {condition: "${n == 1}", assign: [{n: "${n + 10}"}]}]}
- give: {return: "${n}"}
"""
    assert execute(source) == 1


def test_return_null_returns() -> None:
    assert execute("- a: {return: null}\n- b: {return: on}") is None


@pytest.mark.parametrize(
    ("expression", "expected"), [("null", None), ("1e-05", 1e-05), ("default(null, 1e-05)", 1e-05)]
)
def test_types_survive_an_expression(expression: str, expected: Any) -> None:
    assert evaluate(expression) == expected


def test_bytes_survive_an_expression() -> None:
    assert evaluate('get_type(default(text.encode("x"), null))') == "bytes"


@pytest.mark.parametrize(
    ("expression", "expected"), [("default(0, 5)", 0), ('default("", "x")', ""), ("default(false, true)", False)]
)
def test_default_tests_null_only(expression: str, expected: Any) -> None:
    assert evaluate(expression) == expected


@pytest.mark.parametrize(
    "step",
    [
        "{try: {assign: [{x: 1}]}, except: {return: no}, next: c}",
        "{for: {value: v, in: [1], steps: [{s: {assign: [{x: 1}]}}]}, next: c}",
        "{steps: [{s: {assign: [{x: 1}]}}], next: c}",
        "{parallel: {for: {value: v, in: [1], steps: [{s: {assign: [{x: 1}]}}]}}, next: c}",
    ],
)
def test_next_is_obeyed_on_every_kind_of_step(step: str) -> None:
    assert execute(f"- a: {step}\n- b: {{return: b}}\n- c: {{return: c}}") == "c"


def test_the_scope_of_except_is_closed() -> None:
    assert "never set" in problems_of("- t: {try: {raise: x}, except: {assign: [{y: 1}]}}\n- r: {return: '${y}'}")[0]


def test_an_expression_over_several_lines_is_no_text() -> None:
    assert execute("- a:\n    return: |\n      ${1 +\n        2}\n") == 3


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("map.merge_nested(a, b)", {"x": {"p": 1, "q": 2}, "y": 3}),
        ('text.find_all("a.c abc", "a.c")', [{"index": 0, "match": "a.c"}]),
        ('text.url_encode("a/b")', "a%2Fb"),
        ("json.encode_to_string(b)", '{"x":{"q":2},"y":3}'),
    ],
)
def test_library_details(expression: str, expected: Any) -> None:
    assert evaluate(expression, a={"x": {"p": 1}}, b={"x": {"q": 2}, "y": 3}) == expected


def test_a_parallel_error_is_reported_whatever_the_element() -> None:
    source = "- p: {parallel: {for: {value: v, in: [{k: [1]}], steps: [{s: {raise: '${v}'}}]}}}"
    assert error_of(lambda: execute(source))["branches"][0]["error"]["payload"] == {"k": [1]}


def test_an_error_in_assign_releases_its_lock() -> None:
    source = """
- init: {assign: [{n: 0}]}
- par:
    parallel:
      shared: [n]
      concurrency_limit: 1
      for:
        value: v
        in: [0, 1]
        steps:
          - t: {try: {assign: [{n: "${1 / v}"}]}, except: {assign: [{ignored: 1}]}}
- give: {return: "${n}"}
"""
    assert execute(source) == 1.0


@pytest.mark.parametrize(
    ("step", "tag"),
    [
        ("{call: http.get, args: {url: 'http://127.0.0.1:9'}}", "ConnectionError"),
        ("{call: http.get, args: {url: 'not a url'}}", "ValueError"),
        ("{assign: [{m: {}}, {x: '${m.missing}'}]}", "KeyError"),
        ("{assign: [{m: {}}, {x: '${m[\"missing\"].more}'}]}", "KeyError"),
    ],
)
def test_errors_reach_except(step: str, tag: str) -> None:
    source = f"- t: {{try: {step}, except: {{as: e, return: '${{\"{tag}\" in e.tags}}'}}}}"
    assert execute(source) is True


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true", True),
        ("null == null", True),
        ('if(true, "a", "b")', "a"),
        ('len(hash.compute_checksum(text.encode("a"), "SHA256"))', 32),
        ('json.decode("{\\"a\\": 5}").a', 5),
    ],
)
def test_what_was_missing(expression: str, expected: Any) -> None:
    assert evaluate(expression) == expected


def test_subworkflows_in_expressions_except_without_as_and_nested_maps() -> None:
    source = """
main:
  steps:
    - a: {assign: [{m: {}}, {m.deep.er: "${twice(2)}"}]}
    - b: {try: {raise: x}, except: {assign: [{m.caught: true}]}}
    - c: {return: "${m}"}
twice: {params: [n], steps: [{r: {return: "${2 * n}"}}]}
"""
    assert execute(source) == {"deep": {"er": 4}, "caught": True}


def test_oidc_is_sent(server: Server) -> None:
    source = "main: {params: [u], steps: [{g: {call: http.get, args: {url: '${u}', auth: {type: OIDC}}}}]}"
    execute(source, server.url, token_source=lambda kind, audience: kind)
    assert server.seen[0].headers["authorization"] == "Bearer OIDC"


def test_http_errors_are_tagged_and_headers_are_in_lower_case(server: Server) -> None:
    server.replies = [Reply(404, headers={"X-Thing": "1"})]
    source = "main: {params: [u], steps: [{g: {call: http.get, args: {url: '${u}'}}}]}"
    error = error_of(lambda: execute(source, server.url))
    assert error["tags"] == ["HttpError"]
    assert error["headers"]["x-thing"] == "1"


@pytest.mark.parametrize("body", [0, False, "", [], {}, [1, 2]])
def test_every_body_but_null_is_sent_as_json(body: Any, server: Server) -> None:
    source = "main: {params: [a], steps: [{g: {call: http.post, args: {url: '${a.u}', body: '${a.b}'}}}]}"
    execute(source, {"u": server.url, "b": body})
    assert server.seen[0].json() == body


def test_initial_delay_and_max_delay(server: Server, clock: ManualClock) -> None:
    server.replies = [Reply(503)]
    source = """
main:
  params: [u]
  steps:
    - t:
        try: {call: http.get, args: {url: "${u}"}}
        retry: {predicate: "${http.default_retry_predicate}", max_retries: 4, backoff: {initial_delay: 7, max_delay: 20, multiplier: 2}}
"""
    assert tags_of(lambda: execute(source, server.url, clock=clock)) == ["HttpError"]
    assert clock.naps == [7, 14, 20, 20]


def test_an_error_without_a_code_is_retried_by_its_tags(clock: ManualClock) -> None:
    source = """
- t:
    try: {call: http.get, args: {url: "http://127.0.0.1:9"}}
    retry: ${http.default_retry}
    except: {as: e, return: "${e.tags[0]}"}
"""
    assert execute(source, clock=clock) == "ConnectionFailedError"
    assert len(clock.naps) == 5


def test_the_connector_polls_with_its_parameters_endpoint_and_token(server: Server, clock: ManualClock) -> None:
    operation = {"name": "operations/1", "done": False}
    server.replies = [
        Reply(body=operation),
        Reply(body=operation),
        Reply(body={**operation, "done": True, "response": 5}),
    ]
    source = """
- run:
    call: googleapis.run.v2.projects.locations.jobs.run
    args: {name: projects/p, connector_params: {polling_policy: {initial_delay: 9, multiplier: 1, max_delay: 9}}}
    result: r
- give: {return: "${r}"}
"""
    assert execute(source, endpoints={"run": server.url}, clock=clock, token_source=lambda kind, audience: "t") == 5
    assert clock.naps == [9, 9]
    assert {seen.headers["authorization"] for seen in server.seen} == {"Bearer t"}


def test_executions_start_asynchronously_take_the_argument_itself_and_bind_loopback() -> None:
    import requests

    flow = "main: {params: [a], steps: [{nap: {call: sys.sleep, args: {seconds: 3600}}}, {r: {return: '${a}'}}]}"
    with ExecutionsServer({"w": flow}) as api:
        url = f"{api.url}/v1/projects/p/locations/l/workflows/w/executions"
        answer = requests.post(url, json={"argument": json.dumps({"x": 1})}, timeout=10).json()
    assert answer["state"] == "ACTIVE"
    assert json.loads(answer["argument"]) == {"x": 1}
    assert api.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    "expression",
    [
        'sys.os.system("true")',
        "[x for x in [1, 2]]",
        '"ab" * 3',
        "m.s.upper()",
        "m.l[-1]",
        "().__class__",
        '__import__("os")',
        "lambda: 0",
        "m.s.format(1)",
        'f"{m}"',
        "1 if true else 2",
        "exec(m)",
    ],
)
def test_python_is_never_evaluated(expression: str) -> None:
    with pytest.raises(WorkflowInvalid):
        evaluate(expression, m={"s": "text", "l": [1]})


@pytest.mark.parametrize("key", ["items", "keys", "get", "values", "pop", "update", "__class__", "copy"])
def test_map_keys_named_like_methods_are_keys(key: str) -> None:
    assert evaluate(f"m.{key}", m={key: 5}) == 5
    assert tags_of(lambda: evaluate(f"m.{key}", m={})) == ["KeyError"]

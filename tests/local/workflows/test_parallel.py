"""Parallel steps, after https://cloud.google.com/workflows/docs/reference/syntax/parallel-steps."""

# ruff: noqa: E501 - a small workflow reads best on one line

from __future__ import annotations

import threading
from typing import Any

import pytest

from bachata.local.workflows import execute
from tests.local.workflows.support import Reply, Seen, Server, error_of, tags_of


def loop(body: str, *, options: str = "", items: str = "in: [1, 2, 3, 4]", before: str = "{out: {}}") -> str:
    return f"""
main:
  params: [url]
  steps:
    - init: {{assign: [{before}]}}
    - par:
        parallel:
          shared: [out]
          {options}
          for:
            value: v
            {items}
            steps:
{body}
    - give: {{return: "${{out}}"}}
"""


def test_every_iteration_has_its_own_variables() -> None:
    body = """
              - set: {assign: [{own: "${v}"}]}
              - id: {call: uuid.generate, result: ignored}
              - put: {assign: [{"out[string(v)]": "${own}"}]}
"""
    assert execute(loop(body)) == {"1": 1, "2": 2, "3": 3, "4": 4}


def test_branches_write_shared_variables_and_keep_their_own() -> None:
    source = """
- init: {assign: [{a: null}, {b: null}, {seen: before}]}
- par:
    parallel:
      shared: [a, b]
      branches:
        - one: {steps: [{s1: {assign: [{local: 1}, {a: "${local}"}]}}]}
        - two: {steps: [{s2: {assign: [{local: 2}, {b: "${seen + string(local)}"}]}}]}
- give: {return: ["${a}", "${b}"]}
"""
    assert execute(source) == [1, "before2"]


@pytest.mark.parametrize("count", [1, 7, 200])
def test_updates_of_a_shared_variable_are_not_lost(count: int) -> None:
    body = '              - add: {assign: [{out: "${out + v}"}]}'
    assert execute(loop(body, items=f"range: [1, {count}]", before="{out: 0}")) == count * (count + 1) // 2


@pytest.mark.parametrize(("options", "expected"), [("concurrency_limit: 1", 1), ("concurrency_limit: 3", 3), ("", 6)])
def test_the_concurrency_limit_is_kept_and_used(options: str, expected: int, server: Server) -> None:
    lock, running, peak = threading.Lock(), 0, 0
    full = threading.Barrier(expected)

    def script(seen: Seen) -> Reply:
        nonlocal running, peak
        with lock:
            running += 1
            peak = max(peak, running)
        full.wait(timeout=30)  # only passes when as many as allowed are really here at once
        with lock:
            running -= 1
        return Reply()

    server.script = script
    body = '              - get: {call: http.get, args: {url: "${url}"}}'
    execute(loop(body, options=options, items="range: [1, 6]"), server.url)
    assert peak == expected


@pytest.mark.parametrize(
    ("limit", "tag"), [(0, "ValueError"), (-1, "ValueError"), ("2", "ValueError"), (True, "ValueError")]
)
def test_a_computed_concurrency_limit(limit: Any, tag: str) -> None:
    source = """
main:
  params: [limit]
  steps:
    - p: {parallel: {concurrency_limit: "${limit}", for: {value: v, in: [1, 2], steps: [{s: {assign: [{x: 1}]}}]}}}
"""
    assert execute(source, 2) is None
    assert tags_of(lambda: execute(source, limit)) == [tag]


def test_one_failing_branch_does_not_stop_the_others_and_all_errors_come_together() -> None:
    source = """
- init: {assign: [{done: null}]}
- par:
    parallel:
      shared: [done]
      exception_policy: continueAll
      branches:
        - bad: {steps: [{s1: {raise: first}}]}
        - good: {steps: [{s2: {assign: [{done: true}]}}]}
        - worse: {steps: [{s3: {raise: {code: 7}}}]}
"""
    error = error_of(lambda: execute(source))
    assert error["tags"] == ["UnhandledBranchError"]
    assert [(branch["id"], branch["error"]["payload"]) for branch in error["branches"]] == [
        ("bad", "first"),
        ("worse", {"code": 7}),
    ]
    assert 'in step "s1"' in error["branches"][0]["error"]["context"]


def test_the_error_can_be_caught_and_the_survivors_used() -> None:
    source = """
- init: {assign: [{done: []}]}
- par:
    try:
      parallel:
        shared: [done]
        concurrency_limit: 1
        for:
          value: v
          in: [1, 2, 3]
          steps:
            - fail: {switch: [{condition: "${v == 2}", raise: "two"}]}
            - add: {assign: [{done: "${list.concat(done, v)}"}]}
    except: {as: e, steps: [{check: {switch: [{condition: '${"UnhandledBranchError" in e.tags}', next: give}]}}]}
- lost: {return: lost}
- give: {return: "${done}"}
"""
    assert execute(source) == [1, 3]


@pytest.mark.parametrize("element", ["{a: [1]}", "[1, 2]", "null", "1.5"])
def test_the_error_report_takes_any_element(element: str) -> None:
    body = "              - fail: {raise: {element: '${v}'}}"
    error = error_of(lambda: execute(loop(body, items=f"in: [{element}]")))
    assert error["branches"][0]["id"] == "v[0]"


def test_an_error_inside_an_assignment_of_a_shared_variable_leaves_no_lock_behind() -> None:
    body = """
              - bad:
                  try: {assign: [{out: "${1 / 0}"}]}
                  except: {assign: [{nothing: 1}]}
              - add: {assign: [{"out[string(v)]": 1}]}
"""
    assert execute(loop(body)) == {"1": 1, "2": 1, "3": 1, "4": 1}


def test_continue_and_empty_loops() -> None:
    body = """
              - skip: {switch: [{condition: "${v > 2}", next: continue}]}
              - put: {assign: [{"out[string(v)]": 1}]}
"""
    assert execute(loop(body)) == {"1": 1, "2": 1}
    assert execute(loop(body, items="in: []")) == {}


def test_a_branch_does_not_write_a_variable_that_came_after_it_in_the_text() -> None:
    source = """
- init: {assign: [{n: 0}]}
- par: {parallel: {for: {value: v, in: [1], steps: [{set: {assign: [{x: 5}]}}]}}}
- second_time: {switch: [{condition: "${n == 1}", return: "${x}"}]}
- later: {assign: [{x: 7}, {n: 1}], next: par}
"""
    # The second time round x exists outside the branch; the branch still writes one of its own.
    assert execute(source) == 7


def test_an_assignment_that_waits_in_a_subworkflow_holds_up_no_other_branch(server: Server) -> None:
    together = threading.Barrier(2)

    def script(seen: Seen) -> Reply:
        together.wait(timeout=20)  # only passes when both branches are waiting at once
        return Reply(body=seen.path)

    server.script = script
    source = """
main:
  params: [url]
  steps:
    - init: {assign: [{out: {}}]}
    - par:
        parallel:
          shared: [out]
          for: {value: v, in: ["/a", "/b"], steps: [{ask: {assign: [{"out[v]": "${ask(url + v)}"}]}}]}
    - give: {return: "${out}"}
ask:
  params: [url]
  steps:
    - get: {call: http.get, args: {url: "${url}"}, result: r}
    - give_body: {return: "${r.body}"}
"""
    assert execute(source, server.url) == {"/a": "/a", "/b": "/b"}


def test_a_loop_inside_a_branch_and_a_call_that_writes_shared() -> None:
    source = """
main:
  steps:
    - init: {assign: [{sum: 0}, {name: null}]}
    - par:
        parallel:
          shared: [sum, name]
          branches:
            - numbers:
                steps:
                  - each: {for: {value: v, range: [1, 4], steps: [{add: {assign: [{sum: "${sum + double_of(v)}"}]}}]}}
            - text:
                steps:
                  - call: {call: text.to_upper, args: {source: abc}, result: name}
    - give: {return: ["${sum}", "${name}"]}
double_of: {params: [n], steps: [{r: {return: "${2 * n}"}}]}
"""
    assert execute(source) == [20, "ABC"]


NESTED = """
main: {params: [deepest], steps: [{call: {call: level, args: {n: 1, deepest: "${deepest}"}}}, {give: {return: fine}}]}
level:
  params: [n, deepest]
  steps:
    - stop: {switch: [{condition: "${n > deepest}", return: null}]}
    - par:
        parallel:
          for: {value: v, in: [1], steps: [{down: {call: level, args: {n: "${n + v}", deepest: "${deepest}"}}}]}
"""


def test_parallel_steps_nest_two_deep() -> None:
    assert execute(NESTED, 2) == "fine"
    error = error_of(lambda: execute(NESTED, 3))
    while "branches" in error:
        error = error["branches"][0]["error"]["payload"]
    assert error["tags"] == ["ParallelNestingError"]


def test_many_iterations_share_few_threads() -> None:
    before = threading.active_count()
    body = '              - put: {assign: [{"out[string(v)]": 1}]}'
    result: dict[str, Any] = execute(loop(body, items="range: [1, 500]"))
    assert len(result) == 500
    assert threading.active_count() <= before


def test_a_retry_inside_an_iteration_is_its_own(server: Server) -> None:
    counts: dict[str, int] = {}
    lock = threading.Lock()

    def script(seen: Seen) -> Reply:
        with lock:
            counts[seen.path] = counts.get(seen.path, 0) + 1
            return Reply(503 if counts[seen.path] < int(seen.path[1:]) else 200)

    server.script = script
    body = """
              - get:
                  try: {call: http.get, args: {url: '${url + "/" + string(v)}'}, result: answer}
                  retry: {predicate: "${http.default_retry_predicate}", max_retries: 5, backoff: {initial_delay: 0, max_delay: 0, multiplier: 1}}
              - put: {assign: [{"out[string(v)]": "${answer.code}"}]}
"""
    assert execute(loop(body), server.url) == {"1": 200, "2": 200, "3": 200, "4": 200}
    assert counts == {"/1": 1, "/2": 2, "/3": 3, "/4": 4}


def test_a_missing_shared_value_is_told_before_any_branch_runs() -> None:
    source = """
- skip: {next: par}
- never: {assign: [{x: 1}]}
- par: {parallel: {shared: [x], for: {value: v, in: [1], steps: [{s: {assign: [{x: 2}]}}]}}}
"""
    assert tags_of(lambda: execute(source)) == ["KeyError"]

"""The limits of the service, met while running; and what the engine costs."""

# ruff: noqa: E501 - a small workflow reads best on one line

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata.local.workflows import Execution, execute, load
from bachata.local.workflows.scope import Memory, Scope
from bachata.local.workflows.values import set_path, size_of
from tests.local.workflows.support import Reply, Server, tags_of

KILO = 1024


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (None, 8),
        (True, 8),
        (7, 8),
        (1.5, 8),
        ("This is a string of 28 bytes", 36),  # the example of the variables page
        ("ü", 10),
        (b"abc", 11),
        ([], 8),
        ([1, "ab"], 8 + 8 + 10),
        ({"k": 1}, 8 + 9 + 8),
        ({"k": [1]}, 8 + 9 + 16),
    ],
)
def test_memory_is_counted_as_google_says(value: Any, size: int) -> None:
    assert size_of(value) == size


def holding(*sizes: int) -> dict[str, str]:
    return {f"s{n}": "x" * size for n, size in enumerate(sizes)}


def test_variables_together_stay_under_512_kilobytes() -> None:
    source = "main: {params: [a], steps: [{copy: {assign: [{b: '${a.s0}'}, {c: '${a.s0}'}]}}, {r: {return: fine}}]}"
    assert execute(source, holding(170 * KILO)) == "fine"
    assert tags_of(lambda: execute(source, holding(175 * KILO))) == ["ResourceLimitError"]


def test_the_argument_counts() -> None:
    source = "main: {params: [a], steps: [{r: {return: 1}}]}"
    assert tags_of(lambda: execute(source, holding(*[200 * KILO] * 3))) == ["ResourceLimitError"]
    assert execute(source, holding(*[200 * KILO] * 2)) == 1


def test_a_string_stays_under_256_kilobytes() -> None:
    source = "main: {params: [a], steps: [{j: {assign: [{b: '${a.s0 + \"xx\"}'}]}}, {r: {return: fine}}]}"
    assert execute(source, holding(200 * KILO)) == "fine"
    assert tags_of(lambda: execute(source, holding(256 * KILO - 1))) == ["ResourceLimitError"]


def test_a_value_given_up_gives_its_memory_back() -> None:
    source = """
main:
  params: [a]
  steps:
    - loop: {for: {value: v, range: [1, 20], steps: [{own: {assign: [{b: "${a.s0}"}, {c: "${a.s0}"}]}}]}}
    - calls: {for: {value: w, range: [1, 20], steps: [{call: {call: sub, args: {x: "${a.s0}"}}}]}}
    - over: {assign: [{d: "${a.s0}"}, {d: "${a.s0}"}, {d: null}, {e: "${a.s0}"}, {e: 1}, {f: "${a.s0}"}]}
    - r: {return: fine}
sub: {params: [x], steps: [{s: {assign: [{y: "${x}"}]}}]}
"""
    assert execute(source, holding(160 * KILO)) == "fine"


def test_the_limit_can_be_caught_and_nothing_was_assigned() -> None:
    source = """
main:
  params: [a]
  steps:
    - init: {assign: [{b: before}, {c: "${a.s0}"}]}
    - t: {try: {assign: [{b: "${a.s0}"}]}, except: {as: e, return: ["${b}", "${e.tags[0]}"]}}
"""
    assert execute(source, holding(180 * KILO)) == ["before", "ResourceLimitError"]


def test_branches_count_together() -> None:
    source = """
main:
  params: [a]
  steps:
    - p:
        parallel:
          for:
            value: v
            range: [1, 4]
            steps: [{own: {assign: [{b: "${a.s0}"}]}}, {wait: {call: http.get, args: {url: "${a.url}"}}}]
"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bachata.local.workflows.limits.CONCURRENT_BRANCHES", 1)
        sequential = source.replace("parallel:\n", "parallel:\n          concurrency_limit: 1\n")
        error = tags_of(lambda: execute(sequential, {**holding(150 * KILO), "url": "http://127.0.0.1:9"}))
    assert error == ["UnhandledBranchError"]


@pytest.mark.parametrize(("size", "accepted"), [(2 * KILO * KILO, True), (2 * KILO * KILO + 1, False)])
def test_a_response_has_at_most_2_megabytes(size: int, accepted: bool, server: Server) -> None:
    server.replies = [Reply(content=b"x" * size, kind="application/octet-stream")]
    source = "main: {params: [u], steps: [{g: {call: http.get, args: {url: '${u}'}}}, {r: {return: fine}}]}"
    if accepted:
        assert execute(source, server.url) == "fine"
    else:
        assert tags_of(lambda: execute(source, server.url)) == ["ResourceLimitError"]


def test_a_response_that_fits_no_variable(server: Server) -> None:
    server.replies = [Reply(body=["x" * 200 * KILO] * 3)]
    source = (
        "main: {params: [u], steps: [{g: {call: http.get, args: {url: '${u}'}, result: RESULT}}, {r: {return: fine}}]}"
    )
    assert tags_of(lambda: execute(source.replace("RESULT", "x"), server.url)) == ["ResourceLimitError"]
    assert execute(source.replace(", result: RESULT", ""), server.url) == "fine"


def test_100_000_steps() -> None:
    source = "- init: {assign: [{n: 0}]}\n- again: {next: again}"
    assert tags_of(lambda: execute(source)) == ["ResourceLimitError"]


@pytest.mark.parametrize(("depth", "accepted"), [(19, True), (20, False)])
def test_calls_nest_20_deep(depth: int, accepted: bool) -> None:
    source = """
main: {params: [n], steps: [{r: {return: "${down(n)}"}}]}
down: {params: [n], steps: [{stop: {switch: [{condition: "${n <= 1}", return: bottom}]}}, {d: {return: "${down(n - 1)}"}}]}
"""
    if accepted:
        assert execute(source, depth) == "bottom"
    else:
        assert tags_of(lambda: execute(source, depth)) == ["RecursionError"]


def nested_calls(levels: int, calls: int) -> str:
    inner = "{call: down, args: {n: '${n - 1}'}, result: x}"
    for level in range(levels):
        inner = f"{{try: {{steps: [{{s{level}: {inner}}}]}}, except: {{as: e{level}, raise: '${{e{level}}}'}}}}"
    stop = "{switch: [{condition: '${n < 1}', return: bottom}]}"
    return f"""
main: {{steps: [{{call: {{call: down, args: {{n: {calls}}}, result: r}}}}, {{give: {{return: "${{r}}"}}}}]}}
down: {{params: [n], steps: [{{stop: {stop}}}, {{go: {inner}}}, {{up: {{return: "${{x}}"}}}}]}}
"""


def test_deep_calls_of_nested_steps() -> None:
    assert execute(nested_calls(levels=4, calls=18)) == "bottom"
    assert tags_of(lambda: execute(nested_calls(levels=4, calls=19))) == ["RecursionError"]


def test_what_python_cannot_follow_is_an_error_of_the_workflow() -> None:
    assert tags_of(lambda: execute(nested_calls(levels=19, calls=18))) == ["RecursionError"]
    caught = nested_calls(levels=19, calls=18).replace(
        "{call: {call: down, args: {n: 18}, result: r}}",
        "{call: {try: {call: down, args: {n: 18}, result: r}, except: {as: e, return: '${e.tags}'}}}",
    )
    assert execute(caught) == ["RecursionError"]


@pytest.mark.parametrize("call", ["json.decode(a)", "json.encode_to_string(json.decode(a))", "json.decode(a) == b"])
def test_a_value_nested_too_deeply_is_an_error_of_the_workflow(call: str) -> None:
    source = f"main: {{params: [a], steps: [{{d: {{assign: [{{b: null}}, {{b: '${{{call}}}'}}]}}}}, {{r: {{return: '${{b}}'}}}}]}}"
    assert tags_of(lambda: execute(source, "[" * 5000 + "]" * 5000)) == ["ValueError"]
    assert tags_of(lambda: execute(source, "[" * 201 + "]" * 201)) == ["ValueError"]
    execute(source, "[" * 200 + "]" * 200)


def small_steps(count: int) -> str:
    steps = "".join(f"    - s{n}: {{assign: [{{v{n % 7}: '${{{n} + 1}}'}}]}}\n" for n in range(count))
    return f"main:\n  params: [big]\n  steps:\n{steps}    - r: {{return: '${{len(big)}}'}}\n"


@pytest.mark.parametrize("big", ["x" * 200_000, {str(n): [n] * 5 for n in range(4000)}], ids=["string", "map"])
def test_small_steps_beside_a_big_variable_do_not_touch_it(big: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = load(small_steps(200))
    measured: list[int] = []

    def counting(value: Any) -> int:
        measured.append(1)
        return size_of(value)

    monkeypatch.setattr("bachata.local.workflows.scope.size_of", counting)
    assert Execution(workflow).run(big) == len(big)
    # Once for the argument, then twice an assignment at most (the old value and the new one), never the big one again.
    assert len(measured) <= 1 + 2 * 200


Json = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.text(max_size=3), Json, max_size=3), st.lists(st.text(max_size=3), min_size=1, max_size=3), Json
)
def test_growth_is_the_difference_of_the_sizes(root: Any, path: list[str], leaf: Any) -> None:
    target = root
    for key in path[:-1]:
        target = target.get(key, {}) if isinstance(target, dict) else None
    if not isinstance(target, dict):
        return
    before = repr(root)
    changed, growth = set_path(root, list(path), leaf)
    assert growth == size_of(changed) - size_of(root)
    found = changed
    for key in path:
        found = found[key]
    assert found == leaf
    assert repr(root) == before  # the old value is untouched: it may stand in other variables


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), Json), max_size=20))
def test_memory_is_the_sum_of_what_is_held(assignments: list[tuple[str, Any]]) -> None:
    memory = Memory()
    outer = Scope(memory, lambda name, arguments: None)
    outer.declare("a", 1)
    inner = outer.child()
    held: dict[str, Any] = {"a": 1}
    for name, value in assignments:
        inner.assign(name, [], value)
        held[name] = value
    assert memory.used == sum(size_of(value) for value in held.values())
    inner.close()
    assert memory.used == size_of(held["a"])
    outer.close()
    assert memory.used == 0

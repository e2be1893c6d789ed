"""Whatever stands in a file is accepted, or refused with reasons; what is accepted runs without a fault of ours."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bachata.local.workflows import Execution, WorkflowFailed, check, load
from tests.local.workflows.support import ManualClock

words = st.sampled_from(
    [
        *("main", "params", "steps", "assign", "call", "args", "result", "switch", "condition", "next", "return"),
        *("raise", "for", "value", "index", "in", "range", "parallel", "shared", "branches", "concurrency_limit"),
        *("exception_policy", "try", "retry", "except", "as", "predicate", "max_retries", "backoff", "initial_delay"),
        *("a", "b", "end", "break", "continue", "sys.sleep", "http.get", "text.split", "timeout", "auth", "x.y[0]"),
    ]
)
texts = st.sampled_from(
    [
        *("${a}", "${a.b}", "${a + 1}", "${len(a)}", "${", "}", "${}", "x ${a}", "${(not a)}", "${f(a)}", "${a[0]}"),
        *('${"x" in a}', "${http.default_retry}", "continueAll", "${1 / 0}", "${sys.now()}", ""),
    ]
)
scalars = st.none() | st.booleans() | st.integers(-5, 2000) | st.floats(allow_nan=False, width=16) | texts | words
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=3), inner, max_size=4),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None)
@given(documents)
def test_any_document_gets_an_answer(document: Any) -> None:
    for problem in check(yaml.safe_dump(document)):
        assert problem.message
        assert problem.line >= 0


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    check(text)


values = st.sampled_from(
    ["${a}", "${b}", "${a + 1}", "${len(b)}", "${b.k}", "${b[0]}", "${a == 1}", "${1 / a}", "${keys(b)}"]
)
plain = values | st.integers(-2, 2) | st.lists(st.integers(0, 3), max_size=2) | st.just({"k": 1}) | st.none()


@st.composite
def bodies(draw: st.DrawFn, depth: int) -> dict[str, Any]:
    kinds = ["assign", "assign", "return", "raise", "call", "switch"] + (
        ["for", "try", "steps", "parallel"] if depth else []
    )
    kind = draw(st.sampled_from(kinds))
    match kind:
        case "assign":
            return {"assign": [{draw(st.sampled_from(["a", "b", "b.k", "b[0]"])): draw(plain)}]}
        case "return":
            return {"return": draw(plain)}
        case "raise":
            return {"raise": draw(st.sampled_from(["boom", "${b}", "${a}"]))}
        case "call":
            return {"call": "sys.sleep", "args": {"seconds": draw(plain)}, "result": "a"}
        case "switch":
            return {"switch": [{"condition": draw(values), "return": draw(plain)}]}
        case "for":
            return {"for": {"value": draw(names), "in": draw(values), "steps": draw(blocks(depth - 1))}}
        case "try":
            return {
                "try": {"steps": draw(blocks(depth - 1))},
                "except": {"as": draw(names), "steps": draw(blocks(depth - 1))},
            }
        case "parallel":
            loop = {"value": draw(names), "range": [1, 3], "steps": draw(blocks(depth - 1))}
            return {"parallel": {"shared": ["a", "b"], "for": loop}}
        case _:
            return {"steps": draw(blocks(depth - 1))}


names = st.integers(0, 10**9).map(lambda n: f"n{n}")


def blocks(depth: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.builds(lambda name, body: {name: body}, names, bodies(depth)), min_size=1, max_size=3)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks(3))
def test_an_accepted_workflow_succeeds_or_fails_with_an_error_value(steps: list[dict[str, Any]]) -> None:
    source = yaml.safe_dump([{"init": {"assign": [{"a": 1}, {"b": {"k": [1]}}]}}, *steps])
    if check(source):
        return
    try:
        Execution(load(source), clock=ManualClock()).run()
    except WorkflowFailed as failed:
        assert isinstance(failed.payload, str | dict)

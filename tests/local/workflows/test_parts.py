"""The small parts by themselves: tokens, values, signatures, the context's sleep, error values."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bachata.errors import BachataError, InvalidRequest, Stopped
from bachata.local.workflows import Problem, WorkflowCancelled, WorkflowFailed, WorkflowInvalid
from bachata.local.workflows.context import Context, as_clock
from bachata.local.workflows.errors import WorkflowError, summary, system_error
from bachata.local.workflows.model import Computed, Constant, ListTemplate, MapTemplate
from bachata.local.workflows.parser import parse, parse_target
from bachata.local.workflows.stdlib import FUNCTIONS
from bachata.local.workflows.tokens import ExpressionError, tokenize
from bachata.local.workflows.values import equal, get_item, set_path, type_name
from tests.local.workflows.support import ManualClock


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", ["end"]),
        ("a1_b", ["name", "end"]),
        ("12", ["int", "end"]),
        ("1.5e3", ["float", "end"]),
        ("1.x", ["int", "op", "name", "end"]),
        ('"a b"', ["string", "end"]),
        ("not AND or", ["keyword", "keyword", "keyword", "end"]),
        ("And", ["name", "end"]),
        ("true null False", ["constant", "constant", "constant", "end"]),
        ("a//b", ["name", "op", "name", "end"]),
        ("a<=b", ["name", "op", "name", "end"]),
    ],
)
def test_tokens(text: str, kinds: list[str]) -> None:
    assert [token.kind for token in tokenize(text)] == kinds


def test_tokens_know_their_place() -> None:
    assert [(token.text, token.position) for token in tokenize(' a == "b" ')][:3] == [("a", 1), ("==", 3), ('"b"', 6)]


@pytest.mark.parametrize(
    ("text", "name", "keys"),
    [
        ("x", "x", []),
        ("x.a", "x", ["a"]),
        ("x[0]", "x", [0]),
        ('x["a b"].c[1]', "x", ["a b", "c", 1]),
        ("x.in.not", "x", ["in", "not"]),
    ],
)
def test_targets(text: str, name: str, keys: list[Any]) -> None:
    variable, path = parse_target(text)
    assert variable == name
    assert [key.value for key in path] == keys  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["1", '"x"', "x + 1", "x()", "f(x).y", "-x", "(1).x", "true", "x y", ""])
def test_no_targets(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_target(text)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, 1.0, True),
        (None, None, True),
        (None, 0, False),
        ("", None, False),
        ([1, [2]], [1, [2.0]], True),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"b": 1}, False),
        (b"x", b"x", True),
        (b"x", "x", False),
        (True, True, True),
        (True, "true", False),
    ],
)
def test_equality(left: Any, right: Any, same: bool) -> None:
    assert equal(left, right) is same
    assert equal(right, left) is same


@pytest.mark.parametrize(("left", "right"), [(True, 1), (0, False), ([True], [1]), ({"a": 0.0}, {"a": False})])
def test_a_boolean_never_meets_a_number(left: Any, right: Any) -> None:
    with pytest.raises(WorkflowError, match="TypeError"):
        equal(left, right)


def test_an_element_inside_a_new_value_leaves_the_old_one() -> None:
    old = {"a": [1, {"b": 2}], "c": 3}
    new, growth = set_path(old, ["a", 1, "b"], "text")
    assert (old, new) == ({"a": [1, {"b": 2}], "c": 3}, {"a": [1, {"b": "text"}], "c": 3})
    assert growth == 4
    assert get_item(new, "c") is old["c"]


def test_a_foreign_value_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match="set is not a workflow value"):
        type_name({1})


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("text.split", "text.split(source, separator)"),
        ("sys.get_env", "sys.get_env(name, [default])"),
        ("base64.encode", "base64.encode(data, [padding])"),
        ("http.get", "http.get(url, [timeout], [body], [headers], [query], [auth])"),
        ("uuid.generate", "uuid.generate()"),
    ],
)
def test_signatures(name: str, signature: str) -> None:
    assert FUNCTIONS[name].signature() == signature


@pytest.mark.parametrize(
    ("named", "words"), [({"source": "a", "sep": "b"}, "no argument sep"), ({"source": "a"}, "misses separator")]
)
def test_binding_by_name_tells_what_is_wrong(named: dict[str, Any], words: str) -> None:
    with pytest.raises(WorkflowError, match=words):
        FUNCTIONS["text.split"].bind(named)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_filling_by_position_wants_the_right_number(count: int) -> None:
    with pytest.raises(WorkflowError, match=f"given {count} arguments"):
        FUNCTIONS["text.split"].fill(["x"] * count)


def test_what_blocks_is_known() -> None:
    blocking = {name for name, function in FUNCTIONS.items() if function.blocking}
    methods = {f"http.{method}" for method in ("get", "post", "put", "patch", "delete", "request")}
    connectors = {name for name in FUNCTIONS if name.startswith("googleapis.")}
    assert blocking == methods | connectors | {"sys.sleep", "sys.sleep_until", "sys.log"}
    assert len(connectors) == 4


def test_templates_show_their_expressions() -> None:
    template = MapTemplate({"a": ListTemplate((Constant(1), Computed(parse("x")))), "b": Computed(parse("y"))})
    assert [expression.name for expression in template.expressions()] == ["x", "y"]  # type: ignore[attr-defined]


def test_sleep_ends_at_once_when_cancelled() -> None:
    context = Context()
    threading.Timer(0.01, context.cancelled.set).start()
    with pytest.raises(WorkflowCancelled):
        context.sleep(3600)
    with pytest.raises(WorkflowCancelled):
        context.sleep(0)


def test_sleep_on_a_given_clock_notices_cancellation_afterwards() -> None:
    clock = ManualClock()
    context = Context(injected_clock=clock)
    context.sleep(5)
    context.cancelled.set()
    with pytest.raises(WorkflowCancelled):
        context.sleep(5)
    assert clock.naps == [5]


def test_blocking_work_gives_its_value_its_error_or_a_timeout() -> None:
    context, release = Context(), threading.Event()
    assert context.interruptible(lambda: 5, 10) == 5
    with pytest.raises(KeyError):
        context.interruptible(lambda: {}["x"], 10)
    with pytest.raises(TimeoutError):
        context.interruptible(lambda: release.wait(30), 0.01)
    release.set()


def test_no_clock_is_real_time() -> None:
    assert as_clock(None) is None
    assert Context().clock.time() > 1_700_000_000


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("boom", "boom"),
        ({"message": "broken", "code": 1}, "broken"),
        ({"error": "as our functions write it"}, "as our functions write it"),
        ({"code": 1, "stage": "plan"}, "an error with code, stage"),
        ({}, "an error with no entries"),
    ],
)
def test_the_sentence_of_an_error_value(payload: Any, words: str) -> None:
    assert summary(payload) == words
    assert str(WorkflowFailed(payload)) == words


def test_the_errors_belong_to_the_tree_of_the_project() -> None:
    refused = WorkflowInvalid([Problem(3, "main.a", "no"), Problem(0, "", "nothing")])
    assert isinstance(refused, InvalidRequest)
    assert refused.message == "The workflow is refused: 2 problems\n  line 3, main.a: no\n  file: nothing"
    failed = WorkflowFailed({"message": "m"}, "in step")
    assert isinstance(failed, BachataError)
    assert failed.as_dict() == {"error": "m", "details": "in step", "stage": None, "code": "WORKFLOW_FAILED"}
    assert issubclass(WorkflowCancelled, Stopped)


def test_a_system_error_is_a_map_of_tags_and_message() -> None:
    error = system_error("TimeoutError", "too late", "OSError", code=1)
    assert error.payload == {"message": "TimeoutError: too late", "tags": ["TimeoutError", "OSError"], "code": 1}
    assert error.context() == "TimeoutError: too late"

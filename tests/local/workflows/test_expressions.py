"""Expressions, after the reference pages datatypes, expressions, lists, maps, strings and the cheat sheet."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata.local.workflows.parser import parse
from bachata.local.workflows.tokens import ExpressionError
from tests.local.workflows.support import evaluate, tags_of

V: dict[str, Any] = {
    "n": 7,
    "d": 2.5,
    "s": "abc",
    "t": True,
    "f": False,
    "z": None,
    "l": ["zero", "one", "two"],
    "grid": [[10, 11, 12], [20, 21, 22]],
    "m": {"name": "Lila", "items": {"keys": 1, "get": 2}, "values": [5], "a b": 3, "not": 4},
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # literals keep their type
        ("1", 1),
        ("4.1", 4.1),
        ("1e-05", 1e-05),
        ('"hello"', "hello"),
        ("true", True),
        ("TRUE", True),
        ("False", False),
        ("null", None),
        (r'"quote \" back \\ line \n tab \t é"', 'quote " back \\ line \n tab \t é'),
        ('"braces } and ${ inside"', "braces } and ${ inside"),
        # arithmetic
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("-n", -7),
        ("- 3 + 5", 2),
        ("2 * -3", -6),
        ("7 / 2", 3.5),
        ("8 / 2", 4.0),
        ("7 // 2", 3),
        ("7 % 4", 3),
        ("-7 // 2", -4),
        ("7.5 // 2", 3.0),
        ("n * d", 17.5),
        ("1 + 2.5", 3.5),
        ("100 // 7 % 5", 4),
        # strings
        ('"Hello " + "world"', "Hello world"),
        ('s + "-" + string(n)', "abc-7"),
        ('"a: " + s', "a: abc"),
        # comparison
        ("n == 7", True),
        ("n == 7.0", True),
        ("n != 7", False),
        ("1 < 2", True),
        ("2 <= 2", True),
        ("d > 2", True),
        ("3 >= 4", False),
        ('"a" < "b"', True),
        ('"1" == 1', False),
        ("z == null", True),
        ("s != null", True),
        ("l == l", True),
        ("m == m", True),
        ("l[0] == s", False),
        ("1 + 1 == 2", True),
        # logic
        ("t and f", False),
        ("t or f", True),
        ("t AND t", True),
        ("f OR t", True),
        ("(not t)", False),
        ("(NOT f)", True),
        ("(not (n == 7))", False),
        ("(not f) and t", True),
        ("t or f and f", True),
        ("(t or f) and f", False),
        ("f and z", False),
        ("t or z", True),
        ('f and m["missing"] == 1', False),
        # membership
        ('"one" in l', True),
        ('"four" in l', False),
        ('"name" in m', True),
        ('"Lila" in m', False),
        ("1 in grid[0]", False),
        ("11 in grid[0]", True),
        ('(not ("x" in m))', True),
        # access
        ("l[0]", "zero"),
        ("l[1 + 1]", "two"),
        ("grid[1][2]", 22),
        ("l[len(l) - 1]", "two"),
        ("m.name", "Lila"),
        ('m["name"]', "Lila"),
        ('m["a b"]', 3),
        ("m.items", {"keys": 1, "get": 2}),
        ("m.items.keys", 1),
        ("m.items.get", 2),
        ("m.values[0]", 5),
        ("m.not", 4),
        ('m["na" + "me"]', "Lila"),
        ('json.decode("{\\"a\\": [1, {\\"b\\": 2}]}").a[1].b', 2),
        ('text.split("a,b", ",")[1]', "b"),
        # calls and white space
        ("default( z , 5 )", 5),
        ("len(s)+len( l )", 6),
        ("\n  n\n  +\n  1\n", 8),
        ("math.max(math.abs(-3), 2)", 3),
    ],
)
def test_value(expression: str, expected: Any) -> None:
    value = evaluate(expression, **V)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("expression", "tag"),
    [
        ('"hello" + n', "TypeError"),
        ("n + s", "TypeError"),
        ("s + z", "TypeError"),
        ("l + l", "TypeError"),
        ("s * n", "TypeError"),
        ("s - s", "TypeError"),
        ("-s", "TypeError"),
        ("t + n", "TypeError"),
        ("t == n", "TypeError"),
        ("t < f", "TypeError"),
        ("l < l", "TypeError"),
        ("z > 1", "TypeError"),
        ("s < n", "TypeError"),
        ("n and t", "TypeError"),
        ("t and n", "TypeError"),
        ("z or t", "TypeError"),
        ("(not n)", "TypeError"),
        ("(not z)", "TypeError"),
        ('"a" in s', "TypeError"),
        ("1 in m", "TypeError"),
        ("1 in n", "TypeError"),
        ("n / 0", "ZeroDivisionError"),
        ("n // 0", "ZeroDivisionError"),
        ("n % 0", "ZeroDivisionError"),
        ("d / 0.0", "ZeroDivisionError"),
        ("m.missing", "KeyError"),
        ('m["missing"]', "KeyError"),
        ("m.items.pop", "KeyError"),
        ("l[3]", "IndexError"),
        ("l[n - 8]", "IndexError"),
        ("l[d]", "TypeError"),
        ("l[s]", "TypeError"),
        ("l[t]", "TypeError"),
        ("m[0]", "TypeError"),
        ("s.upper", "TypeError"),
        ("s[0]", "TypeError"),
        ("z.x", "TypeError"),
        ("n.real", "TypeError"),
        ("9223372036854775807 + 1", "ValueError"),
        ("n * 9223372036854775807", "ValueError"),
        ("1e308 * 10", "ValueError"),
    ],
)
def test_error(expression: str, tag: str) -> None:
    assert tag in tags_of(lambda: evaluate(expression, **V))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ends too early"),
        ("1 +", "ends too early"),
        ("(1", "ends too early"),
        ("1 2", "expected an operator"),
        ("a b", "expected an operator"),
        ("1)", "expected an operator"),
        ("f(1,)", "after the comma"),
        ("f(,1)", "expected a value"),
        ("a.", "ends too early"),
        ("a.1", "expected"),
        ("'single'", "double quotes"),
        ('"open', "is not closed"),
        (r'"\q"', "unknown escape"),
        ("not a", "in parentheses"),
        ("not a == b", "in parentheses"),
        ("a and not b", "in parentheses"),
        ("(not a == b)", "one operand"),
        ("not (a)", "how far not reaches"),
        ("a not in b", "write (not (a in b))"),
        ('(not "x")', "not wants a boolean"),
        ("1 < 2 < 3", "do not chain"),
        ("a == b == c", "do not chain"),
        ("a in b == true", "do not chain"),
        ("[1, 2]", "list literals"),
        ('{"a": 1}', "map literals"),
        ("a ? b : c", "if(condition"),
        ("a if b else c", "expected an operator"),
        ("[x for x in y]", "list literals"),
        ("l[-1]", "negative index"),
        ("l[1:2]", "unexpected ':'"),
        ("true == 1", "a boolean and a number"),
        ("0 < false", "a boolean and a number"),
        ('"a" + 1', "convert with string()"),
        ('1 + "a"', "convert with string()"),
        ('"n: " + len(x)', "convert with string()"),
        ('"a" + null', "convert with string()"),
        ("true + false", "two numbers or two strings"),
        ('"ab" * 3', "wants numbers"),
        ("1 and true", "wants booleans"),
        ('-"a"', "wants a number"),
        ("a && b", "use and"),
        ("a || b", "use or"),
        ("!a", "(not x)"),
        ("a = b", "=="),
        ("f(x=1)", "by position"),
        ("a ** b", "expected a value"),
        ("99999999999999999999", "64 bits"),
        ("a} ${b", "around or between"),
        ("x.y()()", "only a function's name"),
        ("(f)(1)(2)", "only a function's name"),
        ("lambda: 1", "unexpected ':'"),
        ("a @ b", "no meaning"),
        ("(" * 60 + "1" + ")" * 60, "deep"),
    ],
)
def test_refused(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError, match=r".") as refusal:
        parse(text)
    assert reason in str(refusal.value)


Tree = int | tuple[str, "Tree", "Tree"]


def trees() -> st.SearchStrategy[Tree]:
    leaves: st.SearchStrategy[Tree] = st.integers(0, 99)
    return st.recursive(leaves, lambda inner: st.tuples(st.sampled_from(["+", "-", "*"]), inner, inner), max_leaves=12)


def written(tree: Tree) -> str:
    """With parentheses only where precedence or left association demands them."""
    if isinstance(tree, int):
        return str(tree)
    operator, left, right = tree
    first, second = written(left), written(right)
    if operator == "*":
        first = f"({first})" if isinstance(left, tuple) and left[0] != "*" else first
        second = f"({second})" if isinstance(right, tuple) else second
    elif isinstance(right, tuple) and right[0] != "*":
        second = f"({second})"
    return f"{first}{operator} {second}"


def computed(tree: Tree) -> Fraction:
    if isinstance(tree, int):
        return Fraction(tree)
    operator, left, right = tree
    a, b = computed(left), computed(right)
    return a + b if operator == "+" else a - b if operator == "-" else a * b


@settings(max_examples=200, deadline=None)
@given(trees())
def test_precedence_is_that_of_arithmetic(tree: Tree) -> None:
    expected = computed(tree)
    if abs(expected) < 2**60:
        assert parse(written(tree)).evaluate(NoScope()) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_parses_or_is_refused_with_a_reason(text: str) -> None:
    try:
        parse(text)
    except ExpressionError as refusal:
        assert str(refusal)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_a_string_literal_comes_back(text: str) -> None:
    escaped = "".join(f"\\{c}" if c in '"\\' else c for c in text)
    assert parse(f'"{escaped}"').evaluate(NoScope()) == text


class NoScope:
    def lookup(self, name: str) -> Any:
        raise AssertionError(name)

    def invoke(self, function: str, arguments: list[Any]) -> Any:
        raise AssertionError(function)

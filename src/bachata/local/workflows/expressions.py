"""Expressions: the text inside `${}`, parsed once into a tree and evaluated against a scope. Never `eval`.

Precedence, tightest first, by https://cloud.google.com/workflows/docs/reference/syntax/datatypes:
`()`, `.` and `[]`, `not`, unary `-`, `* / // %`, `+ -`, comparisons and `in`, `and`, `or`.

Stricter than Google on purpose, where its text and the emulators disagree: `not` stands alone in parentheses, comparisons
do not chain, there are no list or map literals and no ternary, and `+` joins a string to a string only.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from .errors import system_error, type_error
from .tokens import ExpressionError, Token, tokenize
from .values import Value, checked_number, equal, get_item, is_number, type_name

_DEEPEST = 40


class Evaluation(Protocol):
    """What an expression needs to be evaluated: variables and functions."""

    def lookup(self, name: str) -> Value:
        """The variable's value; KeyError (the workflow's) when it has none."""

    def invoke(self, function: str, arguments: list[Value]) -> Value:
        """The result of a function of the library or of a subworkflow."""


class Expression:
    """A node. `static_type` is number, string, boolean or None when only the run can tell; `position` is a character."""

    position: int = 0
    static_type: str | None = None

    def evaluate(self, scope: Evaluation) -> Value:
        """The value in this scope. Raises WorkflowError."""
        raise NotImplementedError

    def children(self) -> tuple[Expression, ...]:
        """The direct parts."""
        return ()

    def walk(self) -> Iterator[Expression]:
        """This node and everything below it."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True)
class Literal(Expression):
    """A number, string, boolean or null as written."""

    value: Value

    @property
    def static_type(self) -> str | None:  # type: ignore[override]
        """Known from the text."""
        if is_number(self.value):
            return "number"
        return type_name(self.value)

    def evaluate(self, scope: Evaluation) -> Value:  # noqa: ARG002, D102
        return self.value


@dataclass(frozen=True)
class Name(Expression):
    """A variable."""

    name: str
    position: int = 0

    def evaluate(self, scope: Evaluation) -> Value:  # noqa: D102
        return scope.lookup(self.name)


@dataclass(frozen=True)
class Item(Expression):
    """`container.key` or `container[key]`."""

    container: Expression
    key: Expression
    by_dot: bool = False

    def evaluate(self, scope: Evaluation) -> Value:  # noqa: D102
        return get_item(self.container.evaluate(scope), self.key.evaluate(scope))

    def children(self) -> tuple[Expression, ...]:  # noqa: D102
        return (self.container, self.key)

    def dotted(self) -> str | None:
        """`a.b.c` when the whole chain is names, else None."""
        head = self.container.name if isinstance(self.container, Name) else None
        if isinstance(self.container, Item):
            head = self.container.dotted()
        if head is None or not self.by_dot or not isinstance(self.key, Literal):
            return None
        return f"{head}.{self.key.value}"


@dataclass(frozen=True)
class Call(Expression):
    """`function(arguments)`, a library function or a subworkflow, arguments by position."""

    function: str
    arguments: tuple[Expression, ...]
    position: int = 0

    _RETURNS = {  # noqa: RUF012
        "string": "string",
        "len": "number",
        "int": "number",
        "double": "number",
        "bool": "boolean",
        "get_type": "string",
    }

    @property
    def static_type(self) -> str | None:  # type: ignore[override]
        """Known for the conversions."""
        return self._RETURNS.get(self.function)

    def evaluate(self, scope: Evaluation) -> Value:  # noqa: D102
        return scope.invoke(self.function, [argument.evaluate(scope) for argument in self.arguments])

    def children(self) -> tuple[Expression, ...]:  # noqa: D102
        return self.arguments


@dataclass(frozen=True)
class Not(Expression):
    """`(not operand)`."""

    operand: Expression
    static_type = "boolean"

    def evaluate(self, scope: Evaluation) -> Value:  # noqa: D102
        return not _truth(self.operand.evaluate(scope), "not")

    def children(self) -> tuple[Expression, ...]:  # noqa: D102
        return (self.operand,)


@dataclass(frozen=True)
class Negative(Expression):
    """`-operand`."""

    operand: Expression
    static_type = "number"

    def evaluate(self, scope: Evaluation) -> Value:  # noqa: D102
        value = self.operand.evaluate(scope)
        if not is_number(value):
            raise type_error(f"- wants a number, not {type_name(value)}")
        return checked_number(-value)

    def children(self) -> tuple[Expression, ...]:  # noqa: D102
        return (self.operand,)


@dataclass(frozen=True)
class Binary(Expression):
    """`left operator right`; `and` and `or` stop at the first side that decides."""

    operator: str
    left: Expression
    right: Expression
    static_type: str | None = None

    def evaluate(self, scope: Evaluation) -> Value:  # noqa: D102
        left = self.left.evaluate(scope)
        if self.operator in {"and", "or"}:
            if _truth(left, self.operator) == (self.operator == "or"):
                return left
            return _truth(self.right.evaluate(scope), self.operator)
        return _BINARY[self.operator](left, self.right.evaluate(scope))

    def children(self) -> tuple[Expression, ...]:  # noqa: D102
        return (self.left, self.right)


def _truth(value: Value, word: str) -> bool:
    if not isinstance(value, bool):
        raise type_error(f"{word} wants a boolean, not {type_name(value)}")
    return value


def _add(left: Value, right: Value) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if is_number(left) and is_number(right):
        return checked_number(left + right)
    hint = "; convert with string()" if isinstance(left, str) or isinstance(right, str) else ""
    raise type_error(f"+ cannot join {type_name(left)} and {type_name(right)}{hint}")


def _arithmetic(symbol: str, compute: Callable[[Value, Value], Value]) -> Callable[[Value, Value], Value]:
    def apply(left: Value, right: Value) -> Value:
        if not (is_number(left) and is_number(right)):
            raise type_error(f"{symbol} wants numbers, not {type_name(left)} and {type_name(right)}")
        try:
            return checked_number(compute(left, right))
        except ZeroDivisionError:
            raise system_error("ZeroDivisionError", f"{symbol} by zero") from None
        except OverflowError:
            return checked_number(float("inf"))

    return apply


def _order(symbol: str, compare: Callable[[Value, Value], bool]) -> Callable[[Value, Value], Value]:
    def apply(left: Value, right: Value) -> Value:
        if (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str)):
            return compare(left, right)
        raise type_error(f"{symbol} cannot order {type_name(left)} and {type_name(right)}")

    return apply


def _contains(item: Value, container: Value) -> bool:
    if isinstance(container, dict):
        if not isinstance(item, str):
            raise type_error(f"a key of a map is a string, not {type_name(item)}")
        return item in container
    if isinstance(container, list):
        # A boolean never equals a number here; refusing the whole search for it would surprise.
        return any(isinstance(item, bool) == isinstance(entry, bool) and equal(item, entry) for entry in container)
    raise type_error(f"in wants a list or a map, not {type_name(container)}")


_BINARY: dict[str, Callable[[Value, Value], Value]] = {
    "+": _add,
    "-": _arithmetic("-", operator.sub),
    "*": _arithmetic("*", operator.mul),
    "/": _arithmetic("/", operator.truediv),
    "//": _arithmetic("//", operator.floordiv),
    "%": _arithmetic("%", operator.mod),
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": _order("<", operator.lt),
    "<=": _order("<=", operator.le),
    ">": _order(">", operator.gt),
    ">=": _order(">=", operator.ge),
    "in": _contains,
}
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">=", "in"}
_POWER = {"or": 1, "and": 2, **dict.fromkeys(_COMPARISONS, 3), "+": 4, "-": 4, "*": 5, "/": 5, "//": 5, "%": 5}


def parse(text: str) -> Expression:
    """The tree of an expression (without `${` and `}`). Raises ExpressionError with the place and the remedy."""
    parser = _Parser(tokenize(text))
    tree = parser.expression(0)
    parser.finish()
    return tree


def parse_target(text: str) -> tuple[str, list[Expression]]:
    """The left side of an assignment, `name.key[index]…`: the variable and the keys below it."""
    tree = parse(text)
    path: list[Expression] = []
    while isinstance(tree, Item):
        path.append(tree.key)
        tree = tree.container
    if not isinstance(tree, Name):
        raise ExpressionError("an assignment names a variable, or an element of one")
    return tree.name, path[::-1]


class _Parser:
    """Pratt's top-down operator precedence over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _advance(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _expect(self, text: str) -> None:
        if self._token.text != text or self._token.kind == "string":
            raise self._unexpected(f"expected {text}")
        self._at += 1

    def _is(self, text: str) -> bool:
        return self._token.text == text and self._token.kind != "string"

    def _unexpected(self, why: str) -> ExpressionError:
        if self._token.kind == "end":
            return ExpressionError(f"the expression ends too early: {why}")
        return ExpressionError(f"unexpected {self._token.text} at character {self._token.position + 1}: {why}")

    def finish(self) -> None:
        if self._token.kind != "end":
            raise self._unexpected("expected an operator or the end")

    def expression(self, minimum: int) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError(f"nested more than {_DEEPEST} deep")
        left = self._prefix()
        compared = False
        while (word := self._operator()) is not None and _POWER[word] > minimum:
            if word in _COMPARISONS:
                if compared:
                    raise self._unexpected("comparisons do not chain; join them with and, or use parentheses")
                compared = True
            self._at += 1
            left = _binary(word, left, self.expression(_POWER[word]))
        self._depth -= 1
        return left

    def _operator(self) -> str | None:
        token = self._token
        if token.kind == "keyword":
            if token.value == "not" or token.text == "IN":
                raise self._unexpected("write (not (a in b))")
            return str(token.value)
        return token.text if token.kind == "op" and token.text in _POWER else None

    def _prefix(self) -> Expression:
        if self._is("-"):
            self._at += 1
            operand = self._prefix()
            if operand.static_type not in {None, "number"}:
                raise ExpressionError("- wants a number")
            if isinstance(operand, Literal):
                return Literal(-operand.value)
            return Negative(operand)
        return self._postfix(self._primary())

    def _primary(self) -> Expression:
        token = self._advance()
        if token.kind in {"int", "float", "string", "constant"}:
            return Literal(token.value)
        if token.kind == "name":
            return Name(token.text, token.position)
        if token.text == "(":
            inner = self._negation() if self._token.value == "not" and self._token.kind == "keyword" else None
            inner = inner or self.expression(0)
            self._expect(")")
            return inner
        self._at -= 1
        if token.kind == "keyword" and token.value == "not":
            if self._tokens[self._at + 1].text == "(":
                raise self._unexpected("engines disagree on how far not reaches; write (not (…)) or (not name)")
            raise self._unexpected("engines disagree on how far not reaches; write it in parentheses: (not x)")
        if token.text == "[":
            raise self._unexpected("list literals are not allowed inside ${}; assign the list first")
        raise self._unexpected("expected a value")

    def _negation(self) -> Expression:
        self._at += 1
        operand = self._postfix(self._primary())
        if not self._is(")"):
            raise self._unexpected("(not x) holds one operand; put the rest in its own parentheses")
        if operand.static_type not in {None, "boolean"}:
            raise ExpressionError("not wants a boolean")
        return Not(operand)

    def _postfix(self, node: Expression) -> Expression:
        while True:
            if self._is("."):
                self._at += 1
                if self._token.kind not in {"name", "keyword", "constant"}:
                    raise self._unexpected("expected a name after the dot")
                node = Item(node, Literal(self._advance().text), by_dot=True)
            elif self._is("["):
                self._at += 1
                key = self.expression(0)
                self._expect("]")
                if isinstance(key, Literal) and is_number(key.value) and key.value < 0:
                    raise ExpressionError("a negative index is not allowed; count from len()")
                node = Item(node, key)
            elif self._is("("):
                node = self._call(node)
            else:
                return node

    def _call(self, callee: Expression) -> Expression:
        name = callee.name if isinstance(callee, Name) else callee.dotted() if isinstance(callee, Item) else None
        if name is None:
            raise self._unexpected("only a function's name can be called")
        position = self._advance().position
        arguments: list[Expression] = []
        while not self._is(")"):
            arguments.append(self.expression(0))
            if not self._is(")"):
                self._expect(",")
                if self._is(")"):
                    raise self._unexpected("expected an argument after the comma")
        self._at += 1
        return Call(name, tuple(arguments), position)


def _binary(word: str, left: Expression, right: Expression) -> Binary:
    """The node, unless the types known from the text alone already contradict the operator."""
    types = {left.static_type, right.static_type}
    if word == "+":
        if "string" in types and types & {"number", "boolean", "null"}:
            raise ExpressionError("+ joins a string to a string only; convert with string()")
        if types & {"boolean", "null"}:
            raise ExpressionError("+ wants two numbers or two strings")
        return Binary(word, left, right, static_type="string" if "string" in types else None)
    if word in {"and", "or"}:
        if types & {"number", "string", "null"}:
            raise ExpressionError(f"{word} wants booleans")
        return Binary(word, left, right, static_type="boolean")
    if word in _COMPARISONS:
        if types >= {"boolean", "number"} and word != "in":
            raise ExpressionError("a boolean and a number cannot be compared; engines disagree on the answer")
        return Binary(word, left, right, static_type="boolean")
    if types & {"string", "boolean", "null"}:
        raise ExpressionError(f"{word} wants numbers")
    return Binary(word, left, right, static_type="number")

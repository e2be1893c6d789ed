"""Expressions as trees, evaluated against a scope. `parser` makes them from text; nothing here is ever `eval`ed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from .errors import system_error, type_error
from .values import Value, checked_number, equal, get_item, is_number, type_name


class Evaluation(Protocol):
    """What an expression needs to be evaluated: variables and functions."""

    def lookup(self, name: str) -> Value:
        """The variable's value; KeyError (the workflow's) when it has none."""

    def invoke(self, function: str, arguments: list[Value]) -> Value:
        """The result of a function of the library or of a subworkflow."""


class Expression:
    """A node. `static_type` is number, string, boolean, null, or None when only the run can tell."""

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

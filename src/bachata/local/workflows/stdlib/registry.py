"""The table of functions a workflow may name, with the argument names of Google's reference pages.

A function is called by position inside `${}` and by name in a `call` step. Blocking functions (HTTP, sleeping, logging,
connectors) are for `call` steps only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import type_error
from ..values import Value, is_number, type_name

REQUIRED: Any = object()
"""Marks a parameter without a default."""


@dataclass(frozen=True)
class Function:
    """One function: `parameters` in order with their defaults; `run` takes them by position.

    When `needs_context`, `run` is given the execution's Context first.
    """

    name: str
    parameters: Mapping[str, Value]
    run: Callable[..., Value]
    blocking: bool = False
    needs_context: bool = False

    @property
    def required(self) -> list[str]:
        """Names of the parameters without a default."""
        return [name for name, default in self.parameters.items() if default is REQUIRED]

    def signature(self) -> str:
        """`text.split(source, separator)`, optional parameters in brackets."""
        words = [name if default is REQUIRED else f"[{name}]" for name, default in self.parameters.items()]
        return f"{self.name}({', '.join(words)})"

    def bind(self, named: Mapping[str, Value]) -> list[Value]:
        """The arguments in order, from the names of a `call` step. Raises TypeError (the workflow's)."""
        for name in named:
            if name not in self.parameters:
                raise type_error(f"{self.signature()} has no argument {name}")
        values = [named.get(name, default) for name, default in self.parameters.items()]
        missing = [name for name, value in zip(self.parameters, values, strict=True) if value is REQUIRED]
        if missing:
            raise type_error(f"{self.signature()} misses {', '.join(missing)}")
        return values

    def fill(self, positional: list[Value]) -> list[Value]:
        """The arguments in order, missing ones at their defaults. Raises TypeError (the workflow's)."""
        names = list(self.parameters)
        if len(positional) > len(names) or len(positional) < len(self.required):
            raise type_error(f"{self.signature()} was given {len(positional)} arguments")
        return positional + [self.parameters[name] for name in names[len(positional) :]]


FUNCTIONS: dict[str, Function] = {}
"""Every function of the standard library and every connector, by full name."""


def function(
    name: str, *required: str, blocking: bool = False, needs_context: bool = False, **optional: Value
) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a function under Google's name; `optional` gives the defaults of the parameters after `required`."""

    def register(run: Callable[..., Value]) -> Callable[..., Value]:
        parameters = {**dict.fromkeys(required, REQUIRED), **optional}
        FUNCTIONS[name] = Function(name, parameters, run, blocking, needs_context)
        return run

    return register


def want_string(value: Value, what: str) -> str:
    """The string, or a TypeError that names the argument."""
    if not isinstance(value, str):
        raise type_error(f"{what} must be a string, not {type_name(value)}")
    return value


def want_integer(value: Value, what: str) -> int:
    """The integer, or a TypeError that names the argument."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise type_error(f"{what} must be an integer, not {type_name(value)}")
    return value


def want_number(value: Value, what: str) -> int | float:
    """The number, or a TypeError that names the argument."""
    if not is_number(value):
        raise type_error(f"{what} must be a number, not {type_name(value)}")
    number: int | float = value
    return number


def want_list(value: Value, what: str) -> list[Value]:
    """The list, or a TypeError that names the argument."""
    if not isinstance(value, list):
        raise type_error(f"{what} must be a list, not {type_name(value)}")
    return value


def want_map(value: Value, what: str) -> dict[str, Value]:
    """The map, or a TypeError that names the argument."""
    if not isinstance(value, dict):
        raise type_error(f"{what} must be a map, not {type_name(value)}")
    return value


def want_bytes(value: Value, what: str) -> bytes:
    """The bytes, or a TypeError that names the argument."""
    if not isinstance(value, bytes):
        hint = "; use text.encode first" if isinstance(value, str) else ""
        raise type_error(f"{what} must be bytes, not {type_name(value)}{hint}")
    return value

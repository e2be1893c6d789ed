"""Variables while a workflow runs: a chain of scopes and the memory they take together."""

from __future__ import annotations

import threading
from collections.abc import Callable

from . import limits
from .errors import key_error, limit_error
from .values import Value, set_path, size_of


class Memory:
    """The bytes all variables of an execution take together. Growing above the limit is a ResourceLimitError."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.used = 0

    def grow(self, size: int) -> None:
        """Take `size` more bytes (negative: give back)."""
        with self._lock:
            if size > 0 and self.used + size > limits.VARIABLE_BYTES:
                raise limit_error(
                    f"the variables would take {self.used + size} bytes, at most {limits.VARIABLE_BYTES} are allowed"
                )
            self.used += size


class Scope:
    """One scope: a routine, a loop's iteration, an except, or a parallel branch.

    A branch sees the variables around it; it writes only those in `shared`, any other write creates its own variable.
    """

    __slots__ = ("_invoke", "_size", "_variables", "memory", "parent", "shared")

    def __init__(
        self,
        memory: Memory,
        invoke: Callable[[str, list[Value]], Value],
        parent: Scope | None = None,
        shared: frozenset[str] | None = None,
    ) -> None:
        self.memory = memory
        self.parent = parent
        self.shared = shared
        self._invoke = invoke
        self._variables: dict[str, Value] = {}
        self._size = 0

    def child(
        self, shared: frozenset[str] | None = None, invoke: Callable[[str, list[Value]], Value] | None = None
    ) -> Scope:
        """A scope inside this one; `shared` makes it a parallel branch, which calls functions by its own `invoke`."""
        return Scope(self.memory, invoke or self._invoke, self, shared)

    def close(self) -> None:
        """Give the memory back; the variables are gone."""
        self.memory.grow(-self._size)
        self._size = 0
        self._variables.clear()

    def invoke(self, function: str, arguments: list[Value]) -> Value:
        """A function or subworkflow called from an expression."""
        return self._invoke(function, arguments)

    def lookup(self, name: str) -> Value:
        """The value of the nearest variable of this name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope._variables:
                return scope._variables[name]
            scope = scope.parent
        raise key_error(f"the variable {name} has no value yet")

    def _owner(self, name: str) -> Scope | None:
        """The scope that holds the variable and lets this one write it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope._variables:
                return scope
            if scope.shared is not None and name not in scope.shared:
                return None
            scope = scope.parent
        return None

    def declare(self, name: str, value: Value) -> None:
        """Set a variable of this very scope: a parameter, a loop variable, the error of an except."""
        self._store(name, value, size_of(value) - (size_of(self._variables[name]) if name in self._variables else 0))

    def assign(self, name: str, path: list[Value], value: Value) -> None:
        """Set a variable, or the element at `path` below it; a new variable belongs to this scope."""
        owner = self._owner(name)
        if path:
            root = self.lookup(name) if owner is None else owner._variables[name]
            value, growth = set_path(root, path, value)
            if owner is None:
                growth = size_of(value)
        elif owner is not None:
            growth = size_of(value) - size_of(owner._variables[name])
        else:
            growth = size_of(value)
        (owner or self)._store(name, value, growth)

    def _store(self, name: str, value: Value, growth: int) -> None:
        self.memory.grow(growth)
        self._size += growth
        self._variables[name] = value

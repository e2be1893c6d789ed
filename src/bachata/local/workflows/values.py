"""The values of a workflow: null, boolean, integer, double, string, bytes, list and map.

They are Python's None, bool, int, float, str, bytes, list and dict, and by convention **immutable**: an assignment
into a map or a list copies the containers on its path. So one value may stand in many variables and branches without a
deep copy, and "when you assign one variable to another, you create a separate, independent copy" holds
(https://cloud.google.com/workflows/docs/reference/syntax/variables).
"""

from __future__ import annotations

import math
from typing import Any

from . import limits
from .errors import limit_error, system_error, type_error, value_error

Value = Any
"""A workflow value; its honest static type is Any."""

_NUMBER_BYTES = 8
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1


def type_name(value: Value) -> str:
    """The name `get_type()` gives."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "double"
        case str():
            return "string"
        case bytes():
            return "bytes"
        case list():
            return "list"
        case dict():
            return "map"
        case _:
            raise TypeError(f"{type(value).__name__} is not a workflow value")


def is_number(value: Value) -> bool:
    """Whether the value is an integer or a double (a boolean is neither)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_positive_integer(value: Value) -> bool:
    """Whether the value is an integer from 1."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def checked_number(value: int | float) -> int | float:
    """The number, or a ValueError when it leaves 64 bits or is not finite."""
    if isinstance(value, int):
        if not _INT64_MIN <= value <= _INT64_MAX:
            raise value_error("the integer does not fit 64 bits")
    elif not math.isfinite(value):
        raise value_error("the double is not finite")
    return value


def equal(left: Value, right: Value) -> bool:
    """Equality as `==` sees it. A boolean against a number is refused: engines disagree on it."""
    if isinstance(left, bool) != isinstance(right, bool) and (is_number(left) or is_number(right)):
        raise type_error("a boolean and a number cannot be compared")
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(equal(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(value, right[key]) for key, value in left.items())
    return bool(left == right)


def size_of(value: Value) -> int:
    """Bytes the value takes, by the table of the variables page; a string above its own limit is refused.

    8 for a number, boolean or null; 8 + bytes for strings and bytes; 8 + elements for lists; 8 + keys and values for
    maps.
    """
    if isinstance(value, str):
        length = len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
        if length > limits.STRING_BYTES:
            raise limit_error(f"a string of {length} bytes exceeds the {limits.STRING_BYTES} bytes a string may take")
        return _NUMBER_BYTES + length
    if isinstance(value, dict):
        return _NUMBER_BYTES + sum(size_of(key) + size_of(item) for key, item in value.items())
    if isinstance(value, list):
        return _NUMBER_BYTES + sum(map(size_of, value))
    if isinstance(value, bytes):
        return _NUMBER_BYTES + len(value)
    return _NUMBER_BYTES


def get_item(container: Value, key: Value) -> Value:
    """`container[key]`: a map by a string, a list by an integer from 0."""
    if isinstance(container, dict):
        if not isinstance(key, str):
            raise type_error(f"a map is indexed by a string, not by {type_name(key)}")
        if key not in container:
            raise system_error("KeyError", f"key not found: {key}")
        return container[key]
    if isinstance(container, list):
        return container[_checked_index(container, key)]
    raise type_error(f"{type_name(container)} has no elements, wanted {key!r}")


def set_path(root: Value, path: list[Value], leaf: Value) -> tuple[Value, int]:
    """`root` with the element at `path` replaced: (the new root, by how many bytes it grew).

    Missing keys of maps are created, whole chains of them too; a list index must exist.
    """
    if not path:
        return leaf, size_of(leaf) - size_of(root)
    key, rest = path[0], path[1:]
    if isinstance(root, dict):
        if not isinstance(key, str):
            raise type_error(f"a map is indexed by a string, not by {type_name(key)}")
        if key in root:
            item, growth = set_path(root[key], rest, leaf)
        else:
            item = leaf
            for name in reversed(rest):
                if not isinstance(name, str):
                    raise type_error(f"a new map is indexed by a string, not by {type_name(name)}")
                item = {name: item}
            growth = size_of(key) + size_of(item)
        return {**root, key: item}, growth
    if isinstance(root, list):
        index = _checked_index(root, key)
        item, growth = set_path(root[index], rest, leaf)
        return [*root[:index], item, *root[index + 1 :]], growth
    raise type_error(f"cannot assign into {type_name(root)}")


def _checked_index(items: list[Value], index: Value) -> int:
    if not isinstance(index, int) or isinstance(index, bool):
        raise type_error(f"a list is indexed by an integer, not by {type_name(index)}")
    if not 0 <= index < len(items):
        raise system_error("IndexError", f"index {index} is outside a list of {len(items)}")
    return index

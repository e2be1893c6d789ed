"""Expression helpers: conversions, sizes and conditions.

https://cloud.google.com/workflows/docs/reference/stdlib/expression-helpers
"""

from __future__ import annotations

import re

from ..errors import type_error, value_error
from ..values import Value, checked_number, is_number, type_name
from .registry import function, want_map


@function("default", "value", "default_value")
def default(value: Value, default_value: Value) -> Value:
    """`value`, unless it is null. Zero, false and the empty string are values."""
    return default_value if value is None else value


@function("if", "condition", "if_true", "if_false")
def choose(condition: Value, if_true: Value, if_false: Value) -> Value:
    """One of two values. Both were evaluated before."""
    if not isinstance(condition, bool):
        raise type_error(f"if() wants a boolean condition, not {type_name(condition)}")
    return if_true if condition else if_false


@function("double", "value")
def double(value: Value) -> float:
    """A string, integer or double as a double."""
    if is_number(value):
        return float(value)
    if isinstance(value, str):
        if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", value, re.ASCII):
            raise value_error(f"double() cannot read {value!r}")
        return float(checked_number(float(value)))
    raise type_error(f"double() does not take {type_name(value)}")


@function("int", "value")
def integer(value: Value) -> int:
    """A string of digits, a double (its fraction cut off) or an integer as an integer."""
    if is_number(value):
        return int(checked_number(int(value)))
    if isinstance(value, str):
        if not re.fullmatch(r"[+-]?\d+", value, re.ASCII):
            raise value_error(f"int() cannot read {value!r}")
        return int(checked_number(int(value)))
    raise type_error(f"int() does not take {type_name(value)}")


@function("string", "value")
def string(value: Value) -> str:
    """An integer, double, boolean or string as a string. Maps and lists want json.encode_to_string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return repr(value)
    if isinstance(value, str):
        return value
    hint = "; use json.encode_to_string" if isinstance(value, dict | list) else ""
    raise type_error(f"string() does not take {type_name(value)}{hint}")


@function("len", "value")
def length(value: Value) -> int:
    """Elements of a list, entries of a map, characters of a string, bytes of bytes."""
    if not isinstance(value, list | dict | str | bytes):
        raise type_error(f"len() does not take {type_name(value)}")
    return len(value)


@function("keys", "map")
def keys(value: Value) -> list[str]:
    """The keys of a map, in their order."""
    return list(want_map(value, "keys(map)"))


@function("get_type", "value")
def get_type(value: Value) -> str:
    """boolean, bytes, double, integer, list, map, null or string."""
    return type_name(value)

"""The list, map and math modules. https://cloud.google.com/workflows/docs/reference/stdlib/overview"""

from __future__ import annotations

import math
from typing import Any

from ..values import Value, checked_number
from .registry import function, want_list, want_map, want_number, want_string


@function("list.concat", "objs", "val")
def concat(objs: Value, val: Value) -> list[Value]:
    """A copy of the list with one element appended; a list is appended as one element."""
    return [*want_list(objs, "list.concat objs"), val]


@function("list.prepend", "objs", "val")
def prepend(objs: Value, val: Value) -> list[Value]:
    """A copy of the list with one element in front."""
    return [val, *want_list(objs, "list.prepend objs")]


@function("map.get", "map", "keys")
def get(mapping: Value, keys: Value) -> Value:
    """The value at a key, or at a list of keys, one level each; null where a key or a map is missing."""
    path = [want_string(key, "map.get keys") for key in (keys if isinstance(keys, list) else [keys])]
    value = mapping
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


@function("map.delete", "map", "key")
def delete(mapping: Value, key: Value) -> dict[str, Value]:
    """A copy of the map without the key, whether it was there or not."""
    source, name = want_map(mapping, "map.delete map"), want_string(key, "map.delete key")
    return {other: value for other, value in source.items() if other != name}


@function("map.merge", "first", "second")
def merge(first: Value, second: Value) -> dict[str, Value]:
    """A new map of both; where both have a key, the second's value stands."""
    return {**want_map(first, "map.merge first"), **want_map(second, "map.merge second")}


@function("map.merge_nested", "first", "second")
def merge_nested(first: Value, second: Value) -> dict[str, Value]:
    """As map.merge, with maps under the same key merged in turn."""
    left, right = want_map(first, "map.merge_nested first"), want_map(second, "map.merge_nested second")
    result: dict[str, Any] = dict(left)
    for key, value in right.items():
        both_maps = isinstance(value, dict) and isinstance(left.get(key), dict)
        result[key] = merge_nested(left[key], value) if both_maps else value
    return result


@function("math.abs", "x")
def absolute(x: Value) -> int | float:
    """The distance from zero, of the same type."""
    return checked_number(abs(want_number(x, "math.abs x")))


@function("math.floor", "x")
def floor(x: Value) -> int:
    """The largest integer not above x."""
    return int(checked_number(math.floor(want_number(x, "math.floor x"))))


@function("math.max", "x", "y")
def maximum(x: Value, y: Value) -> int | float:
    """The larger of two numbers."""
    return max(want_number(x, "math.max x"), want_number(y, "math.max y"))


@function("math.min", "x", "y")
def minimum(x: Value, y: Value) -> int | float:
    """The smaller of two numbers."""
    return min(want_number(x, "math.min x"), want_number(y, "math.min y"))

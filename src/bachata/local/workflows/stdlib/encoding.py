"""The json, base64, hash and uuid modules. https://cloud.google.com/workflows/docs/reference/stdlib/overview"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from typing import Any

from .. import limits
from ..errors import type_error, value_error
from ..values import Value, type_name
from .registry import function, want_bytes, want_map, want_string

_ALGORITHMS = ("MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512")


def decode_json(data: str | bytes) -> Value:
    """A JSON document as a workflow value. Raises ValueError (Python's) when it is none."""

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    def integer(digits: str) -> int:
        number = int(digits)
        if not -(2**63) <= number < 2**63:
            raise ValueError("an integer does not fit 64 bits")
        return number

    try:
        value = json.loads(data, parse_constant=refuse, parse_int=integer)
    except RecursionError:
        raise ValueError("the document is nested too deeply") from None
    if _deeper_than(limits.NESTING, value):
        raise ValueError(f"the document is nested more than {limits.NESTING} deep")
    return value


def _deeper_than(most: int, value: Value) -> bool:
    """Level by level, not by recursion: how deep Python itself can follow differs between its versions."""
    level = [value]
    for _ in range(most):
        level = [v for c in level if isinstance(c, dict | list) for v in (c.values() if isinstance(c, dict) else c)]
        if not level:
            return False
    return any(isinstance(c, dict | list) for c in level)


def encode_json(value: Value, indent: str | None = None) -> str:
    """The value as JSON, compact unless indented. Raises ValueError (the workflow's) on bytes."""
    separators = (",", ":") if indent is None else None
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators, default=_not_json
    )


def _not_json(value: Any) -> Any:
    raise value_error(f"{type_name(value)} has no JSON form; use base64.encode")


@function("json.decode", "data")
def json_decode(data: Value) -> Value:
    """The value of a JSON text, given as a string or as bytes."""
    if not isinstance(data, str | bytes):
        raise type_error(f"json.decode data must be a string or bytes, not {type_name(data)}")
    try:
        return decode_json(data)
    except ValueError as error:
        raise value_error(f"json.decode: {error}") from None


@function("json.encode", "data", indent=None)
def json_encode(data: Value, indent: Value) -> bytes:
    """JSON as UTF-8 bytes."""
    text: str = json_encode_to_string(data, indent)
    return text.encode()


@function("json.encode_to_string", "data", indent=None)
def json_encode_to_string(data: Value, indent: Value) -> str:
    """JSON as a string; `indent` is a boolean or a map of `prefix` (empty) and `indent` (four spaces)."""
    if indent is None or indent is False:
        return encode_json(data)
    options = {} if indent is True else want_map(indent, "indent")
    prefix = want_string(options.get("prefix", ""), "indent.prefix")
    text = encode_json(data, want_string(options.get("indent", "    "), "indent.indent"))
    return "\n".join(line if number == 0 else prefix + line for number, line in enumerate(text.split("\n")))


@function("base64.encode", "data", padding=True)
def base64_encode(data: Value, padding: Value) -> str:
    """Base64 text of bytes."""
    text = base64.b64encode(want_bytes(data, "base64.encode data")).decode()
    return text if _flag(padding) else text.rstrip("=")


@function("base64.decode", "data", padding=True)
def base64_decode(data: Value, padding: Value) -> bytes:
    """The bytes of a Base64 text; line breaks in it are ignored."""
    text = want_string(data, "base64.decode data").replace("\r", "").replace("\n", "")
    if not _flag(padding):
        text += "=" * (-len(text) % 4)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise value_error("base64.decode: data is not Base64") from None


def _flag(value: Value) -> bool:
    if not isinstance(value, bool):
        raise type_error(f"padding must be a boolean, not {type_name(value)}")
    return value


@function("hash.compute_checksum", "data", "algorithm")
def compute_checksum(data: Value, algorithm: Value) -> bytes:
    """The digest of bytes by MD5, SHA1, SHA224, SHA256, SHA384 or SHA512."""
    return hashlib.new(_algorithm(algorithm), want_bytes(data, "data"), usedforsecurity=False).digest()


@function("hash.compute_hmac", "key", "data", "algorithm")
def compute_hmac(key: Value, data: Value, algorithm: Value) -> bytes:
    """The keyed digest (HMAC) of bytes."""
    return hmac.new(want_bytes(key, "key"), want_bytes(data, "data"), _algorithm(algorithm)).digest()


def _algorithm(name: Value) -> str:
    text = want_string(name, "algorithm")
    if text not in _ALGORITHMS:
        raise value_error(f"unknown algorithm {text}; one of {', '.join(_ALGORITHMS)}")
    return text.lower()


@function("uuid.generate")
def uuid_generate() -> str:
    """A random UUID in its canonical text form."""
    return str(uuid.uuid4())

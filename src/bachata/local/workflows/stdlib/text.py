"""The text module. https://cloud.google.com/workflows/docs/reference/stdlib/text"""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus, unquote_plus

from ..errors import type_error, value_error
from ..values import Value
from .registry import function, want_bytes, want_integer, want_string

_NOT_RE2 = re.compile(r"(?<!\\)(?:\\\\)*(?:\(\?(?:=|!|<=|<!|>|\()|\\[1-9]|\(\?P=)")


@function("text.find_all", "source", "substr")
def find_all(source: Value, substr: Value) -> list[dict[str, Value]]:
    """Every place of a literal substring: maps of `index` and `match`."""
    return _matches(re.escape(want_string(substr, "text.find_all substr")), source, "text.find_all source")


@function("text.find_all_regex", "source", "regexp")
def find_all_regex(source: Value, regexp: Value) -> list[dict[str, Value]]:
    """Every match of an RE2 pattern: maps of `index` and `match`."""
    return _matches(_pattern(regexp).pattern, source, "text.find_all_regex source")


def _matches(pattern: str, source: Value, what: str) -> list[dict[str, Value]]:
    text = want_string(source, what)
    return [{"index": match.start(), "match": match.group()} for match in re.finditer(pattern, text)]


@function("text.match_regex", "source", "regexp")
def match_regex(source: Value, regexp: Value) -> bool:
    """Whether the RE2 pattern occurs anywhere in the text."""
    return _pattern(regexp).search(want_string(source, "text.match_regex source")) is not None


@function("text.replace_all", "source", "substr", "repl")
def replace_all(source: Value, substr: Value, repl: Value) -> str:
    """The text with every literal occurrence replaced."""
    return want_string(source, "text.replace_all source").replace(
        want_string(substr, "text.replace_all substr"), want_string(repl, "text.replace_all repl")
    )


@function("text.replace_all_regex", "source", "regexp", "repl")
def replace_all_regex(source: Value, regexp: Value, repl: Value) -> str:
    """The text with every match replaced; `repl` is plain text, references to groups are not supported."""
    replacement = want_string(repl, "text.replace_all_regex repl")
    return _pattern(regexp).sub(lambda _: replacement, want_string(source, "text.replace_all_regex source"))


def _pattern(regexp: Value) -> re.Pattern[str]:
    """The pattern compiled; what RE2 has not (look-around, back references) is refused as RE2 would."""
    text = want_string(regexp, "regexp")
    if _NOT_RE2.search(text):
        raise value_error("regexp uses look-around or a back reference, which RE2 does not have")
    try:
        return re.compile(text)
    except re.error as error:
        raise value_error(f"regexp: {error}") from None


@function("text.split", "source", "separator")
def split(source: Value, separator: Value) -> list[str]:
    """The pieces between the separators; an empty separator splits into characters."""
    text, mark = want_string(source, "text.split source"), want_string(separator, "text.split separator")
    return text.split(mark) if mark else list(text)


@function("text.substring", "source", "start", "end")
def substring(source: Value, start: Value, end: Value) -> str:
    """Characters `start` (from 0) up to, not including, `end`."""
    text = want_string(source, "text.substring source")
    first, last = want_integer(start, "text.substring start"), want_integer(end, "text.substring end")
    if not 0 <= first <= last <= len(text):
        raise value_error(f"text.substring {first} to {last} is outside a string of {len(text)} characters")
    return text[first:last]


@function("text.to_lower", "source")
def to_lower(source: Value) -> str:
    """All letters in lower case."""
    return want_string(source, "text.to_lower source").lower()


@function("text.to_upper", "source")
def to_upper(source: Value) -> str:
    """All letters in upper case."""
    return want_string(source, "text.to_upper source").upper()


@function("text.url_encode", "source")
def url_encode(source: Value) -> str:
    """Percent encoding; a space is %20, a slash %2F."""
    return quote(want_string(source, "text.url_encode source"), safe="")


@function("text.url_encode_plus", "source")
def url_encode_plus(source: Value) -> str:
    """Percent encoding; a space is +."""
    return quote_plus(want_string(source, "text.url_encode_plus source"), safe="")


@function("text.url_decode", "source")
def url_decode(source: Value) -> str:
    """The text of a percent encoded string; + is a space."""
    return unquote_plus(want_string(source, "text.url_decode source"))


@function("text.encode", "text", charset="UTF-8")
def encode(text: Value, charset: Value) -> bytes:
    """The bytes of a string."""
    try:
        return want_string(text, "text.encode text").encode(_charset(charset))
    except UnicodeError as error:
        raise value_error(f"text.encode: {error.__class__.__name__}") from None


@function("text.decode", "data", charset="UTF-8")
def decode(data: Value, charset: Value) -> str:
    """The string held in bytes."""
    try:
        return want_bytes(data, "text.decode data").decode(_charset(charset))
    except UnicodeError:
        raise value_error(f"text.decode: the bytes are not {charset}") from None


def _charset(charset: Value) -> str:
    name = want_string(charset, "charset")
    try:
        "".encode(name)
    except LookupError:
        raise value_error(f"unknown charset {name}") from None
    if name.lower() in {"base64", "hex", "rot13", "idna", "punycode"}:
        raise type_error(f"{name} is not a charset")
    return name

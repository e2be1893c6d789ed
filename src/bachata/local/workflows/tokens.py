"""The words of an expression: numbers, strings, names and operators, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass


class ExpressionError(ValueError):
    """The text between `${` and `}` is not an expression this engine accepts."""


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is int, float, string, name, keyword, op or end; `value` the decoded value, `text` as written."""

    kind: str
    text: str
    value: object
    position: int


_KEYWORDS = {"and", "or", "not", "in", "AND", "OR", "NOT"}
_CONSTANTS: dict[str, object] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    "null": None,
}
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_PATTERN = re.compile(
    r"""(?P<space>\s+)
    |(?P<float>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
    |(?P<int>\d+)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<op>//|==|!=|<=|>=|[-+*/%<>().,\[\]])""",
    re.VERBOSE | re.ASCII,
)
_REFUSED = {
    "'": "strings stand in double quotes",
    "{": "map literals are not allowed inside ${}; assign the map first",
    "}": "text around or between ${} is not allowed; concatenate with + inside one ${}",
    "?": "there is no ternary; use if(condition, a, b)",
    "&": "use and",
    "|": "use or",
    "!": "use (not x)",
    "=": "a single = is not an operator; compare with ==, pass arguments by position",
}


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, ended by one of kind `end`. Raises ExpressionError at the first unknown character."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        if text[position] == '"':
            value, end = _string(text, position)
            tokens.append(Token("string", text[position:end], value, position))
            position = end
            continue
        match = _PATTERN.match(text, position)
        if match is None:
            character = text[position]
            reason = _REFUSED.get(character, "this character has no meaning here")
            raise ExpressionError(f"unexpected {character!r} at character {position + 1}: {reason}")
        if match.lastgroup != "space":
            tokens.append(_token(match, position))
        position = match.end()
    tokens.append(Token("end", "", None, position))
    return tokens


def _token(match: re.Match[str], position: int) -> Token:
    word = match.group()
    match match.lastgroup:
        case "int":
            number = int(word)
            if number > 2**63 - 1:
                raise ExpressionError(f"the integer {word} does not fit 64 bits")
            return Token("int", word, number, position)
        case "float":
            return Token("float", word, float(word), position)
        case "name" if word in _KEYWORDS:
            return Token("keyword", word, word.lower(), position)
        case "name" if word in _CONSTANTS:
            return Token("constant", word, _CONSTANTS[word], position)
        case kind:
            return Token(str(kind), word, word, position)


def _string(text: str, start: int) -> tuple[str, int]:
    """The string that opens at `start` and the position after its closing quote."""
    parts: list[str] = []
    position = start + 1
    while position < len(text):
        character = text[position]
        if character == '"':
            return "".join(parts), position + 1
        if character != "\\":
            parts.append(character)
            position += 1
            continue
        escape = text[position + 1 : position + 2]
        if escape in _ESCAPES and escape:
            parts.append(_ESCAPES[escape])
            position += 2
        elif escape == "u" and re.fullmatch(r"[0-9a-fA-F]{4}", text[position + 2 : position + 6]):
            parts.append(chr(int(text[position + 2 : position + 6], 16)))
            position += 6
        else:
            raise ExpressionError(f"unknown escape \\{escape} at character {position + 1}")
    raise ExpressionError(f"the string that opens at character {start + 1} is not closed")

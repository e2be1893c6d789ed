"""Values of the file: strings that are expressions, names, conditions; every problem is kept with its place."""

from __future__ import annotations

import re
from typing import Any

from . import limits
from .errors import Problem
from .expressions import Literal
from .loader import LocatedList, LocatedMap
from .model import NULL, TRUE, Computed, Constant, ListTemplate, MapTemplate, Template
from .parser import parse
from .tokens import ExpressionError

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class ValueBuilder:
    """Builds templates; `problems` collects what is wrong on the way, in the order of the file."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, line: int, place: str, message: str) -> None:
        """Note one reason to refuse the file."""
        self.problems.append(Problem(line, place, message))

    def identifier(self, name: Any, line: int, place: str) -> str:
        """A variable's name, checked."""
        if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
            self.problem(line, place, f"{name!r} is not a variable name: letters, digits and _, not a digit first")
        return str(name)

    def unknown_keys(self, body: LocatedMap, known: set[str], place: str) -> None:
        """Note every key outside `known`."""
        for key in body:
            if key not in known:
                self.problem(
                    body.key_lines[key], place, f"unexpected entry {key}; known are {', '.join(sorted(known))}"
                )

    def condition(self, value: Any, line: int, place: str) -> Template:
        """`${}` or a plain boolean."""
        template = self.template(value, line, f"{place}.condition")
        if isinstance(template, Computed):
            if template.expression.static_type not in {None, "boolean"}:
                self.problem(line, place, "a condition is true or false")
            return template
        if not isinstance(value, bool) and not (isinstance(value, str) and "${" in value):
            self.problem(line, place, "a condition is an expression, ${…}, or true or false")
        return template

    def template(self, value: Any, line: int, place: str) -> Template:
        """A value whose strings may be expressions."""
        if isinstance(value, str):
            return self._text(value, line, place)
        if isinstance(value, LocatedMap):
            items = {key: self.template(item, value.key_lines[key], place) for key, item in value.items()}
            for key in value:
                if "${" in key:
                    self.problem(value.key_lines[key], place, f"the key {key!r} cannot be computed; assign map[key]")
            if all(isinstance(item, Constant) for item in items.values()):
                return Constant({key: item.value for key, item in items.items() if isinstance(item, Constant)}, line)
            return MapTemplate(items, line)
        if isinstance(value, LocatedList):
            parts = tuple(
                self.template(item, at, f"{place}[{number}]")
                for number, (item, at) in enumerate(zip(value, value.item_lines, strict=True))
            )
            if all(isinstance(part, Constant) for part in parts):
                return Constant([part.value for part in parts if isinstance(part, Constant)], line)
            return ListTemplate(parts, line)
        return Constant(value, line)

    def _text(self, text: str, line: int, place: str) -> Template:
        stripped = text.strip()
        if not (stripped.startswith("${") and stripped.endswith("}")):
            if "${" in text:
                self.problem(line, place, 'text mixed with ${} stays text in the cloud; write ${"text" + value}')
            return Constant(text, line)
        inner = stripped[2:-1]
        if len(inner) > limits.EXPRESSION_CHARACTERS:
            self.problem(
                line,
                place,
                f"the expression has {len(inner)} characters, at most {limits.EXPRESSION_CHARACTERS} are allowed",
            )
            return NULL
        try:
            return Computed(parse(inner), line)
        except ExpressionError as error:
            self.problem(line, place, f"{stripped if len(stripped) <= 60 else stripped[:57] + '...'}: {error}")
            return TRUE if place.endswith(".condition") else Computed(Literal(None), line)

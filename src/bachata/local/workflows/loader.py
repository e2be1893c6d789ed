"""Reading the YAML of a workflow: Google's few scalar types, the line of everything, all problems at once.

PyYAML's default resolvers would turn a step named `no` into a boolean, `2026-11-20` into a date and `60:00` into a
number, so this loader composes the node tree and resolves true/false, null, integers and floats itself.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from . import limits
from .errors import Problem, WorkflowInvalid

_BOOLEANS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NULLS = {"", "~", "null", "Null", "NULL"}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)")
_UNCLEAR_NUMBER = re.compile(r"[-+]?(0[0-9]+|0[xob][0-9a-fA-F]+|\.[0-9]+|[0-9]+\.)")

_FILE_NAME = re.compile(r"[^\n{}#]+\.(?:ya?ml|json)")  # no workflow fits in one line without a brace
_DEEPEST = 150


class LocatedMap(dict[str, Any]):
    """A map that knows its line and the line of each key."""

    line: int
    key_lines: dict[str, int]


class LocatedList(list[Any]):
    """A list that knows its line and the line of each item."""

    line: int
    item_lines: list[int]


def read_source(source: str | Path) -> str:
    """The workflow's text: YAML itself, or the content of a file, whose name may be a string, too.

    Raises WorkflowInvalid above the source limit and for a file that is not text.
    """
    if isinstance(source, str) and _FILE_NAME.fullmatch(source):
        source = Path(source)
    try:
        text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    except UnicodeDecodeError as error:
        raise WorkflowInvalid([Problem(0, "", f"not UTF-8 text: {error.reason} at byte {error.start}")]) from None
    size = len(text.encode("utf-8"))
    if size > limits.SOURCE_BYTES:
        message = f"the source takes {size} bytes, at most {limits.SOURCE_BYTES} are allowed"
        raise WorkflowInvalid([Problem(0, "", message)])
    return text


def load_yaml(text: str) -> tuple[Any, list[Problem]]:
    """The document as located maps and lists and plain scalars, with the problems found on the way."""
    try:
        documents = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except RecursionError:
        return None, [Problem(0, "", "the document is nested too deeply")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "cannot be read"
        hint = "; quote an expression that holds a colon, a comma or a brace" if "${" in text else ""
        return None, [Problem(mark.line + 1 if mark else 0, "", f"not YAML: {reason}{hint}")]
    if len(documents) != 1 or documents[0] is None:
        return None, [Problem(0, "", f"expected one YAML document, found {len(documents)}")]
    builder = _Builder()
    return builder.build(documents[0]), builder.problems


class _Builder:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._seen: set[int] = set()
        self._depth = 0

    def _problem(self, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, "", message))

    def build(self, node: yaml.Node) -> Any:
        if id(node) in self._seen:
            self._problem(node, "YAML aliases (*name) are not supported; write the value again")
            return None
        self._seen.add(id(node))
        if self._depth > _DEEPEST:
            self._problem(node, "the document is nested too deeply")
            return None
        self._depth += 1
        try:
            return self._collection(node)
        finally:
            self._depth -= 1

    def _collection(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._map(node)
        if isinstance(node, yaml.SequenceNode):
            items = LocatedList(self.build(child) for child in node.value)
            items.line = node.start_mark.line + 1
            items.item_lines = [child.start_mark.line + 1 for child in node.value]
            return items
        return self._scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _map(self, node: yaml.MappingNode) -> LocatedMap:
        result = LocatedMap()
        result.line = node.start_mark.line + 1
        result.key_lines = {}
        for key_node, value_node in node.value:
            value = self.build(value_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(key_node, "a key must be a string")
                continue
            key = self._scalar(key_node)
            if not isinstance(key, str):
                self._problem(key_node, f"the key {key_node.value or 'null'} must be a string; quote it")
                continue
            if key in result:
                self._problem(key_node, f"the key {key} appears twice in one map")
                continue
            result[key] = value
            result.key_lines[key] = key_node.start_mark.line + 1
        return result

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text: str = node.value
        explicit = not (node.tag.startswith("tag:yaml.org,2002:") or node.tag == "!")
        if explicit:
            self._problem(node, f"the YAML tag {node.tag} is not supported")
            return text
        if node.style is not None:
            return text
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if text in _NULLS:
            return None
        if _INTEGER.fullmatch(text):
            number = int(text)
            if not -(2**63) <= number < 2**63:
                self._problem(node, f"the integer {text} does not fit 64 bits")
            return number
        if _FLOAT.fullmatch(text):
            return float(text)
        if _UNCLEAR_NUMBER.fullmatch(text):
            self._problem(node, f"{text} is read differently by different YAML parsers; quote it or write it plainly")
        return text

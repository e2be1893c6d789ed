"""Write the references that come from code: JSON Schemas of the documents, the settings, the errors.

python -m tools.schemas            write them
python -m tools.schemas --check    exit 1, naming what is stale, when code and files disagree
"""

from __future__ import annotations

import json
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bachata import blueprint, errors
from bachata.assembly import result
from bachata.music import document
from bachata.settings import Settings
from bachata.tasks import choreography_request

DOCS = Path(__file__).parent.parent / "docs"
_NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path", SecretStr: "secret"}
_GENERATED = "<!-- Written by `python -m tools.schemas` from the code; change the code, not this page. -->"


def references() -> dict[str, str]:
    """Every generated file as it should be, by its path below docs/."""
    return {
        "schemas/blueprint.schema.json": _json(blueprint.json_schema()),
        "schemas/analysis.schema.json": _json(_schema(document.Analysis, document.SCHEMA)),
        "schemas/result.schema.json": _json(_schema(result.Result, result.SCHEMA)),
        "schemas/request.schema.json": _json(
            _schema(choreography_request.ChoreographyRequest, choreography_request.SCHEMA)
        ),
        "settings.md": _settings_page(),
        "errors.md": _errors_page(),
    }


def stale(docs: Path = DOCS) -> list[str]:
    """Paths below `docs` that are missing or not what the code says."""
    return [name for name, text in references().items() if _read(docs / name) != text]


def write(docs: Path = DOCS) -> list[str]:
    """Bring every generated file up to date; returns those that changed."""
    changed = stale(docs)
    for name in changed:
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text(references()[name], encoding="utf-8")
    return changed


def main(arguments: list[str]) -> int:
    """The command; returns its exit code."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    if not arguments:
        for name in write():
            print(f"wrote docs/{name}")
        return 0
    found = stale()
    for name in found:
        print(f"docs/{name} is stale: run `python -m tools.schemas`", file=sys.stderr)
    return 1 if found else 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _json(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(model: type[BaseModel], name: str) -> dict[str, Any]:
    # by alias: documents carry "schema", which a pydantic model cannot have as a field's name
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": name,
        **model.model_json_schema(by_alias=True),
    }


def _settings_page() -> str:
    rows = [_setting(name, field) for name, field in Settings.model_fields.items()]
    return "\n".join(
        [
            "# Settings",
            "",
            _GENERATED,
            "",
            "Every environment variable the project reads. Empty counts as unset. Faults are reported all at once, and",
            "the value of a secret is never quoted.",
            "",
            "| Variable | Type | Default | Meaning |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _setting(name: str, field: FieldInfo) -> str:
    default = "unset" if field.default is None else f"`{field.default}`"
    return f"| `{name.upper()}` | {_type(field)} | {default} | {_cell(field.description or '')} |"


def _type(field: FieldInfo) -> str:
    plain = _words(field.annotation)
    bounds = list(_bounds(field))
    return f"{plain}, {' and '.join(bounds)}" if bounds else plain


def _words(annotation: Any) -> str:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _words(typing.get_args(annotation)[0])
    if origin is dict:
        return "JSON object of " + " to ".join(_words(part) for part in typing.get_args(annotation))
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in typing.get_args(annotation))
    if origin in {types.UnionType, typing.Union}:
        return " or ".join(_words(a) for a in typing.get_args(annotation) if a is not type(None))
    names = {
        str: "text",
        int: "whole number",
        float: "number",
        bool: "true or false",
        Path: "path",
        SecretStr: "secret",
    }
    return names[annotation]


def _bounds(field: FieldInfo) -> Iterator[str]:
    signs = {Ge: ("≥", "ge"), Gt: (">", "gt"), Le: ("≤", "le"), Lt: ("<", "lt")}
    for constraint in field.metadata:
        if type(constraint) in signs:
            sign, attribute = signs[type(constraint)]
            yield f"{sign} {getattr(constraint, attribute)}"


def _errors_page() -> str:
    rows = [
        f"| {'&nbsp;&nbsp;' * depth}`{error.code}` | {error.http_status} | {_cell(_first_sentence(error))} |"
        for depth, error in _tree(errors.BachataError)
    ]
    return "\n".join(
        [
            "# Errors",
            "",
            _GENERATED,
            "",
            "Every error raised on purpose, as a tree: a code is also everything it is indented under. Over HTTP and",
            'in the task row an error is `{"error": a sentence with the remedy, "details", "stage", "code"}`; an',
            'invalid blueprint adds `"problems"`, each with its JSON path. Codes are stable; sentences are not.',
            "",
            "| Code | HTTP status | When |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _tree(error: type[errors.BachataError], depth: int = 0) -> Iterator[tuple[int, type[errors.BachataError]]]:
    yield depth, error
    # Only the tree of errors.py: a room's private refinement of an error keeps its parent's code.
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child, depth + 1)


def _first_sentence(error: type) -> str:
    if error is errors.BachataError:
        return "A fault of ours; the log has the trace."
    return " ".join((error.__doc__ or "").split("\n\n")[0].split())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The error tree is what its docstring draws."""

from __future__ import annotations

import re

import pytest

from bachata import errors
from bachata.errors import BachataError, InvalidBlueprint, Problem

DRAWN = re.findall(r"^ {4}([│├└─ ]*)(\w+) +(\d{3}) {2}([A-Z_]+)", errors.__doc__, re.MULTILINE)


def _tree(kind=BachataError, parent=None):
    yield kind, parent
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child, kind)


def _drawn_parents():
    path = []
    for branches, name, *_ in DRAWN:
        depth = len(branches) // 4
        path[depth:] = [name]
        yield name, path[depth - 1] if depth else None


def test_every_error_is_drawn_with_its_status_and_code():
    assert {(name, int(status), code) for _, name, status, code in DRAWN} == {
        (kind.__name__, kind.http_status, kind.code) for kind, _ in _tree()
    }


def test_every_error_hangs_where_it_is_drawn():
    assert dict(_drawn_parents()) == {kind.__name__: parent and parent.__name__ for kind, parent in _tree()}


def test_codes_are_unique():
    codes = [kind.code for kind, _ in _tree()]
    assert len(set(codes)) == len(codes) > 15


@pytest.mark.parametrize("kind", [kind for kind, _ in _tree() if kind is not InvalidBlueprint])
def test_an_error_is_its_body(kind):
    error = kind("Run it again.", details="x", stage="planning")
    assert str(error) == "Run it again."
    assert error.as_dict() == {"error": "Run it again.", "details": "x", "stage": "planning", "code": kind.code}


def test_a_blueprints_error_tells_every_problem():
    error = InvalidBlueprint([Problem("$.a", "is required"), Problem("$.b[0]", "must not be blank")])
    assert str(error) == "The blueprint has 2 problems: $.a: is required; $.b[0]: must not be blank"
    assert [p["path"] for p in error.as_dict()["problems"]] == ["$.a", "$.b[0]"]
    assert "1 problem:" in str(InvalidBlueprint([Problem("$", "not JSON")]))

"""Raising and catching, after https://cloud.google.com/workflows/docs/reference/syntax/catching-errors."""

# ruff: noqa: E501 - a small workflow reads best on one line

from __future__ import annotations

from typing import Any

import pytest

from bachata.local.workflows import WorkflowFailed, execute
from tests.local.workflows.support import error_of

CASES: list[tuple[str, str, Any]] = [
    ("a string stays a string", "- t: {try: {raise: boom}, except: {as: e, steps: [{r: {return: '${e}'}}]}}", "boom"),
    (
        "a map stays that map",
        "- t: {try: {raise: {code: 55, message: x}}, except: {as: e, steps: [{r: {return: '${e}'}}]}}",
        {"code": 55, "message": "x"},
    ),
    (
        "a computed error",
        "- t: {try: {raise: '${\"a\" + \"b\"}'}, except: {as: e, steps: [{r: {return: '${e}'}}]}}",
        "ab",
    ),
    (
        "an error of the system is a map of tags and message",
        """
- t:
    try: {assign: [{m: {}}, {x: "${m.missing}"}]}
    except: {as: e, steps: [{r: {return: ["${e.tags}", "${e.message}", "${keys(e)}"]}}]}
""",
        [["KeyError"], "KeyError: key not found: missing", ["message", "tags"]],
    ),
    ("except without as", "- t: {try: {raise: x}, except: {steps: [{r: {return: caught}}]}}", "caught"),
    ("except without steps", "- t: {try: {raise: x}, except: {as: e, return: '${e}'}}", "x"),
    ("no error, no except", "- t: {try: {assign: [{x: 1}]}, except: {return: caught}}\n- r: {return: '${x}'}", 1),
    (
        "a variable set inside try lives on",
        "- t: {try: {call: text.to_upper, args: {source: a}, result: up}, except: {return: no}}\n- r: {return: '${up}'}",
        "A",
    ),
    (
        "a variable assigned before keeps what except writes",
        """
- init: {assign: [{x: null}]}
- t: {try: {raise: boom}, except: {as: e, assign: [{x: "${e}"}]}}
- r: {return: "${x}"}
""",
        "boom",
    ),
    (
        "next of the try step is obeyed",
        "- t: {try: {raise: x}, except: {assign: [{y: 1}]}, next: c}\n- b: {return: b}\n- c: {return: c}",
        "c",
    ),
    (
        "except jumps to a step outside",
        "- t: {try: {raise: x}, except: {steps: [{j: {next: c}}]}}\n- b: {return: b}\n- c: {return: c}",
        "c",
    ),
    (
        "try over several steps stops at the error",
        """
- init: {assign: [{seen: []}]}
- t:
    try:
      steps:
        - one: {assign: [{seen: "${list.concat(seen, 1)}"}]}
        - two: {raise: stop}
        - three: {assign: [{seen: "${list.concat(seen, 3)}"}]}
    except: {steps: [{x: {return: "${seen}"}}]}
""",
        [1],
    ),
    (
        "raise again from except reaches the outer try",
        """
- t:
    try:
      steps:
        - inner:
            try: {raise: {code: 1}}
            except: {as: e, raise: "${e}"}
    except: {as: outer, return: "${outer.code}"}
""",
        1,
    ),
    (
        "an error inside a subworkflow",
        """
main:
  steps:
    - t: {try: {call: sub}, except: {as: e, return: "${e}"}}
sub: {steps: [{s: {raise: from below}}]}
""",
        "from below",
    ),
    (
        "an error inside a subworkflow called by an expression",
        """
main:
  steps:
    - t: {try: {assign: [{x: "${sub()}"}]}, except: {as: e, return: "${e}"}}
sub: {steps: [{s: {raise: from below}}]}
""",
        "from below",
    ),
    ("return inside try", "- t: {try: {return: 5}, except: {return: 6}}\n- r: {return: 7}", 5),
    (
        "an error's absent code is asked for with map.get",
        "- t: {try: {assign: [{x: '${1 / 0}'}]}, except: {as: e, return: '${map.get(e, \"code\")}'}}",
        None,
    ),
]


@pytest.mark.parametrize(("source", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_result(source: str, expected: Any) -> None:
    assert execute(source) == expected


@pytest.mark.parametrize(
    ("source", "payload"),
    [
        ("- a: {raise: boom}", "boom"),
        ("- a: {raise: {code: 5}}", {"code": 5}),
        ("- a: {try: {raise: first}, except: {raise: second}}", "second"),
    ],
)
def test_an_error_nobody_catches_is_the_payload(source: str, payload: Any) -> None:
    assert error_of(lambda: execute(source)) == payload


def test_the_context_names_the_steps_from_the_inside_out() -> None:
    source = "main:\n  steps:\n    - outer: {call: sub}\nsub:\n  steps:\n    - inner: {raise: {message: broken}}\n"
    with pytest.raises(WorkflowFailed, match="broken") as failed:
        execute(source)
    assert failed.value.context.splitlines() == [
        "broken",
        'in step "inner", routine "sub", line: 6',
        'in step "outer", routine "main", line: 3',
    ]


def test_the_scope_of_except_ends_with_it() -> None:
    source = """
- init: {assign: [{kept: null}]}
- t:
    try: {raise: boom}
    except:
      as: e
      steps:
        - set: {assign: [{own: 1}, {kept: "${own}"}]}
- again:
    try: {raise: boom}
    except:
      steps:
        - probe: {assign: [{own: "${default(kept, 0) + 1}"}, {kept: "${own}"}]}
- r: {return: "${kept}"}
"""
    assert execute(source) == 2

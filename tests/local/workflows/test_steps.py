"""Steps: assign, call, switch, next, for, steps, return, subworkflows and scopes, after the syntax reference."""

# ruff: noqa: E501 - a small workflow reads best on one line

from __future__ import annotations

from typing import Any

import pytest

from bachata.local.workflows import Execution, execute, load
from tests.local.workflows.support import tags_of

# Each case: (what it shows, the workflow, its argument, its result).
CASES: list[tuple[str, str, Any, Any]] = [
    ("a list of steps is main", "- a: {return: hello}", None, "hello"),
    ("no return gives null", "- a: {assign: [{x: 1}]}", None, None),
    ("main takes the argument itself", "main: {params: [a], steps: [{r: {return: '${a.x}'}}]}", {"x": 3}, 3),
    ("an argument may be a list", "main: {params: [a], steps: [{r: {return: '${a[1]}'}}]}", [1, 2], 2),
    ("an argument may be missing", "main: {params: [a], steps: [{r: {return: '${a == null}'}}]}", None, True),
    ("main without params ignores the argument", "main: {steps: [{r: {return: 1}}]}", {"x": 3}, 1),
    ("return null ends", "- a: {return: null}\n- b: {return: 5}", None, None),
    ("return false ends", "- a: {return: false}\n- b: {return: 5}", None, False),
    (
        "types survive",
        "- a: {return: [null, true, 1, 1.5, '1', {a: 1e-05}]}",
        None,
        [None, True, 1, 1.5, "1", {"a": 1e-05}],
    ),
    ("an expression alone keeps its type", "- a: {assign: [{x: null}]}\n- b: {return: '${x}'}", None, None),
    (
        "expressions inside lists and maps",
        "- a: {assign: [{x: 2}]}\n- b: {return: {l: ['${x}', 1], m: {k: '${x + 1}'}}}",
        None,
        {"l": [2, 1], "m": {"k": 3}},
    ),
    (
        "assignments run in order",
        """
- a:
    assign:
      - s: say
      - s: ${s + " " + "hello"}
      - s: ${s + " to the world"}
- b: {return: "${s}"}
""",
        None,
        "say hello to the world",
    ),
    (
        "elements and keys are assigned",
        """
- a:
    assign:
      - l: [0, 1, 2]
      - l[0]: zero
      - i: 1
      - l[i]: one
      - l[i + 1]: two
      - m: {a: {b: 1}}
      - m.a.b: 2
      - m["c"]: 3
      - m.deep.er.still: 4
      - grid: [[1, 2], [3, 4]]
      - grid[1][0]: 9
- b: {return: {l: "${l}", m: "${m}", grid: "${grid}"}}
""",
        None,
        {
            "l": ["zero", "one", "two"],
            "m": {"a": {"b": 2}, "c": 3, "deep": {"er": {"still": 4}}},
            "grid": [[1, 2], [9, 4]],
        },
    ),
    (
        "assignment copies",
        """
- a:
    assign:
      - a: {x: [1]}
      - b: ${a}
      - b.x[0]: 2
      - c: ${list.concat(a.x, 5)}
- b: {return: ["${a}", "${b}", "${c}"]}
""",
        None,
        [{"x": [1]}, {"x": [2]}, [1, 5]],
    ),
    (
        "a step named no",
        "- no: {assign: [{x: 1}]}\n- yes: {next: off}\n- on: {return: wrong}\n- off: {return: '${x}'}",
        None,
        1,
    ),
    ("a jump forward", "- a: {next: c}\n- b: {return: b}\n- c: {return: c}", None, "c"),
    (
        "a jump back",
        """
- init: {assign: [{n: 0}]}
- count: {assign: [{n: "${n + 1}"}]}
- again:
    switch:
      - {condition: "${n < 5}", next: count}
- done: {return: "${n}"}
""",
        None,
        5,
    ),
    ("next: end stops", "- a: {next: end}\n- b: {return: b}", None, None),
    (
        "the first condition that holds",
        """
- a: {assign: [{n: 0}]}
- s:
    switch:
      - condition: ${n == 0}
        assign: [{n: 1}]
      - condition: ${n == 1}
        assign: [{n: 11}]
- r: {return: "${n}"}
""",
        None,
        1,
    ),
    (
        "later conditions are not evaluated",
        "- s: {switch: [{condition: true, return: first}, {condition: '${1 / 0 == 1}', return: second}]}",
        None,
        "first",
    ),
    (
        "no condition holds: the step's next",
        "- s: {switch: [{condition: false, return: no}], next: c}\n- b: {return: b}\n- c: {return: c}",
        None,
        "c",
    ),
    ("no condition holds, no next", "- s: {switch: [{condition: false, return: no}]}\n- b: {return: b}", None, "b"),
    (
        "a condition's own next goes first",
        "- s: {switch: [{condition: true, next: c}], next: b}\n- b: {return: b}\n- c: {return: c}",
        None,
        "c",
    ),
    (
        "steps inside a condition jump out",
        """
- s:
    switch:
      - condition: true
        steps:
          - inner: {assign: [{x: 1}]}
          - out: {next: c}
- b: {return: b}
- c: {return: "${x}"}
""",
        None,
        1,
    ),
    (
        "a condition holds any action",
        """
- s:
    switch:
      - condition: ${1 == 1}
        call: text.to_upper
        args: {source: abc}
        result: up
- r: {return: "${up}"}
""",
        None,
        "ABC",
    ),
    (
        "nested steps share the scope",
        """
- outer:
    steps:
      - one: {assign: [{x: 1}]}
      - two: {assign: [{y: "${x + 1}"}]}
    next: last
- skipped: {return: wrong}
- last: {return: "${y}"}
""",
        None,
        2,
    ),
    (
        "for over a list with index",
        """
- init: {assign: [{out: []}]}
- loop:
    for:
      value: v
      index: i
      in: [a, b]
      steps:
        - add: {assign: [{out: "${list.concat(out, v + string(i))}"}]}
- r: {return: "${out}"}
""",
        None,
        ["a0", "b1"],
    ),
    (
        "for over a range, both ends included",
        """
- init: {assign: [{sum: 0}]}
- loop: {for: {value: v, range: [1, 4], steps: [{add: {assign: [{sum: "${sum + v}"}]}}]}}
- r: {return: "${sum}"}
""",
        None,
        10,
    ),
    (
        "an empty range runs nothing",
        "- i: {assign: [{n: 0}]}\n- l: {for: {value: v, range: [2, 1], steps: [{a: {assign: [{n: 1}]}}]}}\n- r: {return: '${n}'}",
        None,
        0,
    ),
    (
        "for over the keys of a map",
        """
- init: {assign: [{m: {a: 1, b: 2}}, {sum: 0}]}
- loop: {for: {value: k, in: "${keys(m)}", steps: [{add: {assign: [{sum: "${sum + m[k]}"}]}}]}}
- r: {return: "${sum}"}
""",
        None,
        3,
    ),
    (
        "break and continue",
        """
- init: {assign: [{out: []}]}
- loop:
    for:
      value: v
      range: [1, 9]
      steps:
        - skip: {switch: [{condition: "${v % 2 == 0}", next: continue}]}
        - stop: {switch: [{condition: "${v > 6}", next: break}]}
        - add: {assign: [{out: "${list.concat(out, v)}"}]}
- r: {return: "${out}"}
""",
        None,
        [1, 3, 5],
    ),
    (
        "return inside a loop",
        "- l: {for: {value: v, in: [1, 2], steps: [{r: {return: '${v}'}}]}}\n- z: {return: 9}",
        None,
        1,
    ),
    (
        "next after a loop",
        "- l: {for: {value: v, in: [1], steps: [{s: {assign: [{x: 1}]}}]}, next: c}\n- b: {return: b}\n- c: {return: c}",
        None,
        "c",
    ),
    (
        "loop variables are fresh in each pass",
        """
- init: {assign: [{out: []}]}
- loop:
    for:
      value: v
      in: [1, 2]
      steps:
        - first: {switch: [{condition: "${v == 1}", assign: [{local: 5}]}]}
        - probe:
            try: {assign: [{out: "${list.concat(out, local)}"}]}
            except: {as: e, steps: [{none: {assign: [{out: "${list.concat(out, e.tags[0])}"}]}}]}
- r: {return: "${out}"}
""",
        None,
        [5, "KeyError"],
    ),
    (
        "the loop scope of the reference page",
        """
- init: {assign: [{workflowScope: foo}]}
- outerLoop:
    for:
      value: outerLoopValue
      in: [1, 2, 3, 4]
      steps:
        - outerLoopAssign: {assign: [{outerLoopScope: "${workflowScope}"}]}
        - innerLoop:
            for:
              value: innerLoopValue
              in: [5, 6, 7, 8]
              steps:
                - innerLoopAssign:
                    assign:
                      - workflowScope: ${innerLoopValue}
                      - innerLoopScope: ${outerLoopScope}
- final: {return: ["${workflowScope}"]}
""",
        None,
        [8],
    ),
    (
        "subworkflow by step and by expression, with a default",
        """
main:
  steps:
    - a: {call: name, args: {first: Ada}, result: one}
    - b: {call: name, args: {first: Ada, last: Byron}, result: two}
    - c: {return: ["${one}", "${two}", '${name("Eve")}', '${name("Eve", "X")}']}
name:
  params: [first, last: Lovelace]
  steps:
    - r: {return: '${first + " " + last}'}
""",
        None,
        ["Ada Lovelace", "Ada Byron", "Eve Lovelace", "Eve X"],
    ),
    (
        "a subworkflow sees nothing of its caller",
        """
main:
  steps:
    - a: {assign: [{x: 1}]}
    - b: {call: sub}
    - c: {return: "${x}"}
sub:
  steps:
    - a: {assign: [{x: 2}]}
""",
        None,
        1,
    ),
    (
        "a call without result, a subworkflow without return",
        "main: {steps: [{a: {call: sub, result: r}}, {b: {return: '${r}'}}]}\nsub: {steps: [{s: {assign: [{x: 1}]}}]}",
        None,
        None,
    ),
    (
        "recursion",
        """
main: {steps: [{r: {return: "${fact(5)}"}}]}
fact:
  params: [n]
  steps:
    - base: {switch: [{condition: "${n < 2}", return: 1}]}
    - rec: {return: "${n * fact(n - 1)}"}
""",
        None,
        120,
    ),
    (
        "a Pub/Sub event is unwrapped",
        """
main:
  params: [event]
  steps:
    - take: {assign: [{request: "${event}"}]}
    - unwrap:
        switch:
          - condition: ${"specversion" in event}
            assign: [{request: "${json.decode(base64.decode(event.data.message.data))}"}]
    - give: {return: "${request.song}"}
""",
        {"specversion": "1.0", "data": {"message": {"data": "eyJzb25nIjogImEubXAzIn0="}}},
        "a.mp3",
    ),
    (
        "an expression over several lines",
        """
- a:
    assign:
      - id: 7
      - folded: ${"SELECT *"
          + " WHERE id="
          + string(id)}
      - literal: |
          ${
            1 +
            2
          }
- r: {return: ["${folded}", "${literal}"]}
""",
        None,
        ["SELECT * WHERE id=7", 3],
    ),
]


@pytest.mark.parametrize(("source", "argument", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_result(source: str, argument: Any, expected: Any) -> None:
    result = execute(source, argument)
    assert result == expected
    assert type(result) is type(expected)


FAILURES: list[tuple[str, str, str]] = [
    ("assign into a scalar", "- a: {assign: [{x: 1}, {x.y: 2}]}", "TypeError"),
    ("assign beyond a list", "- a: {assign: [{l: [1]}, {'l[1]': 2}]}", "IndexError"),
    ("assign a list by name", "- a: {assign: [{l: [1]}, {l.x: 2}]}", "TypeError"),
    ("assign a map by number", "- a: {assign: [{m: {}}, {'m[1]': 2}]}", "TypeError"),
    (
        "a condition that is no boolean",
        "- a: {assign: [{x: 1}]}\n- b: {switch: [{condition: '${x}', return: 1}]}",
        "TypeError",
    ),
    (
        "a loop over a map",
        "- a: {assign: [{m: {a: 1}}]}\n- l: {for: {value: v, in: '${m}', steps: [{s: {next: continue}}]}}",
        "TypeError",
    ),
    (
        "a loop over null",
        "- a: {assign: [{m: null}]}\n- l: {for: {value: v, in: '${m}', steps: [{s: {next: continue}}]}}",
        "TypeError",
    ),
    (
        "a range of strings",
        "- a: {assign: [{m: x}]}\n- l: {for: {value: v, range: [1, '${m}'], steps: [{s: {next: continue}}]}}",
        "TypeError",
    ),
    ("bytes as a result", "- a: {return: '${text.encode(\"x\")}'}", "ValueError"),
    ("raise of a number", "- a: {assign: [{x: 1}]}\n- b: {raise: '${x}'}", "TypeError"),
    ("a variable before its value", "- a: {next: c}\n- b: {assign: [{x: 1}]}\n- c: {return: '${x}'}", "KeyError"),
]


@pytest.mark.parametrize(("source", "tag"), [c[1:] for c in FAILURES], ids=[c[0] for c in FAILURES])
def test_failure(source: str, tag: str) -> None:
    assert tags_of(lambda: execute(source)) == [tag]


def test_a_loaded_workflow_runs_many_times_and_keeps_its_constants() -> None:
    workflow = load("- a: {assign: [{l: [1]}]}\n- b: {return: '${l}'}")
    first = Execution(workflow).run()
    first.append(2)
    assert Execution(workflow).run() == [1]


def test_the_argument_is_not_changed() -> None:
    argument = {"l": [1]}
    assert execute("main: {params: [a], steps: [{s: {assign: [{'a.l[0]': 2}]}}, {r: {return: '${a}'}}]}", argument) == {
        "l": [2]
    }
    assert argument == {"l": [1]}


@pytest.mark.parametrize("argument", [{1, 2}, float("nan"), object(), b"x"])
def test_an_argument_that_is_no_json(argument: Any) -> None:
    with pytest.raises(ValueError, match="not a JSON value"):
        execute("- a: {return: 1}", argument)


def test_steps_are_observed_in_order() -> None:
    seen: list[tuple[str, str, int]] = []
    source = "main:\n  steps:\n    - a: {call: sub}\n    - b: {return: 1}\nsub:\n  steps:\n    - s: {next: end}\n"
    execute(source, on_step=lambda name, *, routine, line: seen.append((name, routine, line)))
    assert seen == [("a", "main", 3), ("s", "sub", 7), ("b", "main", 4)]

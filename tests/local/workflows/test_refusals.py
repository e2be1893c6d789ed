"""What is refused at load, before any step runs: shape, names, jumps, functions, scopes, limits, and all that is unclear."""

# ruff: noqa: E501 - a small workflow reads best on one line

from __future__ import annotations

from pathlib import Path

import pytest

from bachata.local.workflows import WorkflowInvalid, check, load
from tests.local.workflows.support import problems_of

# Each case: (what is wrong, the file, words of the one problem).
CASES: list[tuple[str, str, str]] = [
    # YAML
    ("nothing", "", "found 0"),
    ("two documents", "- a: {return: 1}\n---\n- b: {return: 2}", "found 2"),
    ("not YAML", "- a: [1", "not YAML"),
    ("a colon inside an unquoted expression", '- a:\n    return: ${"text: " + "x"}', "quote an expression"),
    ("a key twice", "- a: {assign: [{x: 1}], assign: [{y: 2}]}", "appears twice"),
    ("a value's key twice", "- a: {return: {k: 1, k: 2}}", "appears twice"),
    ("an alias", "- a: {return: &x [1]}\n- b: {return: *x}", "aliases"),
    ("a merge key", "- a: {return: {<<: {k: 1}}}\n- b: {assign: {}}", "assign is a list"),
    ("a tag", "- a: {return: !python/object x}", "tag"),
    ("a number as a name", "- 1: {return: 1}", "must be a string"),
    ("a boolean as a name", "- true: {return: 1}", "must be a string"),
    ("an octal number", "- a: {return: 010}", "read differently"),
    ("a hexadecimal number", "- a: {return: 0x1F}", "read differently"),
    ("an integer above 64 bits", "- a: {return: 9223372036854775808}", "64 bits"),
    # workflow and subworkflows
    ("a scalar", "hello", "a list of steps, or a map"),
    ("no main", "sub: {steps: [{a: {return: 1}}]}", "no main"),
    ("no steps", "main: {params: [a]}", "needs steps"),
    ("empty steps", "main: {steps: []}", "at least one step"),
    ("an unknown entry", "main: {steps: [{a: {return: 1}}], extra: 1}", "unexpected entry extra"),
    ("two parameters of main", "main: {params: [a, b], steps: [{s: {return: 1}}]}", "one parameter"),
    ("params that are no list", "main: {params: a, steps: [{s: {return: 1}}]}", "params is a list"),
    ("a parameter twice", "main: {steps: [{s: {return: 1}}]}\nf: {params: [a, a], steps: [{s: {return: 1}}]}", "twice"),
    ("a bad parameter", "main: {params: [a-b], steps: [{s: {return: 1}}]}", "not a variable name"),
    (
        "a required parameter after an optional one",
        "main: {steps: [{s: {return: 1}}]}\nf: {params: [a: 1, b], steps: [{s: {return: 1}}]}",
        "without a default",
    ),
    (
        "a computed default",
        "main: {steps: [{s: {return: 1}}]}\nf: {params: [a: '${1}'], steps: [{s: {return: 1}}]}",
        "plain value",
    ),
    (
        "a subworkflow named like a function",
        "main: {steps: [{s: {return: 1}}]}\nlen: {steps: [{s: {return: 1}}]}",
        "function of the library",
    ),
    (
        "a subworkflow with a dash",
        "main: {steps: [{s: {return: 1}}]}\na-b: {steps: [{s: {return: 1}}]}",
        "letters, digits",
    ),
    # steps
    ("a step without a body", "- a:", "says what it does"),
    ("a step that is text", "- a: go", "says what it does"),
    ("two names in one step", "- a: {return: 1}\n  b: {return: 2}", "one entry"),
    ("a reserved name", "- end: {return: 1}", "reserved"),
    ("the same name twice", "- a: {assign: [{x: 1}]}\n- a: {return: 1}", "already taken"),
    ("the same name in a nested list", "- a: {steps: [{a: {return: 1}}]}", "already taken"),
    ("two actions", "- a: {assign: [{x: 1}], return: 1}", "does one thing"),
    ("an unknown word", "- a: {assing: [{x: 1}]}", "unexpected entry assing"),
    ("args without a call", "- a: {args: {x: 1}}", "unexpected entry args"),
    ("result beside assign", "- a: {assign: [{x: 1}], result: y}", "unexpected entry result"),
    ("next after return", "- a: {return: 1, next: end}", "never reached"),
    # assign
    ("assign as a map", "- a: {assign: {x: 1}}", "assign is a list"),
    ("two assignments in one entry", "- a: {assign: [{x: 1, y: 2}]}", "one entry"),
    ("an assignment to a literal", "- a: {assign: [{'5': 2}]}", "cannot assign to"),
    ("an assignment to a sum", "- a: {assign: [{a + b: 2}]}", "cannot assign to"),
    ("an assignment to a call", "- a: {assign: [{len(x): 2}]}", "cannot assign to"),
    ("an assignment with a dash", "- a: {assign: [{my-var: 2}]}", "cannot assign to"),
    ("51 assignments", "- a: {assign: [" + ", ".join(f"{{x{n}: 1}}" for n in range(51)) + "]}", "at most 50"),
    # jumps
    ("no such step", "- a: {next: nowhere}", "no step nowhere"),
    ("a jump into a list", "- a: {next: inner}\n- b: {steps: [{inner: {return: 1}}]}", "no step inner"),
    ("a jump into another workflow", "main: {steps: [{a: {next: s}}]}\nsub: {steps: [{s: {return: 1}}]}", "no step s"),
    ("a computed jump", "- a: {next: '${x}'}", "cannot be computed"),
    ("break outside a loop", "- a: {next: break}", "outside a loop"),
    ("continue outside a loop", "- a: {next: continue}", "outside a loop"),
    (
        "a jump out of a loop",
        "- l: {for: {value: v, in: [1], steps: [{j: {next: out}}]}}\n- out: {return: 1}",
        "no step out",
    ),
    (
        "next inside try",
        "- a: {try: {call: uuid.generate, next: b}, except: {return: 1}}\n- b: {return: 1}",
        "unexpected entry next",
    ),
    # expressions
    ("text before an expression", "- a: {assign: [{x: 1}, {y: 'x is ${x}'}]}", "text mixed with ${}"),
    ("text after an expression", "- a: {assign: [{x: 1}, {y: '${x} is x'}]}", "text mixed with ${}"),
    ("two expressions", "- a: {assign: [{x: 1}, {y: '${x}${x}'}]}", "around or between"),
    ("a computed key", "- a: {assign: [{x: 1}, {y: {'${x}': 1}}]}", "cannot be computed"),
    ("an expression of 401 characters", "- a: {return: '${" + "1" + " " * 400 + "}'}", "401 characters"),
    ("a broken expression in args", "- a: {call: sys.log, args: {text: '${1 +}'}}", "ends too early"),
    ("Python", "- a: {return: '${[x for x in y]}'}", "list literals"),
    ("an import", "- a: {return: '${__import__(\"os\")}'}", "unknown function"),
    ("a method", "- a: {assign: [{s: x}, {y: '${s.upper()}'}]}", "unknown function or subworkflow s.upper"),
    (
        "a module of Python",
        "- a: {return: '${sys.os.system(\"true\")}'}",
        "unknown function or subworkflow sys.os.system",
    ),
    # names
    (
        "an undefined variable",
        '- s1: {assign: [{varA: "Hello"}, {varB: "World"}]}\n- s2: {return: "${varC + varB}"}',
        "varC is never set",
    ),
    (
        "a variable of a loop outside it",
        "- l: {for: {value: v, in: [1], steps: [{s: {assign: [{x: 1}]}}]}}\n- r: {return: '${x}'}",
        "x is never set",
    ),
    (
        "a loop's value outside it",
        "- l: {for: {value: v, in: [1], steps: [{s: {next: continue}}]}}\n- r: {return: '${v}'}",
        "v is never set",
    ),
    (
        "a variable of except outside it",
        "- t: {try: {raise: x}, except: {assign: [{y: 1}]}}\n- r: {return: '${y}'}",
        "y is never set",
    ),
    (
        "the error outside except",
        "- t: {try: {raise: x}, except: {as: e, assign: [{y: 1}]}}\n- r: {return: '${e}'}",
        "e is never set",
    ),
    (
        "a variable of the caller",
        "main: {steps: [{a: {assign: [{x: 1}]}}, {b: {call: f}}]}\nf: {steps: [{s: {return: '${x}'}}]}",
        "x is never set",
    ),
    ("a path into an undefined variable", "- a: {assign: [{m.x: 1}]}", "m is never set"),
    (
        "a loop variable that hides another",
        "- a: {assign: [{v: 1}]}\n- l: {for: {value: v, in: [1], steps: [{s: {next: continue}}]}}",
        "hides a variable",
    ),
    (
        "an error that hides another",
        "- a: {assign: [{e: 1}]}\n- t: {try: {raise: x}, except: {as: e, return: 1}}",
        "hides a variable",
    ),
    ("a function as a value", "- a: {return: '${text.split}'}", "text.split"),
    (
        "a subworkflow as a value",
        "main: {steps: [{a: {return: '${f}'}}]}\nf: {steps: [{s: {return: 1}}]}",
        "call it with ()",
    ),
    # functions
    (
        "an unknown function",
        "- a: {call: text.reverse, args: {source: x}}",
        "unknown function or subworkflow text.reverse",
    ),
    ("type instead of get_type", "- a: {return: '${type(1)}'}", "use get_type"),
    ("text.replace", '- a: {return: \'${text.replace("a", "b", "c")}\'}', "use text.replace_all"),
    ("too few arguments", "- a: {return: '${text.split(\"a\")}'}", "takes 2 arguments, 1 given"),
    ("too many arguments", '- a: {return: \'${len("a", "b")}\'}', "takes 1 arguments, 2 given"),
    ("a wrong argument name", "- a: {call: text.split, args: {source: a, sep: b}}", "has no argument sep"),
    ("a missing argument", "- a: {call: http.get, args: {timeout: 5}}", "misses url"),
    (
        "a subworkflow's wrong argument",
        "main: {steps: [{a: {call: f, args: {y: 1}}}]}\nf: {params: [x: 0], steps: [{s: {return: 1}}]}",
        "no argument y",
    ),
    (
        "a subworkflow's missing argument",
        "main: {steps: [{a: {call: f}}]}\nf: {params: [x], steps: [{s: {return: 1}}]}",
        "misses x",
    ),
    (
        "a subworkflow's arity",
        "main: {steps: [{a: {return: '${f(1, 2)}'}}]}\nf: {params: [x], steps: [{s: {return: 1}}]}",
        "takes 1 arguments",
    ),
    ("http in an expression", "- a: {return: '${http.get(\"http://127.0.0.1\")}'}", "blocks"),
    ("sleep in an expression", "- a: {return: '${sys.sleep(1)}'}", "blocks"),
    ("log in an expression", "- a: {return: '${sys.log(\"x\")}'}", "blocks"),
    (
        "a connector in an expression",
        "- a: {return: '${googleapis.run.v2.projects.locations.jobs.run(\"x\")}'}",
        "blocks",
    ),
    (
        "an unknown connector",
        "- a: {call: googleapis.bigquery.v2.jobs.insert, args: {projectId: p}}",
        "unknown connector",
    ),
    ("the v1 connector", "- a: {call: googleapis.run.v1.namespaces.jobs.run, args: {name: j}}", "unknown connector"),
    (
        "a callback",
        "- a: {call: events.create_callback_endpoint, args: {http_callback_method: GET}, result: c}",
        "callbacks",
    ),
    ("a computed call", "- a: {call: '${x}'}", "cannot be computed"),
    ("args as a list", "- a: {call: sys.log, args: [x]}", "args is a map"),
    ("a computed result name", "- a: {call: uuid.generate, result: '${x}'}", "not a variable name"),
    ("an HTTP timeout above 1800 s", "- a: {call: http.get, args: {url: u, timeout: 1801}}", "at most 1800"),
    ("an HTTP timeout of nothing", "- a: {call: http.get, args: {url: u, timeout: 0}}", "above 0"),
    ("an HTTP timeout in words", "- a: {call: http.get, args: {url: u, timeout: 60s}}", "not '60s'"),
    ("an unknown method", "- a: {call: http.request, args: {url: u, method: BREW}}", "method is one of"),
    ("an unknown auth", "- a: {call: http.get, args: {url: u, auth: {type: Basic}}}", "auth.type is one of"),
    ("an auth without a type", "- a: {call: http.get, args: {url: u, auth: {audience: x}}}", "auth.type is one of"),
    (
        "an auth with more",
        "- a: {call: http.get, args: {url: u, auth: {type: OIDC, user: x}}}",
        "auth has no entry user",
    ),
    ("an auth in words", "- a: {call: http.get, args: {url: u, auth: OIDC}}", "auth.type is one of"),
    (
        "an unknown connector parameter",
        "- a: {call: googleapis.run.v2.projects.locations.jobs.run, args: {name: j, connector_params: {time_out: 5}}}",
        "no entry time_out",
    ),
    (
        "a connector timeout above a year",
        "- a: {call: googleapis.run.v2.projects.locations.jobs.run, args: {name: j, connector_params: {timeout: 31536001}}}",
        "at most 31536000",
    ),
    (
        "an unknown polling parameter",
        "- a: {call: googleapis.run.v2.projects.locations.jobs.run, args: {name: j, connector_params: {polling_policy: {delay: 5}}}}",
        "no entry delay",
    ),
    # switch, for, parallel
    ("switch as a map", "- a: {switch: {condition: true}}", "list of conditions"),
    ("a missing condition", "- a: {switch: [{return: 1}]}", "condition is missing"),
    ("a condition in words", "- a: {switch: [{condition: x == 1, return: 1}]}", "a condition is an expression"),
    ("a condition that is a number", "- a: {switch: [{condition: '${1 + 1}', return: 1}]}", "true or false"),
    ("51 conditions", "- a: {switch: [" + ", ".join(["{condition: false, return: 1}"] * 51) + "]}", "at most 50"),
    ("a loop without steps", "- a: {for: {value: v, in: [1]}}", "needs steps"),
    (
        "a loop with in and range",
        "- a: {for: {value: v, in: [1], range: [1, 2], steps: [{s: {next: continue}}]}}",
        "either in or range",
    ),
    ("a loop without a value", "- a: {for: {in: [1], steps: [{s: {next: continue}}]}}", "not a variable name"),
    ("a range of three", "- a: {for: {value: v, range: [1, 2, 3], steps: [{s: {next: continue}}]}}", "two numbers"),
    ("a range of words", "- a: {for: {value: v, range: [a, b], steps: [{s: {next: continue}}]}}", "bounds of a range"),
    ("a loop over text", "- a: {for: {value: v, in: abc, steps: [{s: {next: continue}}]}}", "in is a list"),
    (
        "one branch",
        "- p: {parallel: {branches: [{a: {steps: [{s: {next: t}}, {t: {assign: [{x: 1}]}}]}}]}}",
        "2 to 10 branches",
    ),
    (
        "eleven branches",
        "- p: {parallel: {branches: ["
        + ", ".join(f"{{b{n}: {{steps: [{{s{n}: {{assign: [{{x: 1}}]}}}}]}}}}" for n in range(11))
        + "]}}",
        "2 to 10 branches",
    ),
    (
        "branches and for",
        "- p: {parallel: {branches: [], for: {value: v, in: [], steps: [{s: {next: continue}}]}}}",
        "either branches or for",
    ),
    (
        "another exception policy",
        "- p: {parallel: {exception_policy: unhandled, for: {value: v, in: [1], steps: [{s: {next: continue}}]}}}",
        "continueAll",
    ),
    (
        "no concurrency",
        "- p: {parallel: {concurrency_limit: 0, for: {value: v, in: [1], steps: [{s: {next: continue}}]}}}",
        "from 1",
    ),
    (
        "a shared variable nobody set",
        "- p: {parallel: {shared: [x], for: {value: v, in: [1], steps: [{s: {assign: [{x: 1}]}}]}}}",
        "x does not exist",
    ),
    (
        "a write to a variable that is not shared",
        "- i: {assign: [{x: 1}]}\n- p: {parallel: {for: {value: v, in: [1], steps: [{s: {assign: [{x: 2}]}}]}}}",
        "name it in shared",
    ),
    (
        "a result into a variable that is not shared",
        "- i: {assign: [{x: 1}]}\n- p: {parallel: {for: {value: v, in: [1], steps: [{s: {call: uuid.generate, result: x}}]}}}",
        "name it in shared",
    ),
    (
        "a write into a map that is not shared",
        "- i: {assign: [{x: {}}]}\n- p: {parallel: {for: {value: v, in: [1], steps: [{s: {assign: [{x.y: 2}]}}]}}}",
        "name it in shared",
    ),
    (
        "a write two parallel steps up, shared only with the inner",
        """
- i: {assign: [{x: 1}]}
- p:
    parallel:
      for:
        value: v
        in: [1]
        steps:
          - q: {parallel: {shared: [x], for: {value: w, in: [1], steps: [{s: {assign: [{x: 2}]}}]}}}
""",
        "name it in shared",
    ),
    (
        "return inside a branch",
        "- p: {parallel: {for: {value: v, in: [1], steps: [{s: {return: 1}}]}}}",
        "return is not possible",
    ),
    (
        "break in a parallel loop",
        "- p: {parallel: {for: {value: v, in: [1], steps: [{s: {next: break}}]}}}",
        "break is not possible",
    ),
    (
        "end inside a branch",
        "- p: {parallel: {for: {value: v, in: [1], steps: [{s: {next: end}}]}}}",
        "end is not possible",
    ),
    (
        "the same step name in two branches",
        "- p: {parallel: {branches: [{a: {steps: [{s: {assign: [{x: 1}]}}]}}, {b: {steps: [{s: {assign: [{x: 1}]}}]}}]}}",
        "already taken",
    ),
    # try, retry, raise
    ("try alone", "- t: {try: {raise: x}}", "needs retry, except or both"),
    ("an empty except", "- t: {try: {raise: x}, except: }", "except holds"),
    ("raise of a list", "- a: {raise: [1]}", "a string or a map"),
    ("an unknown policy", "- t: {try: {raise: x}, retry: '${http.retry_often}'}", "retry is ${http.default_retry}"),
    (
        "a retry without backoff",
        "- t: {try: {raise: x}, retry: {predicate: '${http.default_retry_predicate}', max_retries: 1}}",
        "backoff missing",
    ),
    (
        "a fractional multiplier",
        "- t: {try: {raise: x}, retry: {predicate: '${http.default_retry_predicate}', max_retries: 1, backoff: {initial_delay: 1, max_delay: 2, multiplier: 1.25}}}",
        "must be an integer",
    ),
    (
        "a fractional delay",
        "- t: {try: {raise: x}, retry: {predicate: '${http.default_retry_predicate}', max_retries: 1, backoff: {initial_delay: 0.5, max_delay: 2, multiplier: 1}}}",
        "must be an integer",
    ),
    (
        "computed retries",
        "- t: {try: {raise: x}, retry: {predicate: '${http.default_retry_predicate}', max_retries: '${n}', backoff: {initial_delay: 1, max_delay: 2, multiplier: 1}}}",
        "must be an integer",
    ),
    (
        "delay instead of initial_delay",
        "- t: {try: {raise: x}, retry: {predicate: '${http.default_retry_predicate}', max_retries: 1, backoff: {initial_delay: 1, max_delay: 2, multiplier: 1, delay: 1}}}",
        "unexpected entry delay",
    ),
    (
        "a predicate nobody wrote",
        "- t: {try: {raise: x}, retry: {predicate: '${mine}', max_retries: 1, backoff: {initial_delay: 1, max_delay: 2, multiplier: 1}}}",
        "neither a subworkflow",
    ),
    (
        "a predicate without a parameter",
        "main: {steps: [{t: {try: {raise: x}, retry: {predicate: '${p}', max_retries: 1, backoff: {initial_delay: 1, max_delay: 2, multiplier: 1}}}}]}\np: {steps: [{s: {return: true}}]}",
        "one parameter",
    ),
]


@pytest.mark.parametrize(("source", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_refused(source: str, words: str) -> None:
    problems = problems_of(source)
    assert any(words in problem for problem in problems), problems


def test_all_problems_come_at_once_each_with_its_place() -> None:
    source = """main:
  params: [event]
  steps:
    - first:
        assign:
          - x: "text ${event}"
          - y: ${event + }
    - second:
        call: no.such
        next: nowhere
    - third:
        return: ${undefined}
"""
    assert problems_of(source) == [
        'line 6, main.first.assign.x: text mixed with ${} stays text in the cloud; write ${"text" + value}',
        "line 7, main.first.assign.y: ${event + }: the expression ends too early: expected a value",
        "line 8, main.second: next: there is no step nowhere here or around here to go to",
        "line 9, main.second: unknown function or subworkflow no.such",
        "line 12, main.third: the variable undefined is never set in this scope",
    ]


def test_nothing_runs_when_a_later_step_is_wrong(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "bachata.local.workflows")
    problems_of("- a: {call: sys.log, args: {text: started}}\n- b: {call: no.such}")
    assert caplog.records == []


def test_the_limits_themselves_are_allowed() -> None:
    assign = ", ".join(f"{{x{n}: 1}}" for n in range(50))
    switch = ", ".join(["{condition: false, return: 1}"] * 50)
    branches = ", ".join(f"{{b{n}: {{steps: [{{s{n}: {{assign: [{{y: 1}}]}}}}]}}}}" for n in range(10))
    longest = "1" + " " * 399
    source = f"""
- a: {{assign: [{assign}]}}
- b: {{switch: [{switch}]}}
- c: {{parallel: {{branches: [{branches}]}}}}
- d: {{return: "${{{longest}}}"}}
"""
    assert check(source) == []


def test_a_source_above_128_kilobytes() -> None:
    padding = "# " + "x" * (128 * 1024) + "\n"
    assert "131072" in problems_of(padding + "- a: {return: 1}")[0]
    assert check("#" + "x" * (128 * 1024 - 19) + "\n- a: {return: 1}\n") == []


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text("- a: {return: 'ü'}", encoding="utf-8")
    assert list(load(path).main.body.positions) == ["a"]
    path.write_text("- a: {retrun: 1}", encoding="utf-8")
    with pytest.raises(WorkflowInvalid, match=r"1 problem\n  line 1, main.a: unexpected entry retrun"):
        load(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("2026-11-20", "2026-11-20"),
        ("60:00", "60:00"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("'true'", "true"),
        ("True", True),
        ("~", None),
        ("-5", -5),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        ("-0.5e-2", -0.005),
        ("1.2.3", "1.2.3"),
        ("3600s", "3600s"),
    ],
)
def test_scalars_of_the_file(text: str, value: object) -> None:
    workflow = load(f"- a: {{return: {text}}}")
    action = workflow.main.body.steps[0].action
    found = action.value.value  # type: ignore[attr-defined]
    assert found == value
    assert type(found) is type(value)


def test_deep_nesting_is_refused_not_a_crash() -> None:
    deep = "- s0: " + "".join(f"{{steps: [{{s{n}: " for n in range(1, 60)) + "{return: 1}" + "}]}" * 59
    assert "deep" in problems_of(deep)[0]
    assert "nested too deeply" in problems_of("- a: {return: " + "[" * 3000 + "]" * 3000 + "}")[0]

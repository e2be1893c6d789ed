"""From located YAML to the model: the shape of every step, every expression parsed, every problem kept.

The shape follows https://cloud.google.com/workflows/docs/reference/syntax and the published JSON schema (SchemaStore
`workflows.json`), which knows less: neither `parallel` nor `for`, nor any expression.
"""

from __future__ import annotations

import re
from typing import Any

from . import limits
from .loader import LocatedList, LocatedMap
from .model import (
    Action,
    Assign,
    Assignment,
    Block,
    Case,
    Constant,
    For,
    Invoke,
    Nothing,
    Parallel,
    Parameter,
    Raise,
    Return,
    Routine,
    Step,
    Switch,
    Template,
    Try,
)
from .parser import parse_target
from .policies import build_policy
from .templates import ValueBuilder
from .tokens import ExpressionError
from .values import is_positive_integer

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_RESERVED_STEPS = {"end", "break", "continue"}
_DEEPEST = 20

# The key that says what a step does, and the keys that may stand beside it.
_ACTIONS: dict[str, set[str]] = {
    "assign": set(),
    "call": {"args", "result"},
    "switch": set(),
    "return": set(),
    "raise": set(),
    "steps": set(),
    "for": set(),
    "parallel": set(),
    "try": {"retry", "except"},
}


class Builder(ValueBuilder):
    """Builds routines; `problems` collects what is wrong on the way, in the order of the file."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def workflow(self, document: Any) -> dict[str, Routine]:
        """The routines of a document: a list of steps is the main workflow without parameters."""
        if isinstance(document, LocatedList):
            return {"main": Routine("main", (), self.block(document, document.line, "main"), document.line)}
        if not isinstance(document, LocatedMap):
            self.problem(0, "", "a workflow is a list of steps, or a map of main and subworkflows")
            return {}
        if "main" not in document:
            self.problem(document.line, "", "there is no main workflow")
        return {name: self._routine(name, body, document.key_lines[name]) for name, body in document.items()}

    def _routine(self, name: str, body: Any, line: int) -> Routine:
        if not _IDENTIFIER.fullmatch(name):
            self.problem(line, name, "a workflow's name holds letters, digits and underscores")
        if not isinstance(body, LocatedMap):
            self.problem(line, name, "a workflow holds steps, and perhaps params")
            return Routine(name, (), Block(()), line)
        self.unknown_keys(body, {"params", "steps"}, name)
        parameters = self._parameters(body.get("params"), line, name)
        if name == "main" and len(parameters) > 1:
            self.problem(line, name, "main takes one parameter: the execution's argument")
        if "steps" not in body:
            self.problem(line, name, "a workflow needs steps")
            return Routine(name, parameters, Block(()), line)
        return Routine(name, parameters, self.block(body["steps"], line, name), line)

    def _parameters(self, params: Any, line: int, place: str) -> tuple[Parameter, ...]:
        if params is None:
            return ()
        if not isinstance(params, LocatedList):
            self.problem(line, f"{place}.params", "params is a list")
            return ()
        result: list[Parameter] = []
        for item in params:
            default: Template | None = None
            name = item
            if isinstance(item, LocatedMap) and len(item) == 1:
                name, value = next(iter(item.items()))
                default = self.template(value, item.line, f"{place}.params.{name}")
                if not isinstance(default, Constant):
                    self.problem(item.line, f"{place}.params.{name}", "a default is a plain value")
            self.identifier(name, params.line, f"{place}.params")
            if any(name == other.name for other in result):
                self.problem(params.line, f"{place}.params", f"the parameter {name} appears twice")
            if default is None and result and result[-1].default is not None:
                self.problem(params.line, f"{place}.params", f"{name} without a default follows one with a default")
            result.append(Parameter(str(name), default))
        return tuple(result)

    # Steps ---------------------------------------------------------------------------------------------------------

    def block(self, steps: Any, line: int, place: str) -> Block:
        """A list of single-entry maps."""
        if not isinstance(steps, LocatedList) or not steps:
            self.problem(line, place, "steps is a list of at least one step")
            return Block(())
        self._depth += 1
        if self._depth > _DEEPEST:
            self.problem(line, place, f"steps are nested more than {_DEEPEST} deep")
            return Block(())
        built: list[Step] = []
        positions: dict[str, int] = {}
        for item, item_line in zip(steps, steps.item_lines, strict=True):
            if not isinstance(item, LocatedMap) or len(item) != 1:
                self.problem(item_line, place, "a step is a map with one entry: its name")
                continue
            name, body = next(iter(item.items()))
            if name in _RESERVED_STEPS:
                self.problem(item_line, place, f"{name} is a reserved word and cannot name a step")
            if not name:
                self.problem(item_line, place, "a step needs a name")
            positions.setdefault(name, len(built))
            built.append(self._step(name, body, item_line, f"{place}.{name}"))
        self._depth -= 1
        return Block(tuple(built), positions)

    def _step(self, name: str, body: Any, line: int, place: str) -> Step:
        if not isinstance(body, LocatedMap) or not body:
            self.problem(line, place, "a step says what it does, for example assign, call or return")
            return Step(name, Nothing(), None, line)
        return Step(name, self.action(body, line, place, {"next"}), self._next(body, line, place), line)

    def _next(self, body: LocatedMap, line: int, place: str) -> str | None:
        if "next" not in body:
            return None
        target = body["next"]
        if not isinstance(target, str) or "${" in target:
            self.problem(body.key_lines["next"], place, "next names a step; it cannot be computed")
            return None
        if "return" in body or "raise" in body:
            self.problem(line, place, "next after return or raise is never reached")
        return target

    def action(self, body: LocatedMap, line: int, place: str, beside: set[str]) -> Action:
        """What the entries of a step, of a condition, of a try or of an except do."""
        found = [key for key in body if key in _ACTIONS]
        if len(found) > 1:
            self.problem(line, place, f"one step does one thing, this has {' and '.join(found)}; make it two steps")
            return Nothing()
        if not found:
            self.unknown_keys(body, beside | set(_ACTIONS), place)
            if not body:
                self.problem(line, place, f"says nothing to do; one of {', '.join(_ACTIONS)}")
            return Nothing()
        word = found[0]
        self.unknown_keys(body, beside | _ACTIONS[word] | {word}, place)
        return self._build(word, body, body.key_lines[word], place)

    def _build(self, word: str, body: LocatedMap, line: int, place: str) -> Action:
        value = body[word]
        match word:
            case "assign":
                return self._assign(value, line, place)
            case "call":
                return self._call(body, line, place)
            case "switch":
                return self._switch(value, line, place)
            case "return":
                return Return(self.template(value, line, f"{place}.return"))
            case "raise":
                if not isinstance(value, str | LocatedMap) or value == "":
                    self.problem(line, place, "raise takes a string or a map")
                return Raise(self.template(value, line, f"{place}.raise"))
            case "steps":
                return self.block(value, line, place)
            case "for":
                return self._for(value, line, place)
            case "parallel":
                return self._parallel(value, line, place)
            case _:
                return self._try(body, line, place)

    def _assign(self, value: Any, line: int, place: str) -> Action:
        place = f"{place}.assign"
        if not isinstance(value, LocatedList):
            self.problem(line, place, "assign is a list of single assignments, `- name: value`")
            return Nothing()
        if len(value) > limits.ASSIGNMENTS_PER_STEP:
            self.problem(line, place, f"{len(value)} assignments; at most {limits.ASSIGNMENTS_PER_STEP} a step")
        assignments: list[Assignment] = []
        for item, item_line in zip(value, value.item_lines, strict=True):
            if not isinstance(item, LocatedMap) or len(item) != 1:
                self.problem(item_line, place, "an assignment is one entry, `name: value`")
                continue
            target, content = next(iter(item.items()))
            try:
                variable, path = parse_target(target)
            except ExpressionError as error:
                self.problem(item_line, place, f"cannot assign to {target[:60]!r}: {error}")
                continue
            template = self.template(content, item_line, f"{place}.{target}")
            assignments.append(Assignment(variable, tuple(path), template, item_line))
        return Assign(tuple(assignments))

    def _call(self, body: LocatedMap, line: int, place: str) -> Action:
        function = body["call"]
        if not isinstance(function, str) or "${" in function:
            self.problem(line, place, "call names a function; it cannot be computed")
            return Nothing()
        arguments: dict[str, Template] = {}
        given = body.get("args")
        if isinstance(given, LocatedMap):
            for name, value in given.items():
                arguments[name] = self.template(value, given.key_lines[name], f"{place}.args.{name}")
        elif given is not None:
            self.problem(body.key_lines["args"], place, "args is a map of names and values")
        result = body.get("result")
        if "result" in body:
            result = self.identifier(result, body.key_lines["result"], f"{place}.result")
        return Invoke(function, arguments, result, line)

    def _switch(self, value: Any, line: int, place: str) -> Action:
        place = f"{place}.switch"
        if not isinstance(value, LocatedList) or not value:
            self.problem(line, place, "switch is a list of conditions")
            return Nothing()
        if len(value) > limits.CONDITIONS_PER_SWITCH:
            self.problem(line, place, f"{len(value)} conditions; at most {limits.CONDITIONS_PER_SWITCH} a switch")
        cases: list[Case] = []
        for number, item in enumerate(value):
            where = f"{place}[{number}]"
            if not isinstance(item, LocatedMap) or "condition" not in item:
                self.problem(value.item_lines[number], where, "a condition is missing")
                continue
            condition = self.condition(item["condition"], item.key_lines["condition"], where)
            action = self.action(item, item.line, where, {"condition", "next"})
            cases.append(Case(condition, action, self._next(item, item.line, where), item.line))
        return Switch(tuple(cases))

    def _for(self, value: Any, line: int, place: str) -> Action:
        loop = self.loop(value, line, place)
        return loop or Nothing()

    def loop(self, value: Any, line: int, place: str) -> For | None:
        """The entries of `for`, alone or inside `parallel`."""
        place = f"{place}.for"
        if not isinstance(value, LocatedMap):
            self.problem(line, place, "for is a map of value, in or range, and steps")
            return None
        self.unknown_keys(value, {"value", "index", "in", "range", "steps"}, place)
        variable = self.identifier(value.get("value"), line, f"{place}.value")
        index = self.identifier(value["index"], line, f"{place}.index") if "index" in value else None
        if ("in" in value) == ("range" in value):
            self.problem(line, place, "a loop has either in or range")
        if "index" in value and "range" in value:
            self.problem(line, place, "index counts the elements of in; a range has only its value")
        if index == variable:
            self.problem(line, place, "value and index need different names")
        items = self.template(value["in"], line, f"{place}.in") if "in" in value else None
        if isinstance(items, Constant) and not isinstance(items.value, list):
            self.problem(line, place, "in is a list, or an expression that gives one; of a map loop over keys(map)")
        bounds = self._range(value["range"], line, place) if "range" in value else None
        if "steps" not in value:
            self.problem(line, place, "a loop needs steps")
            return None
        return For(variable, index, items, bounds, self.block(value["steps"], line, place), line)

    def _range(self, value: Any, line: int, place: str) -> tuple[Template, Template] | None:
        if not isinstance(value, LocatedList) or len(value) != 2:
            self.problem(line, place, "range is a list of two numbers, both included")
            return None
        first, last = (self.template(bound, line, f"{place}.range") for bound in value)
        for bound in (first, last):
            if isinstance(bound, Constant) and (
                isinstance(bound.value, bool) or not isinstance(bound.value, int | float)
            ):
                self.problem(line, place, "the bounds of a range are numbers")
        return first, last

    def _parallel(self, value: Any, line: int, place: str) -> Action:
        place = f"{place}.parallel"
        if not isinstance(value, LocatedMap):
            self.problem(line, place, "parallel is a map of branches or for")
            return Nothing()
        self.unknown_keys(value, {"shared", "concurrency_limit", "exception_policy", "branches", "for"}, place)
        if ("branches" in value) == ("for" in value):
            self.problem(line, place, "a parallel step has either branches or for")
        if value.get("exception_policy", "continueAll") != "continueAll":
            self.problem(line, place, "the only exception_policy is continueAll")
        limit = self.template(value.get("concurrency_limit", limits.CONCURRENT_BRANCHES), line, place)
        if isinstance(limit, Constant) and not is_positive_integer(limit.value):
            self.problem(line, place, "concurrency_limit is an integer from 1")
        shared = value.get("shared", LocatedList())
        if not isinstance(shared, LocatedList):
            self.problem(line, place, "shared is a list of variables")
            shared = LocatedList()
        names = tuple(self.identifier(name, line, f"{place}.shared") for name in shared)
        branches = self._branches(value["branches"], line, place) if "branches" in value else ()
        loop = self.loop(value["for"], line, place) if "for" in value else None
        return Parallel(names, limit, branches, loop, line)

    def _branches(self, value: Any, line: int, place: str) -> tuple[tuple[str, Block], ...]:
        if not isinstance(value, LocatedList) or not 2 <= len(value) <= limits.BRANCHES_PER_STEP:
            self.problem(line, place, f"branches is a list of 2 to {limits.BRANCHES_PER_STEP} branches")
            return ()
        result: list[tuple[str, Block]] = []
        for item, item_line in zip(value, value.item_lines, strict=True):
            if not isinstance(item, LocatedMap) or len(item) != 1:
                self.problem(item_line, place, "a branch is a map with one entry: its name")
                continue
            name, body = next(iter(item.items()))
            if not isinstance(body, LocatedMap) or set(body) != {"steps"}:
                self.problem(item_line, f"{place}.{name}", "a branch holds steps and nothing else")
                continue
            result.append((name, self.block(body["steps"], item_line, f"{place}.{name}")))
        return tuple(result)

    def _try(self, body: LocatedMap, line: int, place: str) -> Action:
        if not isinstance(body["try"], LocatedMap):
            self.problem(line, place, "try holds a call or steps")
            return Nothing()
        if "retry" not in body and "except" not in body:
            self.problem(line, place, "try needs retry, except or both")
        inner = self.action(body["try"], line, f"{place}.try", set())
        retry = (
            build_policy(self, body["retry"], body.key_lines["retry"], f"{place}.retry") if "retry" in body else None
        )
        error: str | None = None
        handler: Action | None = None
        if "except" in body:
            clause, clause_line = body["except"], body.key_lines["except"]
            if not isinstance(clause, LocatedMap):
                self.problem(clause_line, place, "except holds as and steps")
                return Try(inner, retry, None, Nothing())
            if "as" in clause:
                error = self.identifier(clause["as"], clause_line, f"{place}.except.as")
            handler = self.action(clause, clause_line, f"{place}.except", {"as"})
        return Try(inner, retry, error, handler)

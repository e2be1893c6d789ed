"""What the shape alone cannot tell: names, functions, jump targets, scopes. Runs over the whole file before any step.

Google refuses at deployment a variable that no step of its scope can have set
(https://cloud.google.com/workflows/docs/reference/syntax/variables); so does this check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .arguments import faults
from .errors import Problem
from .expressions import Call, Expression, Item, Name
from .model import (
    Action,
    Assign,
    Block,
    For,
    Invoke,
    Parallel,
    Raise,
    Retry,
    Return,
    Routine,
    Step,
    Switch,
    Template,
    Try,
)
from .stdlib import FUNCTIONS


@dataclass
class _Scope:
    """The variables of one scope: `names` can exist at some time, `seen` are set above the place being read."""

    names: set[str]
    parent: _Scope | None = None
    branch: bool = False
    shared: frozenset[str] = frozenset()
    seen: set[str] = field(default_factory=set)

    def chain(self) -> Iterator[_Scope]:
        scope: _Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


@dataclass(frozen=True)
class _Jumps:
    """Where `next` may lead: the steps of this list and of the lists around it, up to the loop or branch."""

    targets: frozenset[str] = frozenset({"end"})
    in_loop: bool = False
    in_parallel: bool = False

    def inside(self, block: Block) -> _Jumps:
        return _Jumps(self.targets | frozenset(block.positions), self.in_loop, self.in_parallel)


class Checker:
    """Checks the routines of one file against each other; `problems` collects what is wrong."""

    def __init__(self, routines: dict[str, Routine]) -> None:
        self._routines = routines
        self._place = ""
        self._names: dict[str, int] = {}
        self.problems: list[Problem] = []

    def _problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, self._place, message))

    def check(self) -> None:
        """Check every routine."""
        for routine in self._routines.values():
            self._place = routine.name
            if routine.name in FUNCTIONS:
                self._problem(routine.line, f"{routine.name} is a function of the library; choose another name")
            self._names = {}
            parameters = {parameter.name for parameter in routine.parameters}
            scope = _Scope(parameters | set(_assigned(routine.body)), seen=set(parameters))
            self._block(routine.body, scope, _Jumps())

    # Steps and jumps -----------------------------------------------------------------------------------------------

    def _block(self, block: Block, scope: _Scope, jumps: _Jumps) -> None:
        jumps = jumps.inside(block)
        outside = self._place
        for step in block.steps:
            self._place = f"{outside}.{step.name}"
            self._unique(step.name, step.line)
            self._action(step.action, scope, jumps, step.line)
            self._target(step.next, step.line, jumps)
        self._place = outside

    def _unique(self, name: str, line: int) -> None:
        if name in self._names:
            message = f"the name {name} is already taken at line {self._names[name]}; steps and branches need their own"
            self._problem(line, message)
        self._names.setdefault(name, line)

    def _target(self, target: str | None, line: int, jumps: _Jumps) -> None:
        if target is None:
            return
        if target in {"break", "continue"}:
            if not jumps.in_loop:
                self._problem(line, f"next: {target} stands outside a loop")
        elif target not in jumps.targets:
            if target == "end":
                self._problem(line, "next: end is not possible inside a parallel step")
                return
            self._problem(line, f"next: there is no step {target} here or around here to go to")

    def _action(self, action: Action, scope: _Scope, jumps: _Jumps, line: int) -> None:
        match action:
            case Assign():
                self._assign(action, scope)
            case Invoke():
                self._invoke(action, scope)
            case Return():
                if jumps.in_parallel:
                    self._problem(line, "return is not possible inside a parallel step; assign a shared variable")
                self._template(action.value, scope, line)
            case Raise():
                self._template(action.value, scope, line)
            case Switch():
                self._switch(action, scope, jumps)
            case Block():
                self._block(action, scope, jumps)
            case For():
                self._loop(action, scope, jumps, parallel=None)
            case Parallel():
                self._parallel(action, scope)
            case Try():
                self._try(action, scope, jumps, line)

    def _assign(self, action: Assign, scope: _Scope) -> None:
        for assignment in action.assignments:
            self._template(assignment.value, scope, assignment.line)
            self._expressions(assignment.path, scope, assignment.line)
            if assignment.path:
                self._variable(assignment.variable, scope, assignment.line)
            self._write(assignment.variable, scope, assignment.line)

    def _switch(self, action: Switch, scope: _Scope, jumps: _Jumps) -> None:
        for case in action.cases:
            self._template(case.condition, scope, case.line)
            self._action(case.action, scope, jumps, case.line)
            self._target(case.next, case.line, jumps)

    def _loop(self, loop: For, scope: _Scope, jumps: _Jumps, parallel: Parallel | None) -> None:
        for template in (loop.items, *(loop.bounds or ())):
            if template is not None:
                self._template(template, scope, loop.line)
        own = {loop.value} | ({loop.index} if loop.index else set())
        for name in own:
            if any(name in outer.names for outer in scope.chain()):
                self._problem(loop.line, f"the loop variable {name} hides a variable outside; choose another name")
        inner = _Scope(own | set(_assigned(loop.body)), scope, seen=set(own))
        if parallel:
            inner.branch, inner.shared = True, frozenset(parallel.shared)
        ends = frozenset() if parallel or jumps.in_parallel else frozenset({"end"})
        self._block(loop.body, inner, _Jumps(ends, in_loop=True, in_parallel=bool(parallel) or jumps.in_parallel))
        if parallel:
            self._no_break(loop.body)

    def _no_break(self, body: Block) -> None:
        for step in body.steps:
            for target, line in _jumps_of(step):
                if target == "break":
                    self._problem(line, "next: break is not possible in a parallel loop")

    def _parallel(self, parallel: Parallel, scope: _Scope) -> None:
        for name in parallel.shared:
            if not any(name in outer.names for outer in scope.chain()):
                self._problem(parallel.line, f"the shared variable {name} does not exist; assign it before")
        self._template(parallel.limit, scope, parallel.line)
        if parallel.loop:
            self._loop(parallel.loop, scope, _Jumps(), parallel)
        outside = self._place
        for name, body in parallel.branches:
            self._place = f"{outside}.{name}"
            self._unique(name, parallel.line)
            inner = _Scope(set(_assigned(body)), scope, branch=True, shared=frozenset(parallel.shared))
            self._block(body, inner, _Jumps(frozenset(), in_loop=False, in_parallel=True))
        self._place = outside

    def _try(self, action: Try, scope: _Scope, jumps: _Jumps, line: int) -> None:
        self._action(action.body, scope, jumps, line)
        if action.retry:
            self._retry(action.retry)
        if action.handler is not None:
            names = {action.error} if action.error else set()
            inner = _Scope(names | set(_assigned(action.handler)), scope, seen=set(names))
            if action.error and any(action.error in outer.names for outer in scope.chain()):
                self._problem(line, f"except as {action.error} hides a variable outside; choose another name")
            self._action(action.handler, inner, jumps, line)

    def _retry(self, retry: Retry) -> None:
        routine = self._routines.get(retry.predicate)
        if routine is not None:
            needed = [parameter for parameter in routine.parameters if parameter.default is None]
            if len(needed) > 1 or not routine.parameters:
                self._problem(retry.line, f"the predicate {retry.predicate} must take one parameter, the error")
        elif retry.predicate not in {"http.default_retry_predicate", "http.default_retry_predicate_non_idempotent"}:
            self._problem(retry.line, f"the predicate {retry.predicate} is neither a subworkflow nor one of http")

    # Names ---------------------------------------------------------------------------------------------------------

    def _invoke(self, action: Invoke, scope: _Scope) -> None:
        for template in action.arguments.values():
            self._template(template, scope, template.line or action.line)
        if action.result:
            self._write(action.result, scope, action.line)
        names = list(action.arguments)
        if routine := self._routines.get(action.function):
            known = [parameter.name for parameter in routine.parameters]
            needed = [parameter.name for parameter in routine.parameters if parameter.default is None]
        elif function := FUNCTIONS.get(action.function):
            known, needed = list(function.parameters), function.required
        else:
            self._problem(action.line, _unknown(action.function))
            return
        for message in faults(action):
            self._problem(action.line, message)
        for name in names:
            if name not in known:
                takes = f"it takes {', '.join(known)}" if known else "it takes none"
                self._problem(action.line, f"{action.function} has no argument {name}; {takes}")
        if missing := [name for name in needed if name not in names]:
            self._problem(action.line, f"{action.function} misses {', '.join(missing)}")

    def _template(self, template: Template, scope: _Scope, line: int) -> None:
        self._expressions(template.expressions(), scope, template.line or line)

    def _expressions(self, expressions: Iterable[Expression], scope: _Scope, line: int) -> None:
        for expression in expressions:
            for node in expression.walk():
                if isinstance(node, Name):
                    self._variable(node.name, scope, line)
                elif isinstance(node, Item) and (dotted := node.dotted()) in FUNCTIONS:
                    self._problem(line, f"{dotted} is a function; call it with ()")
                elif isinstance(node, Call):
                    self._call(node, line)

    def _variable(self, name: str, scope: _Scope, line: int) -> None:
        if any(name in outer.names for outer in scope.chain()):
            return
        hint = "; it is a subworkflow, call it with ()" if name in self._routines else ""
        self._problem(line, f"the variable {name} is never set in this scope{hint}")

    def _call(self, call: Call, line: int) -> None:
        count = len(call.arguments)
        if routine := self._routines.get(call.function):
            most = len(routine.parameters)
            least = sum(parameter.default is None for parameter in routine.parameters)
        elif function := FUNCTIONS.get(call.function):
            if function.blocking:
                self._problem(line, f"{call.function} blocks and cannot stand in an expression; use a call step")
                return
            most, least = len(function.parameters), len(function.required)
        else:
            self._problem(line, _unknown(call.function))
            return
        if not least <= count <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            self._problem(line, f"{call.function} takes {wanted} arguments, {count} given")

    def _write(self, name: str, scope: _Scope, line: int) -> None:
        """Note an assignment; inside a branch, an outer variable must be shared to be written."""
        unshared = False
        for outer in scope.chain():
            if name in outer.seen:
                if unshared:
                    self._problem(line, f"{name} is set outside this parallel step; name it in shared to write it")
                return
            unshared = unshared or (outer.branch and name not in outer.shared)
        scope.seen.add(name)


def _unknown(function: str) -> str:
    if function.startswith("googleapis."):
        return f"unknown connector {function}"
    if function.startswith("events."):
        return f"{function}: callbacks are not offered by this engine"
    hint = {"type": "; use get_type", "text.replace": "; use text.replace_all"}.get(function, "")
    return f"unknown function or subworkflow {function}{hint}"


def _assigned(action: Action) -> Iterator[str]:
    """Variables an action creates in its own scope; loops, branches and except keep theirs."""
    match action:
        case Block():
            for step in action.steps:
                yield from _assigned(step.action)
        case Assign():
            yield from (assignment.variable for assignment in action.assignments if not assignment.path)
        case Invoke() if action.result:
            yield action.result
        case Switch():
            for case in action.cases:
                yield from _assigned(case.action)
        case Try():
            yield from _assigned(action.body)


def _jumps_of(step: Step) -> Iterator[tuple[str, int]]:
    """The targets of a step and of the blocks inside it that belong to the same loop."""
    if step.next:
        yield step.next, step.line
    yield from _jumps_in(step.action)


def _jumps_in(action: Action | None) -> Iterator[tuple[str, int]]:
    match action:
        case Block():
            for step in action.steps:
                yield from _jumps_of(step)
        case Switch():
            for case in action.cases:
                if case.next:
                    yield case.next, case.line
                yield from _jumps_in(case.action)
        case Try():
            yield from _jumps_in(action.body)
            yield from _jumps_in(action.handler)

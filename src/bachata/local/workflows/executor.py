"""Running a workflow: one method per kind of step.

A step returns how the flow goes on: None to the following step, a Jump to a named one, or Returned with the value of
the routine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock, RLock
from typing import Any

from . import limits, parallel, retry
from .context import Context
from .errors import WorkflowError, limit_error, system_error, too_deep, type_error, value_error
from .expressions import Call
from .model import (
    Action,
    Assign,
    Assignment,
    Block,
    For,
    Invoke,
    Nothing,
    Parallel,
    Raise,
    Retry,
    Return,
    Routine,
    Step,
    Switch,
    Try,
    Workflow,
)
from .scope import Memory, Scope
from .stdlib import FUNCTIONS
from .values import Value, is_number, is_positive_integer, type_name

StepObserver = Callable[..., Any]
"""Called before each step as `on_step(step_name, routine=…, line=…)`."""


@dataclass(frozen=True)
class Jump:
    """Go on at a step, or `end`, `break`, `continue`."""

    target: str


@dataclass(frozen=True)
class Returned:
    """The routine ends with this value."""

    value: Value


Flow = Jump | Returned | None


@dataclass(frozen=True)
class Frame:
    """Where the flow is: the routine, how deep in calls, how deep in parallel steps."""

    routine: str
    depth: int = 1
    parallel_depth: int = 0


class Executor:
    """Runs one execution of a workflow."""

    def __init__(self, workflow: Workflow, context: Context, on_step: StepObserver | None) -> None:
        self._workflow = workflow
        self._context = context
        self._on_step = on_step
        self._memory = Memory()
        self._shared_lock = RLock()
        self._count_lock = Lock()
        self._steps = 0
        self._run: dict[type[Action], Callable[[Any, Scope, Frame], Flow]] = {
            Nothing: self._nothing,
            Assign: self._assign,
            Invoke: self._invoke,
            Return: self._return,
            Raise: self._raise,
            Switch: self._switch,
            Block: self.block,
            For: self._for,
            Parallel: self._parallel,
            Try: self._try,
        }

    def main(self, argument: Value) -> Value:
        """The result of the main workflow."""
        routine = self._workflow.main
        return self._routine(routine, [argument] if routine.parameters else [], Frame("main"))

    def count_step(self) -> None:
        """Count one step, or one poll of a connector, against the limit of an execution."""
        with self._count_lock:
            self._steps += 1
            if self._steps > limits.STEPS_PER_EXECUTION:
                raise limit_error(f"more than {limits.STEPS_PER_EXECUTION} steps were executed")

    # Calls ---------------------------------------------------------------------------------------------------------

    def _routine(self, routine: Routine, arguments: list[Value], frame: Frame) -> Value:
        scope = Scope(self._memory, partial(self._evaluate_call, frame))
        try:
            for position, parameter in enumerate(routine.parameters):
                if position < len(arguments):
                    scope.declare(parameter.name, arguments[position])
                elif parameter.default is not None:
                    scope.declare(parameter.name, parameter.default.evaluate(scope))
            flow = self.block(routine.body, scope, frame)
            return flow.value if isinstance(flow, Returned) else None
        finally:
            scope.close()

    def _call(self, name: str, arguments: list[Value], frame: Frame) -> Value:
        if frame.depth >= limits.CALL_DEPTH:
            raise system_error("RecursionError", f"calls are nested more than {limits.CALL_DEPTH} deep")
        return self._routine(
            self._workflow.routines[name], arguments, replace(frame, routine=name, depth=frame.depth + 1)
        )

    def _evaluate_call(self, frame: Frame, name: str, arguments: list[Value]) -> Value:
        """A call inside an expression: arguments by position."""
        if name in self._workflow.routines:
            return self._call(name, arguments, frame)
        return self._library(name, FUNCTIONS[name].fill(arguments))

    def _library(self, name: str, arguments: list[Value]) -> Value:
        function = FUNCTIONS[name]
        try:
            return function.run(self._context, *arguments) if function.needs_context else function.run(*arguments)
        except UnicodeError:
            raise value_error(f"{name}: a character cannot be encoded") from None

    def _invoke(self, action: Invoke, scope: Scope, frame: Frame) -> Flow:
        given = {name: template.evaluate(scope) for name, template in action.arguments.items()}
        routine = self._workflow.routines.get(action.function)
        if routine is not None:
            value = self._call(action.function, _bind(routine, given, scope), frame)
        else:
            value = self._library(action.function, FUNCTIONS[action.function].bind(given))
        if action.result:
            with self._shared_lock:
                scope.assign(action.result, [], value)
        return None

    # Steps ---------------------------------------------------------------------------------------------------------

    def block(self, block: Block, scope: Scope, frame: Frame) -> Flow:
        """Steps in order, following the jumps that stay in this list."""
        position = 0
        while position < len(block.steps):
            flow = self._step(block.steps[position], scope, frame)
            if flow is None:
                position += 1
            elif isinstance(flow, Jump) and flow.target in block.positions:
                position = block.positions[flow.target]
            else:
                return flow
        return None

    def _step(self, step: Step, scope: Scope, frame: Frame) -> Flow:
        self._context.check_cancelled()
        if self._on_step is not None:
            self._on_step(step.name, routine=frame.routine, line=step.line)
        try:
            self.count_step()
            flow = self._action(step.action, scope, frame)
        except WorkflowError as error:
            error.trail.append(f'in step "{step.name}", routine "{frame.routine}", line: {step.line}')
            raise
        except RecursionError:
            raise too_deep() from None
        return Jump(step.next) if flow is None and step.next else flow

    def _action(self, action: Action, scope: Scope, frame: Frame) -> Flow:
        return self._run[type(action)](action, scope, frame)

    def _assign(self, action: Assign, scope: Scope, frame: Frame) -> Flow:
        for assignment in action.assignments:
            if frame.parallel_depth and self._calls_subworkflow(assignment):
                # Such a call may block for long: it must not hold the lock of the shared variables.
                value, path = _sides(assignment, scope)
                with self._shared_lock:
                    scope.assign(assignment.variable, path, value)
            else:
                # One assignment is atomic, so `total: ${total + 1}` of a shared variable loses no update.
                with self._shared_lock:
                    value, path = _sides(assignment, scope)
                    scope.assign(assignment.variable, path, value)
        return None

    def _calls_subworkflow(self, assignment: Assignment) -> bool:
        return any(
            isinstance(node, Call) and node.function in self._workflow.routines
            for expression in (*assignment.value.expressions(), *assignment.path)
            for node in expression.walk()
        )

    def _nothing(self, action: Nothing, scope: Scope, frame: Frame) -> Flow:  # noqa: ARG002
        return None

    def _return(self, action: Return, scope: Scope, frame: Frame) -> Flow:  # noqa: ARG002
        return Returned(action.value.evaluate(scope))

    def _raise(self, action: Raise, scope: Scope, frame: Frame) -> Flow:  # noqa: ARG002
        payload = action.value.evaluate(scope)
        if not isinstance(payload, str | dict):
            raise type_error(f"raise takes a string or a map, not {type_name(payload)}")
        raise WorkflowError(payload)

    def _switch(self, action: Switch, scope: Scope, frame: Frame) -> Flow:
        for case in action.cases:
            holds = case.condition.evaluate(scope)
            if not isinstance(holds, bool):
                raise type_error(f"a condition is a boolean, not {type_name(holds)}")
            if holds:
                flow = self._action(case.action, scope, frame)
                return Jump(case.next) if flow is None and case.next else flow
        return None

    def _for(self, action: For, scope: Scope, frame: Frame) -> Flow:
        for index, item in enumerate(iterate(action, scope)):
            flow = self._iteration(action, scope.child(), frame, index, item)
            if isinstance(flow, Jump) and flow.target == "break":
                return None
            if flow is not None:
                return flow
        return None

    def _iteration(self, action: For, scope: Scope, frame: Frame, index: int, item: Value) -> Flow:
        """One pass of a loop in its own scope; `continue` ends it."""
        try:
            scope.declare(action.value, item)
            if action.index:
                scope.declare(action.index, index)
            flow = self.block(action.body, scope, frame)
        finally:
            scope.close()
        return None if isinstance(flow, Jump) and flow.target == "continue" else flow

    def _parallel(self, action: Parallel, scope: Scope, frame: Frame) -> Flow:
        if frame.parallel_depth >= limits.PARALLEL_DEPTH:
            raise system_error("ParallelNestingError", f"parallel steps nest at most {limits.PARALLEL_DEPTH} deep")
        inner = replace(frame, parallel_depth=frame.parallel_depth + 1)

        def branch_scope() -> Scope:
            return scope.child(frozenset(action.shared), partial(self._evaluate_call, inner))

        def run_branch(body: Block) -> None:
            branch = branch_scope()
            try:
                self.block(body, branch, inner)
            finally:
                branch.close()

        work: Iterator[tuple[str, Callable[[], object]]]
        if action.loop is not None:
            loop = action.loop
            work = (
                (
                    f"{loop.value}[{index}]",
                    partial(lambda i, x: self._iteration(loop, branch_scope(), inner, i, x), index, item),
                )
                for index, item in enumerate(iterate(loop, scope))
            )
        else:
            work = ((name, partial(run_branch, body)) for name, body in action.branches)
        for name in action.shared:
            scope.lookup(name)
        parallel.run(work, _concurrency(action.limit.evaluate(scope)))
        return None

    def _try(self, action: Try, scope: Scope, frame: Frame) -> Flow:
        try:
            if action.retry is None:
                return self._action(action.body, scope, frame)
            return self._retried(action.body, action.retry, scope, frame)
        except WorkflowError as error:
            if action.handler is None:
                raise
            inner = scope.child()
            try:
                if action.error:
                    inner.declare(action.error, error.payload)
                return self._action(action.handler, inner, frame)
            finally:
                inner.close()

    def _retried(self, body: Action, policy: Retry, scope: Scope, frame: Frame) -> Flow:
        waits = retry.delays(policy.initial_delay, policy.multiplier, policy.max_delay)
        for attempt, delay in enumerate(waits):
            try:
                return self._action(body, scope, frame)
            except WorkflowError as error:
                if attempt >= policy.max_retries or not self._worth_retrying(policy, error, frame):
                    raise
            self._context.sleep(delay)
            self.count_step()
        raise AssertionError("delays are endless")

    def _worth_retrying(self, policy: Retry, error: WorkflowError, frame: Frame) -> bool:
        verdict = self._evaluate_call(frame, policy.predicate, [error.payload])
        if not isinstance(verdict, bool):
            raise type_error(f"the predicate {policy.predicate} returned {type_name(verdict)}, not a boolean")
        return verdict


def _sides(assignment: Assignment, scope: Scope) -> tuple[Value, list[Value]]:
    """The value of an assignment and the keys it goes to."""
    return assignment.value.evaluate(scope), [key.evaluate(scope) for key in assignment.path]


def _concurrency(limit: Value) -> int:
    if not is_positive_integer(limit):
        raise value_error("concurrency_limit is an integer from 1")
    return min(int(limit), limits.CONCURRENT_BRANCHES)


def _bind(routine: Routine, given: dict[str, Value], scope: Scope) -> list[Value]:
    """A subworkflow's arguments in order; the check at load has seen that none without a default is missing."""
    arguments: list[Value] = []
    for parameter in routine.parameters:
        if parameter.name in given:
            arguments.append(given[parameter.name])
        elif parameter.default is not None:
            arguments.append(parameter.default.evaluate(scope))
    return arguments


def iterate(loop: For, scope: Scope) -> Iterator[Value]:
    """The elements of a loop: those of `in`, or the numbers of `range`, both bounds included, in steps of 1."""
    if loop.bounds is None:
        assert loop.items is not None
        items = loop.items.evaluate(scope)
        if not isinstance(items, list):
            hint = "; loop over keys(map)" if isinstance(items, dict) else ""
            raise type_error(f"a loop goes over a list, not {type_name(items)}{hint}")
        return iter(items)
    first, last = (bound.evaluate(scope) for bound in loop.bounds)
    if not (is_number(first) and is_number(last)):
        raise type_error("the bounds of a range are numbers")
    return _numbers(first, last)


def _numbers(first: float, last: float) -> Iterator[float]:
    count = 0
    while first + count <= last:
        yield first + count
        count += 1

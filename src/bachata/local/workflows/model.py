"""A workflow after loading: routines of steps, every expression parsed. Plain data; `executor` gives it life."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .expressions import Evaluation, Expression, Literal
from .values import Value


class Template:
    """A value of the file whose `${}` parts are evaluated when the step runs."""

    line: int

    def evaluate(self, scope: Evaluation) -> Value:
        """The value in this scope. Raises WorkflowError."""
        raise NotImplementedError

    def expressions(self) -> Iterator[Expression]:
        """Every expression inside."""
        yield from ()


@dataclass(frozen=True)
class Constant(Template):
    """A value without any expression."""

    value: Value
    line: int = 0

    def evaluate(self, scope: Evaluation) -> Value:  # noqa: ARG002, D102
        return self.value


@dataclass(frozen=True)
class Computed(Template):
    """One `${}`."""

    expression: Expression
    line: int = 0

    def evaluate(self, scope: Evaluation) -> Value:  # noqa: D102
        return self.expression.evaluate(scope)

    def expressions(self) -> Iterator[Expression]:  # noqa: D102
        yield self.expression


@dataclass(frozen=True)
class ListTemplate(Template):
    """A list with at least one expression inside."""

    items: tuple[Template, ...]
    line: int = 0

    def evaluate(self, scope: Evaluation) -> Value:  # noqa: D102
        return [item.evaluate(scope) for item in self.items]

    def expressions(self) -> Iterator[Expression]:  # noqa: D102
        for item in self.items:
            yield from item.expressions()


@dataclass(frozen=True)
class MapTemplate(Template):
    """A map with at least one expression inside."""

    items: dict[str, Template]
    line: int = 0

    def evaluate(self, scope: Evaluation) -> Value:  # noqa: D102
        return {key: item.evaluate(scope) for key, item in self.items.items()}

    def expressions(self) -> Iterator[Expression]:  # noqa: D102
        for item in self.items.values():
            yield from item.expressions()


NULL = Constant(None)
TRUE = Computed(Literal(True))


class Action:
    """What one step does."""


@dataclass(frozen=True)
class Nothing(Action):
    """A step that only jumps, or one the loader could not make sense of."""


@dataclass(frozen=True)
class Assignment:
    """`variable.path[…]: value`; the keys of the path are expressions."""

    variable: str
    path: tuple[Expression, ...]
    value: Template
    line: int


@dataclass(frozen=True)
class Assign(Action):
    """Up to 50 assignments, in order."""

    assignments: tuple[Assignment, ...]


@dataclass(frozen=True)
class Invoke(Action):
    """`call` a function of the library, a connector or a subworkflow with named arguments."""

    function: str
    arguments: dict[str, Template]
    result: str | None
    line: int


@dataclass(frozen=True)
class Return(Action):
    """End the routine with a value."""

    value: Template


@dataclass(frozen=True)
class Raise(Action):
    """Raise a string or a map as an error."""

    value: Template


@dataclass(frozen=True)
class Case:
    """One condition of a switch and what it leads to."""

    condition: Template
    action: Action
    next: str | None
    line: int


@dataclass(frozen=True)
class Switch(Action):
    """The first condition that holds decides."""

    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Block(Action):
    """Steps in order."""

    steps: tuple[Step, ...]
    positions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class For(Action):
    """A loop over `items`, or over the inclusive `bounds` of numbers."""

    value: str
    index: str | None
    items: Template | None
    bounds: tuple[Template, Template] | None
    body: Block
    line: int


@dataclass(frozen=True)
class Parallel(Action):
    """Branches, or the iterations of a loop, run at the same time."""

    shared: tuple[str, ...]
    limit: Template
    branches: tuple[tuple[str, Block], ...]
    loop: For | None
    line: int


@dataclass(frozen=True)
class Retry:
    """How a try block is repeated: whole seconds; `predicate` is a subworkflow or a function of the library."""

    predicate: str
    max_retries: int
    initial_delay: float
    max_delay: float
    multiplier: float
    line: int = 0


@dataclass(frozen=True)
class Try(Action):
    """A body, perhaps repeated by `retry`, its last error handed to `handler` under the name `error`."""

    body: Action
    retry: Retry | None
    error: str | None
    handler: Action | None


@dataclass(frozen=True)
class Step:
    """A named action and where to go after it."""

    name: str
    action: Action
    next: str | None
    line: int


@dataclass(frozen=True)
class Parameter:
    """A routine's parameter; without a default it must be given."""

    name: str
    default: Template | None


@dataclass(frozen=True)
class Routine:
    """The main workflow or a subworkflow."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Block
    line: int


@dataclass(frozen=True)
class Workflow:
    """A loaded and checked workflow file."""

    routines: dict[str, Routine]

    @property
    def main(self) -> Routine:
        """Where an execution begins."""
        return self.routines["main"]

"""What can go wrong in a workflow.

::

    BachataError
    ├── InvalidRequest
    │   └── WorkflowInvalid      the file is refused before any step runs; carries every problem at once
    ├── WorkflowFailed           an execution ended by an error nobody caught; carries the error value
    └── Stopped
        └── WorkflowCancelled    an execution was cancelled; no `except` of the workflow can catch it
    Exception
    └── WorkflowError            internal: an error value travelling through the workflow, catchable by `except`

Error values are what `except: {as: e}` sees: a map with `tags` and `message` for errors of the system
(https://cloud.google.com/workflows/docs/reference/syntax/error-types), or whatever a `raise` step raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bachata.errors import BachataError, InvalidRequest, Stopped


@dataclass(frozen=True)
class Problem:
    """One reason to refuse a workflow file.

    `line` counts from 1 (0: the whole file), `place` is the path inside the file, for example `main.steps.fetch.args`.
    """

    line: int
    place: str
    message: str

    def __str__(self) -> str:
        """`line 7, main.fetch: unknown function foo.bar`."""
        where = f"line {self.line}" if self.line else "file"
        return f"{where}, {self.place}: {self.message}" if self.place else f"{where}: {self.message}"


class WorkflowInvalid(InvalidRequest):
    """The workflow file is refused; `problems` names every reason, in the order of the file."""

    code = "INVALID_WORKFLOW"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        heading = f"The workflow is refused: {count} problem{'s' if count != 1 else ''}"
        super().__init__("\n".join([heading, *(f"  {problem}" for problem in self.problems)]))


class WorkflowFailed(BachataError):
    """An execution failed. `payload` is the error value (a map or a string), `context` says in which steps."""

    code = "WORKFLOW_FAILED"

    def __init__(self, payload: Any, context: str = "") -> None:
        self.payload = payload
        self.context = context
        super().__init__(summary(payload), details=context)


class WorkflowCancelled(Stopped):
    """The execution was cancelled."""


class WorkflowError(Exception):
    """An error value on its way to the next `except`. `trail` collects the steps it passed, innermost first."""

    def __init__(self, payload: Any) -> None:
        self.payload = payload
        self.trail: list[str] = []
        super().__init__(payload)

    def context(self) -> str:
        """The steps the error passed through, in the words the Executions API uses."""
        return "\n".join([summary(self.payload), *self.trail])


def summary(payload: Any) -> str:
    """The sentence of an error value: its `message`, its `error` as our functions write it, or the value itself."""
    if isinstance(payload, dict):
        words = payload.get("message") or payload.get("error")
        return str(words) if words else f"an error with {', '.join(payload) or 'no entries'}"
    return str(payload)


def system_error(tag: str, message: str, *more_tags: str, **fields: Any) -> WorkflowError:
    """An error of the system: `{message, tags: [tag, …], **fields}`."""
    return WorkflowError({"message": f"{tag}: {message}", "tags": [tag, *more_tags], **fields})


def type_error(message: str) -> WorkflowError:
    """An operation or a function met a value of a type it does not take."""
    return system_error("TypeError", message)


def value_error(message: str) -> WorkflowError:
    """The type is right, the value is not."""
    return system_error("ValueError", message)


def key_error(message: str) -> WorkflowError:
    """A map has no such key, or a variable has no value yet."""
    return system_error("KeyError", message)


def too_deep() -> WorkflowError:
    """Python ran out of frames: calls, steps and values nested beyond what this engine can follow."""
    return system_error("RecursionError", "calls, steps or values are nested too deeply for the local engine")


def limit_error(message: str) -> WorkflowError:
    """One of the documented limits of the service is exceeded."""
    return system_error("ResourceLimitError", message)

"""The front door: load a workflow, check it, execute it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .build import Builder
from .check import Checker
from .context import Context, TokenSource, as_clock
from .errors import Problem, WorkflowError, WorkflowFailed, WorkflowInvalid, too_deep
from .executor import Executor, StepObserver
from .loader import load_yaml, read_source
from .model import Workflow
from .stdlib.encoding import decode_json, encode_json

REVISION = "000001-local"
"""The revision every local workflow has."""


def load(source: str | Path) -> Workflow:
    """A workflow from YAML text or a file, every expression parsed, every rule checked.

    Raises WorkflowInvalid with all problems at once.
    """
    routines, problems = _examine(source)
    if problems:
        raise WorkflowInvalid(problems)
    return Workflow(routines)


def check(source: str | Path) -> list[Problem]:
    """Everything that would make `load` refuse the file, in the order of the file; empty when it is accepted."""
    try:
        return _examine(source)[1]
    except WorkflowInvalid as refused:
        return refused.problems


def _examine(source: str | Path) -> tuple[dict[str, Any], list[Problem]]:
    document, problems = load_yaml(read_source(source))
    if document is None:
        return {}, problems
    builder = Builder()
    routines = builder.workflow(document)
    checker = Checker(routines)
    checker.check()
    found = dict.fromkeys([*problems, *builder.problems, *checker.problems])
    return routines, sorted(found, key=lambda problem: problem.line)


def _builtin_env() -> dict[str, str]:
    """What the cloud sets for every execution; the caller's env goes over it."""
    return {
        "GOOGLE_CLOUD_PROJECT_ID": "local",
        "GOOGLE_CLOUD_PROJECT_NUMBER": "0",
        "GOOGLE_CLOUD_LOCATION": "local",
        "GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME": "local@localhost",
        "GOOGLE_CLOUD_WORKFLOW_ID": "local",
        "GOOGLE_CLOUD_WORKFLOW_REVISION_ID": REVISION,
        "GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID": str(uuid.uuid4()),
    }


class Execution:
    """One run of a workflow, which another thread may watch (`current_step`: routine and step) or cancel."""

    def __init__(
        self,
        workflow: Workflow,
        *,
        env: Mapping[str, str] | None = None,
        endpoints: Mapping[str, str] | None = None,
        clock: Any = None,
        token_source: TokenSource | None = None,
        on_step: StepObserver | None = None,
    ) -> None:
        self.current_step: tuple[str, str] | None = None
        self._observer = on_step
        self._cancelled = threading.Event()
        self._context = Context(
            {**_builtin_env(), **(env or {})}, dict(endpoints or {}), as_clock(clock), token_source, self._cancelled
        )
        self._executor = Executor(workflow, self._context, self._note_step)
        self._context.count_step = self._executor.count_step

    def _note_step(self, name: str, *, routine: str, line: int) -> None:
        self.current_step = (routine, name)
        if self._observer is not None:
            self._observer(name, routine=routine, line=line)

    def cancel(self) -> None:
        """Stop the execution at its next step, sleep or wait for an answer."""
        self._cancelled.set()

    def run(self, argument: Any = None) -> Any:
        """The workflow's result.

        Raises WorkflowFailed, WorkflowCancelled, or ValueError when the argument is not JSON.
        """
        try:
            given = decode_json(encode_json(argument))
        except (WorkflowError, TypeError, ValueError, RecursionError) as error:
            raise ValueError("the argument is not a JSON value") from error
        try:
            # A copy: the caller may change the result, the loaded workflow and its constants stay as they are.
            return decode_json(_returned(self._executor.main(given)))
        except WorkflowError as error:
            raise WorkflowFailed(error.payload, error.context()) from None
        except RecursionError:
            failure = too_deep()
            raise WorkflowFailed(failure.payload, failure.context()) from None


def _returned(value: Any) -> str:
    """The result as JSON; bytes cannot be returned (data types page)."""
    try:
        return encode_json(value)
    except RecursionError:
        raise too_deep() from None


def execute(
    source: str | Path,
    argument: Any = None,
    *,
    env: Mapping[str, str] | None = None,
    endpoints: Mapping[str, str] | None = None,
    clock: Any = None,
    token_source: TokenSource | None = None,
    on_step: StepObserver | None = None,
) -> Any:
    """Load and run a workflow in this thread; its result. `source` is YAML text or a file, a Path or its name.

    `env` feeds sys.get_env (user variables and the built-in GOOGLE_CLOUD_*); `endpoints` maps `run` and `pubsub` to
    base URLs of the connectors; `clock` has `time()` (or `now()`) and `sleep(seconds)`, default real time;
    `token_source(kind, audience)` gives bearer tokens for "OIDC" and "OAuth2", default none, which only suits services
    on this machine. `on_step(name, routine=…, line=…)` is called before each step.

    Raises WorkflowInvalid before any step runs, WorkflowFailed with the error value in `.payload`.
    """
    options: dict[str, Any] = {"env": env, "endpoints": endpoints, "clock": clock}
    return Execution(load(source), **options, token_source=token_source, on_step=on_step).run(argument)

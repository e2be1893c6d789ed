"""What a job is, and what one run of it changes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bachata.local.workflows.api import ApiError

ENV_BYTES = 32_768  # a name and a value each; Cloud Run's limit (design: a longer blueprint travels as a reference)
MAX_TASKS = 10_000
MAX_RETRIES = 10
MAX_TIMEOUT = 168 * 3600.0

_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)s")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class JobDefinition:
    """A deployed job. `command` is never replaced by a run, `args` may be; times are seconds."""

    name: str
    command: tuple[str, ...]
    cwd: Path
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    max_retries: int = 3
    timeout: float = 600.0
    parallelism: int = 0
    """Tasks at once; 0 means as many as the machine has processors."""

    def __post_init__(self) -> None:
        if not self.command:
            raise ValueError("a job needs a command")
        if not 0 <= self.max_retries <= MAX_RETRIES:
            raise ValueError(f"max_retries is 0 to {MAX_RETRIES}")
        if not 0 < self.timeout <= MAX_TIMEOUT:
            raise ValueError(f"timeout is more than 0 and at most {MAX_TIMEOUT:g} seconds")


@dataclass(frozen=True)
class Run:
    """One run of a job: the definition with its overrides applied. `timeout` is seconds an attempt."""

    args: tuple[str, ...]
    env: Mapping[str, str]
    task_count: int
    timeout: float


def read_run(definition: JobDefinition, body: Mapping[str, Any]) -> Run:
    """The run a RunJobRequest body asks for.

    Raises ApiError INVALID_ARGUMENT naming every fault, as Cloud Run refuses what it does not know.
    """
    faults = [f"Unknown field {name!r}." for name in body if name not in {"name", "overrides", "etag"}]
    overrides = _object(body.get("overrides"), "overrides", faults)
    known = {"containerOverrides", "taskCount", "timeout"}
    faults += [f"Unknown field 'overrides.{name}'." for name in overrides if name not in known]
    args, env = definition.args, dict(definition.env)
    containers = overrides.get("containerOverrides") or []
    if not isinstance(containers, list) or len(containers) > 1:
        faults.append("overrides.containerOverrides must be a list of one: the job has one container.")
        containers = []
    for raw in containers:
        args = _container(_object(raw, "overrides.containerOverrides[0]", faults), args, env, faults)
    run = Run(args, env, _task_count(overrides, faults), _timeout(overrides, definition.timeout, faults))
    if faults:
        raise ApiError(400, "INVALID_ARGUMENT", " ".join(faults))
    return run


def _object(value: Any, place: str, faults: list[str]) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        faults.append(f"{place} must be an object.")
        return {}
    return value


def _container(
    override: Mapping[str, Any], args: tuple[str, ...], env: dict[str, str], faults: list[str]
) -> tuple[str, ...]:
    """Merges the variables into `env`; returns the arguments that hold now."""
    place = "overrides.containerOverrides[0]"
    known = {"args", "env", "clearArgs"}  # `name` chooses between containers; a job here has one
    faults += [f"Unknown field '{place}.{name}'." for name in override if name not in known]
    for index, raw in enumerate(override.get("env") or []):
        _variable(_object(raw, f"{place}.env[{index}]", faults), f"{place}.env[{index}]", env, faults)
    given = override.get("args") or []
    if not isinstance(given, list) or not all(isinstance(arg, str) for arg in given):
        faults.append(f"{place}.args must be a list of strings.")
        return args
    if override.get("clearArgs") is True:
        if given:
            faults.append(f"{place}: give args or clearArgs, not both.")
        return ()
    return tuple(given) or args


def _variable(variable: Mapping[str, Any], place: str, env: dict[str, str], faults: list[str]) -> None:
    name, value = variable.get("name"), variable.get("value", "")
    if not isinstance(name, str) or not _ENV_NAME.fullmatch(name):
        faults.append(f"{place}.name must be the name of an environment variable.")
        return
    if not isinstance(value, str) or "\x00" in value:
        faults.append(f"{place}.value ({name}) must be a string without NUL.")
        return
    for what, text in (("name", name), ("value", value)):
        size = len(text.encode())
        if size > ENV_BYTES:
            faults.append(f"{place}.{what} ({name[:60]}) takes {size} bytes, at most {ENV_BYTES} are allowed.")
    if name.startswith("CLOUD_RUN_"):
        faults.append(f"{place}.name {name} is reserved.")
    env[name] = value


def _task_count(overrides: Mapping[str, Any], faults: list[str]) -> int:
    count = overrides.get("taskCount", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MAX_TASKS:
        faults.append(f"overrides.taskCount must be an integer from 1 to {MAX_TASKS}.")
        return 1
    return count or 1  # 0 is how protobuf says "not given"


def _timeout(overrides: Mapping[str, Any], default: float, faults: list[str]) -> float:
    text = overrides.get("timeout")
    if text is None:
        return default
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    seconds = float(match[1]) if match else math.nan
    if not 0 < seconds <= MAX_TIMEOUT:
        faults.append(f'overrides.timeout must be a duration such as "600s", at most {MAX_TIMEOUT:g}s.')
        return default
    return seconds

"""The connectors of this engine: Cloud Run jobs (run.v2) and Pub/Sub publish. Any other name is refused at load.

A connector sends a request with the execution's credentials, retries it as its method allows, and waits for the
long-running operation (LRO) it started. https://cloud.google.com/workflows/docs/connectors
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import limits, retry
from .context import Context
from .errors import WorkflowError, system_error, type_error, value_error
from .http import send
from .stdlib.registry import function, want_map, want_number, want_string
from .values import Value, type_name

_BASES = {"run": "https://run.googleapis.com", "pubsub": "https://pubsub.googleapis.com"}
_RUN = "googleapis.run.v2.projects.locations.jobs"
_REQUEST_SECONDS = 300
_RETRIES = 5
_NAME = re.compile(r"[A-Za-z0-9._~%+-]+(/[A-Za-z0-9._~%+-]+)*", re.ASCII)


@dataclass(frozen=True)
class _Parameters:
    """`connector_params`: seconds; the defaults are those of the connectors page."""

    timeout: float = limits.CONNECTOR_TIMEOUT_SECONDS
    initial_delay: float = 1.0
    multiplier: float = 1.25
    max_delay: float = 60.0
    skip_polling: bool = False


@function(f"{_RUN}.run", "name", blocking=True, needs_context=True, body=None, connector_params=None)
def run_job(context: Context, name: Value, body: Value, connector_params: Value) -> Value:
    """Run a job and wait: the finished Execution. OperationError when it fails, TimeoutError when it takes too long."""
    parameters = _parameters(connector_params)
    operation = _call(context, "POST", "run", f"v2/{_name(name)}:run", {} if body is None else body)
    return operation if parameters.skip_polling else _wait(context, "run", operation, parameters)


@function(f"{_RUN}.executions.get", "name", blocking=True, needs_context=True, connector_params=None)
def get_execution(context: Context, name: Value, connector_params: Value) -> Value:
    """An Execution as it is now."""
    _parameters(connector_params)
    return _call(context, "GET", "run", f"v2/{_name(name)}")


@function(f"{_RUN}.executions.cancel", "name", blocking=True, needs_context=True, body=None, connector_params=None)
def cancel_execution(context: Context, name: Value, body: Value, connector_params: Value) -> Value:
    """Cancel an Execution and wait until it is."""
    parameters = _parameters(connector_params)
    operation = _call(context, "POST", "run", f"v2/{_name(name)}:cancel", {} if body is None else body)
    return operation if parameters.skip_polling else _wait(context, "run", operation, parameters)


@function(
    "googleapis.pubsub.v1.projects.topics.publish",
    "topic",
    "body",
    blocking=True,
    needs_context=True,
    connector_params=None,
)
def publish(context: Context, topic: Value, body: Value, connector_params: Value) -> Value:
    """Publish messages: `{messageIds: […]}`."""
    _parameters(connector_params)
    return _call(context, "POST", "pubsub", f"v1/{_name(topic)}:publish", want_map(body, "body"))


def _name(name: Value) -> str:
    text = want_string(name, "name")
    if not _NAME.fullmatch(text) or ".." in text.split("/"):
        raise value_error(f"not a resource name: {text!r}")
    return text


def _parameters(given: Value) -> _Parameters:
    options = want_map(given or {}, "connector_params")
    _known(options, {"timeout", "polling_policy", "skip_polling", "scopes"}, "connector_params")
    policy = want_map(options.get("polling_policy") or {}, "polling_policy")
    _known(policy, {"initial_delay", "multiplier", "max_delay"}, "polling_policy")
    skip = options.get("skip_polling", False)
    if not isinstance(skip, bool):
        raise type_error(f"skip_polling must be a boolean, not {type_name(skip)}")
    result = _Parameters(
        timeout=want_number(options.get("timeout", _Parameters.timeout), "connector_params.timeout"),
        initial_delay=want_number(policy.get("initial_delay", _Parameters.initial_delay), "initial_delay"),
        multiplier=want_number(policy.get("multiplier", _Parameters.multiplier), "multiplier"),
        max_delay=want_number(policy.get("max_delay", _Parameters.max_delay), "max_delay"),
        skip_polling=skip,
    )
    if not 0 < result.timeout <= limits.CONNECTOR_TIMEOUT_MAXIMUM_SECONDS:
        raise value_error(f"connector_params.timeout is at most {limits.CONNECTOR_TIMEOUT_MAXIMUM_SECONDS} seconds")
    if result.initial_delay <= 0 or result.max_delay <= 0 or result.multiplier < 1:
        raise value_error("a polling_policy has delays above 0 and a multiplier of at least 1")
    return result


def _known(options: dict[str, Value], known: set[str], what: str) -> None:
    if unknown := sorted(set(options) - known):
        raise value_error(f"unknown entry of {what}: {', '.join(unknown)}")


def _call(context: Context, method: str, api: str, path: str, body: Value = None) -> Value:
    """One request of a connector, retried by the policy of its method; the body of the answer."""
    url = f"{context.endpoints.get(api, _BASES[api]).rstrip('/')}/{path}"
    predicate: Callable[[Value], bool] = (
        retry.worth_retrying if method == "GET" else retry.worth_retrying_non_idempotent
    )
    for attempt, delay in enumerate(retry.delays(1, 1.25, 60)):
        try:
            return send(context, method, url, _REQUEST_SECONDS, body=body, auth={"type": "OAuth2"})["body"]
        except WorkflowError as error:
            if attempt == _RETRIES or not predicate(error.payload):
                raise
            context.sleep(delay)
    raise AssertionError("delays are endless")


def _wait(context: Context, api: str, operation: Value, parameters: _Parameters) -> Value:
    """Poll an LRO until it is done: its response."""
    deadline = context.clock.time() + parameters.timeout
    for delay in retry.delays(parameters.initial_delay, parameters.multiplier, parameters.max_delay):
        if not isinstance(operation, dict) or not isinstance(operation.get("name"), str):
            raise system_error("ResponseTypeError", "the answer is not a long-running operation")
        if operation.get("done") is True:
            return _outcome(operation)
        remaining = deadline - context.clock.time()
        if remaining <= 0:
            raise system_error("TimeoutError", f"Timeout of {parameters.timeout:g} seconds exceeded", "OSError")
        context.sleep(min(delay, remaining))
        context.count_step()
        operation = _call(context, "GET", api, f"v2/{_name(operation['name'])}")
    raise AssertionError("delays are endless")


def _outcome(operation: dict[str, Value]) -> Value:
    error = operation.get("error")
    if error is None:
        return operation.get("response")
    message = error.get("message") if isinstance(error, dict) else None
    fields = {"message": str(message or "the long-running operation failed"), "tags": ["OperationError"]}
    raise WorkflowError({**fields, "operation": operation, "error": error})

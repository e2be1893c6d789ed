"""The workflow, its trigger and the sweep find what they call, and wait as long as it may take."""

from __future__ import annotations

from typing import Final

from tools.infrastructure.definition import Definition
from tools.infrastructure.stack import Problems, Stack

_FUNCTIONS: Final = {"ANALYZE_URL": "analyze", "PLAN_URL": "plan", "FINALIZE_URL": "finalize"}
_LEAST_RETENTION: Final = 7 * 86_400


def workflow_finds_what_it_calls(stack: Stack) -> Problems:
    """All of it."""
    workflow = stack.one("google_workflows_workflow", "choreography")
    definition = Definition(workflow.values["source_contents"])
    yield from _variables(stack, definition)
    yield from _functions(stack, definition)
    yield from _render(stack, definition)
    yield from _sweep(stack)
    yield from _dead_letters(stack)


def _variables(stack: Stack, definition: Definition) -> Problems:
    workflow = stack.one("google_workflows_workflow", "choreography")
    given = workflow.values["user_env_vars"]
    for name in sorted(definition.variables - given.keys()):
        yield f"{workflow} does not get {name}, which choreography.yaml reads"
    for name in sorted(given.keys() - definition.variables):
        yield f"{workflow} gets {name}, which choreography.yaml does not read"
    for name, function in _FUNCTIONS.items():
        if name in given and given[name] != _address(stack, function):
            yield f"{workflow}: {name} is not the address of the function {function}"
    dead = stack.one("google_pubsub_topic", "dead")
    if given.get("DEAD_LETTER_TOPIC", dead.values["id"]) != dead.values["id"]:
        yield f"{workflow}: DEAD_LETTER_TOPIC is not {dead}"


def _functions(stack: Stack, definition: Definition) -> Problems:
    for request in definition.requests():
        auth = request.get("auth") or {}
        if auth.get("type") != "OIDC" or auth.get("audience") != request.get("url"):
            yield "choreography.yaml calls a function without an OIDC token whose audience is its address"
    for variable, seconds in definition.patience().items():
        function = stack.one("google_cloudfunctions2_function", "component", _FUNCTIONS[variable])
        limit = function.block("service_config")["timeout_seconds"]
        if limit < seconds:
            yield f"{function} is stopped after {limit} s, but the workflow waits {seconds} s for it"


def _render(stack: Stack, definition: Definition) -> Problems:
    arguments = definition.render()
    attempt = _seconds(arguments["body"]["overrides"]["timeout"])
    waits = arguments["connector_params"]["timeout"]
    named = stack.one("google_workflows_workflow", "choreography").values["user_env_vars"].get("ASSEMBLER_JOB")
    for job in stack.of("google_cloud_run_v2_job"):
        if job.name != "assembler":
            continue
        task = job.block("template", "template")
        attempts = task["max_retries"] + 1
        if _seconds(task["timeout"]) != attempt:
            yield f"{job}: an attempt takes up to {task['timeout']}, the workflow says {attempt} s"
        if attempt * attempts > waits:
            yield f"{job}: {attempts} attempts of {attempt} s outlast the {waits} s the workflow waits"
        if job.values["name"] != named:
            yield f"{job} is called {job.values['name']}, the workflow runs {named}"


def _sweep(stack: Stack) -> Problems:
    for job in stack.of("google_cloud_scheduler_job"):
        target = job.block("http_target")
        token = job.block("http_target", "oidc_token")
        address = _address(stack, "finalize")
        if target.get("uri") != address:
            yield f"{job} does not call finalize"
        if token.get("audience") != address:
            yield f"{job}: the token's audience must be the function's address, or it is refused"
        if not token.get("service_account_email"):
            yield f"{job} calls without a token"
    finalize = stack.one("google_cloudfunctions2_function", "component", "finalize")
    workflow = stack.one("google_workflows_workflow", "choreography").values
    named = finalize.block("service_config")["environment_variables"].get("WORKFLOW_NAME", "")
    if not named.endswith(f"/locations/{workflow['region']}/workflows/{workflow['name']}"):
        yield f"{finalize}: WORKFLOW_NAME is not the workflow whose executions own the tasks"


def _dead_letters(stack: Stack) -> Problems:
    dead = stack.one("google_pubsub_topic", "dead")
    keeping = [s for s in stack.of("google_pubsub_subscription") if s.values["topic"] == dead.values["id"]]
    if not keeping:
        yield f"{dead} has no subscription: what is published there is lost"
    for subscription in keeping:
        if _seconds(subscription.values["message_retention_duration"]) < _LEAST_RETENTION:
            yield f"{subscription} keeps messages for less than 7 days"
        if subscription.block("expiration_policy").get("ttl") != "":
            yield f'{subscription} goes when nobody reads it for a month: expiration_policy {{ ttl = "" }}'


def _address(stack: Stack, function: str) -> str:
    resource = stack.one("google_cloudfunctions2_function", "component", function)
    return str(resource.block("service_config")["uri"])


def _seconds(duration: str) -> int:
    return int(duration.removesuffix("s"))

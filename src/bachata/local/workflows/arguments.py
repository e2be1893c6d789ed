"""Arguments that are wrong whatever the run brings: plain values of http calls and connectors, checked at load."""

from __future__ import annotations

from collections.abc import Iterator

from . import limits
from .model import Constant, Invoke, MapTemplate, Template
from .values import Value, is_number

_CONNECTOR_PARAMETERS = {"timeout", "polling_policy", "skip_polling", "scopes"}
_POLLING = {"initial_delay", "multiplier", "max_delay"}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
AUTH_ENTRIES = frozenset({"type", "audience", "scope", "scopes"})


def faults(call: Invoke) -> Iterator[str]:
    """What is wrong with the arguments of a call."""
    arguments = call.arguments
    if call.function.startswith("http."):
        yield from _seconds(arguments.get("timeout"), "timeout", limits.HTTP_TIMEOUT_MAXIMUM_SECONDS)
        yield from _one_of(arguments.get("method"), "method", METHODS)
        yield from _auth(arguments.get("auth"))
    elif call.function.startswith("googleapis."):
        given = _entries(arguments.get("connector_params"))
        yield from _unknown(given, _CONNECTOR_PARAMETERS, "connector_params")
        most = limits.CONNECTOR_TIMEOUT_MAXIMUM_SECONDS
        yield from _seconds(given.get("timeout"), "connector_params.timeout", most)
        yield from _unknown(_entries(given.get("polling_policy")), _POLLING, "polling_policy")


def _auth(auth: Template | None) -> Iterator[str]:
    entries = _entries(auth)
    if entries or (isinstance(auth, Constant) and auth.value is not None):
        yield from _unknown(entries, AUTH_ENTRIES, "auth")
        yield from _one_of(entries.get("type", Constant(None)), "auth.type", frozenset({"OIDC", "OAuth2"}))


def _entries(template: Template | None) -> dict[str, Template]:
    """The entries of a map in the file; none when the map is computed."""
    if isinstance(template, MapTemplate):
        return template.items
    if isinstance(template, Constant) and isinstance(template.value, dict):
        return {key: Constant(value) for key, value in template.value.items()}
    return {}


def _unknown(entries: dict[str, Template], known: set[str] | frozenset[str], what: str) -> Iterator[str]:
    for name in entries:
        if name not in known:
            yield f"{what} has no entry {name}; known are {', '.join(sorted(known))}"


def _one_of(template: Template | None, what: str, allowed: frozenset[str]) -> Iterator[str]:
    if isinstance(template, Constant) and not (isinstance(template.value, str) and template.value in allowed):
        yield f"{what} is one of {', '.join(sorted(allowed))}, not {template.value!r}"


def _seconds(template: Template | None, what: str, most: int) -> Iterator[str]:
    if isinstance(template, Constant) and template.value is not None and not _between(template.value, most):
        yield f"{what} is above 0 and at most {most} seconds, not {template.value!r}"


def _between(value: Value, most: int) -> bool:
    return is_number(value) and 0 < value <= most

"""With a key and with people the tree holds every rule, too; `python -m tools.infrastructure` applies it as it is."""

from __future__ import annotations

from tools.infrastructure.reads import FIELDS
from tools.infrastructure.rules import problems
from tools.infrastructure.rules.environment import DEFAULT_SERVES, GIVEN, OTHERS
from tools.infrastructure.stack import Stack
from tools.infrastructure.workspace import environments


def test_what_is_left_to_defaults_and_what_executions_are_given_is_read_from_settings():
    named = {*DEFAULT_SERVES, *(name for given in GIVEN.values() for name in given)}
    assert named <= {field.upper() for field in FIELDS}
    assert not {*OTHERS} & {field.upper() for field in FIELDS}


def test_there_are_environments():
    assert environments() == ["dev", "prod"]


def test_with_a_key_submitters_and_librarians(workspace):
    state = workspace.apply(
        "dev",
        '-var=gemini={access="key"}',
        '-var=submitters=["group:dancers@example.com"]',
        '-var=librarians=["user:ana@example.com"]',
    )
    stack = Stack(state, "dev")
    assert problems(stack) == []
    plan = stack.one("google_cloudfunctions2_function", "component", "plan").block("service_config")
    assert [s["key"] for s in plan["secret_environment_variables"]] == ["GEMINI_API_KEY"]
    assert "google_cloudfunctions2_function" in workspace.changes("dev", "-var=log_level=DEBUG")

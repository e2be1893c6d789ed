"""What must hold of an applied stack. A rule yields a sentence for every way in which it does not."""

from __future__ import annotations

from tools.infrastructure.rules.access import access_is_what_the_code_needs
from tools.infrastructure.rules.environment import environments_are_what_the_code_reads
from tools.infrastructure.rules.exposure import nothing_is_exposed
from tools.infrastructure.rules.observability import metrics_read_what_is_written
from tools.infrastructure.rules.order import what_is_needed_is_there_before
from tools.infrastructure.rules.protection import data_is_protected
from tools.infrastructure.rules.workflow import workflow_finds_what_it_calls
from tools.infrastructure.stack import Rule, Stack

RULES: tuple[Rule, ...] = (
    access_is_what_the_code_needs,
    data_is_protected,
    environments_are_what_the_code_reads,
    metrics_read_what_is_written,
    nothing_is_exposed,
    what_is_needed_is_there_before,
    workflow_finds_what_it_calls,
)


def problems(stack: Stack) -> list[str]:
    """Everything that does not hold of `stack`."""
    return [problem for rule in RULES for problem in rule(stack)]

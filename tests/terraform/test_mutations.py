"""Every mistake in `mutations` is caught, by the cheapest thing that can, and in words that name it.

An apply takes seconds, so mistakes that show only there are made several at a time: neighbours in the list, which are
alike, in different batches. The unharmed tree has none (`python -m tools.infrastructure`), so what is found is theirs.
"""

from __future__ import annotations

import pytest

from tests.terraform.mutations import MUTATIONS
from tools.infrastructure.rules import problems
from tools.infrastructure.stack import Stack
from tools.infrastructure.workspace import TerraformFailed, inputs

ALONE = [m for m in MUTATIONS if m.by != "rules"]
_TOGETHER = [m for m in MUTATIONS if m.by == "rules"]
BATCHES = [_TOGETHER[start::6] for start in range(6)]


@pytest.mark.parametrize("mutation", ALONE, ids=lambda m: m.name.replace(" ", "-"))
def test_terraform_itself_refuses_a_mistake(workspace, mutation):
    mutation.apply(workspace.folder)
    with pytest.raises(TerraformFailed) as failed:
        if mutation.by == "validate":
            workspace.run("validate")
        else:
            workspace.run("plan", *inputs(mutation.environment))
    assert mutation.words in " ".join(str(failed.value).replace("│", " ").split())


@pytest.mark.parametrize("batch", BATCHES, ids=range(len(BATCHES)))
def test_the_rules_find_every_mistake(workspace, batch):
    for mutation in batch:
        mutation.apply(workspace.folder)
    found = problems(Stack(workspace.apply("prod"), "prod"))
    missed = [mutation.name for mutation in batch if not any(mutation.words in problem for problem in found)]
    assert missed == [], found


def test_names_are_told_apart():
    assert len({m.name for m in MUTATIONS}) == len(MUTATIONS)

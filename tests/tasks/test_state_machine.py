"""Any sequence of steps by any executions, against a model of the rules, on real PostgreSQL."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bachata.errors import BachataError, Conflict, TaskMissing, TaskOwnedElsewhere
from bachata.tasks.store import TaskStore
from bachata.tasks.task import STAGES

EXECUTIONS = st.sampled_from(["e1", "e2", "e3"])
TERMINAL = {"completed", "failed", "cancelled"}


@dataclass(frozen=True)
class Model:
    """What the rules say the row must be."""

    status: str
    owner: str
    progress: int = 0
    result: dict | None = None
    error: str | None = None

    @property
    def finished(self) -> bool:
        return self.status in TERMINAL


class Tasks(RuleBasedStateMachine):
    store: TaskStore

    @initialize()
    def begin(self):
        self.task_id = uuid.uuid4().hex
        self.model: Model | None = None
        self.steps = 0

    def _refused(self, step, *allowed: type[BachataError]) -> None:
        with pytest.raises(allowed):
            step()

    @rule(execution=EXECUTIONS)
    def open(self, execution):
        claim = self.store.open(self.task_id, user_id="ana", execution=execution, request={})
        model = self.model
        if model is None or (model.status == "failed" and model.owner != execution):
            self.model = Model("started", execution)
            assert claim.claimed
        else:
            assert claim.claimed == (model.owner == execution and not model.finished)

    @rule(execution=EXECUTIONS, stage=st.sampled_from(sorted(STAGES)), percent=st.none() | st.integers(0, 100))
    def progress(self, execution, stage, percent):
        changed = self.store.progress(self.task_id, execution, stage, percent)
        model = self.model
        assert changed == (model is not None and model.owner == execution and not model.finished)
        if changed:
            reported = min(STAGES[stage] if percent is None else percent, 99)
            self.model = replace(model, status="running", progress=max(model.progress, reported))

    @rule(execution=EXECUTIONS)
    def complete(self, execution):
        self.steps += 1
        result = {"step": self.steps}
        step = lambda: self.store.complete(self.task_id, execution, result)  # noqa: E731
        model = self.model
        if model is None:
            self._refused(step, TaskMissing)
        elif model.owner != execution:
            self._refused(step, TaskOwnedElsewhere)
        elif model.status in {"failed", "cancelled"}:
            self._refused(step, Conflict)
        else:
            step()
            if not model.finished:
                self.model = replace(model, status="completed", progress=100, result=result)

    @rule(execution=EXECUTIONS)
    def fail(self, execution):
        self.steps += 1
        words = f"step {self.steps}"
        step = lambda: self.store.fail(self.task_id, execution, stage="planning", error={"error": words})  # noqa: E731
        model = self.model
        if model is None:
            self._refused(step, TaskMissing)
        elif model.owner != execution:
            self._refused(step, TaskOwnedElsewhere)
        elif model.status == "completed":
            self._refused(step, Conflict)
        else:
            step()
            if not model.finished:
                self.model = replace(model, status="failed", error=words)

    @rule()
    def cancel(self):
        model = self.model
        if model is None:
            self._refused(lambda: self.store.cancel(self.task_id), TaskMissing)
        elif model.status in {"completed", "failed"}:
            self._refused(lambda: self.store.cancel(self.task_id), Conflict)
        else:
            self.store.cancel(self.task_id)
            self.model = replace(model, status="cancelled")

    @invariant()
    def the_row_is_what_the_rules_say(self):
        model = getattr(self, "model", None)
        if model is None:
            return
        task = self.store.get(self.task_id)
        assert (task.status, task.workflow_execution, task.progress, task.result) == (
            model.status,
            model.owner,
            model.progress,
            model.result,
        )
        assert (task.error or {}).get("error") == model.error
        assert (task.result is not None) == (task.status == "completed") == (task.progress == 100)


def test_no_sequence_of_steps_breaks_the_rules(engine):
    machine = type("Machine", (Tasks,), {"store": TaskStore(engine)})
    run_state_machine_as_test(machine, settings=settings(max_examples=100, stateful_step_count=20))

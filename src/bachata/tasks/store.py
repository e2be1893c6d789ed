"""The state machine of a task, one SQL statement a step.

::

    (nothing) ── open ──> started ── progress ──> running ── complete ──> completed
                             │                       │
                             ├───── fail ────────────┴──> failed ── open by a new execution ──> started
                             └───── cancel ──────────┴──> cancelled

Every step names the execution that takes it; a statement's WHERE clause lets only the owner of an unfinished task
through, so no interleaving of processes can break the rules above. Steps may be repeated (a workflow retries what it
got no answer to): the same step by the same execution answers the same.

An execution that dies without `fail` leaves its task running. Nothing here takes it over: only a sweep that asks the
platform whether the execution still lives can tell a dead one from a slow one (`bachata.tasks.sweep`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection, Engine, Row

from bachata.errors import Conflict, NotFound, TaskMissing, TaskOwnedElsewhere
from bachata.tasks.engine import transaction
from bachata.tasks.outcomes import log_outcome
from bachata.tasks.rows import failure, task_of
from bachata.tasks.tables import blueprints
from bachata.tasks.tables import choreography_tasks as tasks
from bachata.tasks.task import ACTIVE, SENTENCES, STAGES, Claim, Task
from bachata.tasks.values import storable

_NOW = sa.func.now()


class TaskStore:
    """Tasks and their blueprints in PostgreSQL. Every method raises Unavailable while the database is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(
        self, task_id: str, *, user_id: str, execution: str, request: dict[str, Any], song_key: str | None = None
    ) -> Claim:
        """Claim the task for `execution`: create it, take one that nobody runs yet, or reopen a failed one.

        Of any number of executions that ask at once, one gets it; asking again, it still has it. `claimed` is False
        when another execution has it, and when it is finished. Raises TaskOwnedElsewhere for another user's task.
        """
        fresh = {
            "status": "started",
            "progress": 0,
            "stage": "initializing",
            "message": "Starting",
            "request": storable(request),
            "result": None,
            "error": None,
            "song_key": song_key,
            "workflow_execution": execution,
            "job_execution_name": None,
            "updated_at": _NOW,
        }
        reopenable = (tasks.c.status == "failed") & tasks.c.workflow_execution.is_distinct_from(execution)
        unclaimed = (tasks.c.status == "started") & tasks.c.workflow_execution.is_(None)
        statement = (
            insert(tasks)
            .values(task_id=task_id, user_id=user_id, **fresh)
            .on_conflict_do_update(
                index_elements=[tasks.c.task_id],
                set_=fresh,
                where=(tasks.c.user_id == user_id) & (reopenable | unclaimed),
            )
            .returning(tasks)
        )
        with transaction(self._engine) as connection:
            row = connection.execute(statement).one_or_none()
            if row is not None:
                return Claim(True, task_of(row))
            task = self._require(connection, task_id)
            if task.user_id != user_id:
                raise TaskOwnedElsewhere(f"Task {task_id} belongs to another user; choose another task id")
            return Claim(task.workflow_execution == execution and task.status in ACTIVE, task)

    def progress(
        self, task_id: str, execution: str, stage: str, progress: int | None = None, message: str = ""
    ) -> bool:
        """Say how far the work is, in percent; without `progress`, where `stage` begins. It never goes back.

        False, and nothing changed, when `execution` does not own the task or the task is finished. Raises ValueError
        for a stage that is not in STAGES and for a progress outside 0 to 100.
        """
        if stage not in STAGES:
            raise ValueError(f"unknown stage {stage!r}; the stages are {', '.join(STAGES)}")
        percent = STAGES[stage] if progress is None else progress
        if not 0 <= percent <= 100:
            raise ValueError(f"progress lies between 0 and 100, not {percent}")
        changes = {
            "status": "running",
            "stage": stage,
            "message": storable(message or SENTENCES[stage]),
            # 100 is for the task that has its result
            "progress": sa.func.greatest(tasks.c.progress, min(percent, 99)),
        }
        with transaction(self._engine) as connection:
            return self._change(connection, task_id, execution, changes) is not None

    def set_job_execution(self, task_id: str, execution: str, name: str) -> bool:
        """Note the job execution that renders the task, for cancelling; False as in `progress`."""
        with transaction(self._engine) as connection:
            return self._change(connection, task_id, execution, {"job_execution_name": name}) is not None

    def save_blueprint(self, task_id: str, execution: str, blueprint_json: str | dict[str, Any], sha256: str) -> None:
        """Keep the task's blueprint, replacing an earlier one. `sha256` is that of its canonical JSON.

        Raises TaskMissing, TaskOwnedElsewhere, or Conflict when the task is finished.
        """
        document = json.loads(blueprint_json) if isinstance(blueprint_json, str) else blueprint_json
        values = {"blueprint_json": storable(document), "sha256": sha256, "updated_at": _NOW}
        statement = insert(blueprints).values(task_id=task_id, **values)
        with transaction(self._engine) as connection:
            self._owned(connection, task_id, execution)
            connection.execute(statement.on_conflict_do_update(index_elements=[blueprints.c.task_id], set_=values))

    def complete(self, task_id: str, execution: str, result: dict[str, Any]) -> Task:
        """Finish the task with its result, in one UPDATE; repeated, the answer of the first time.

        Raises TaskMissing, TaskOwnedElsewhere, or Conflict when the task failed or was cancelled.
        """
        changes = {
            "status": "completed",
            "progress": 100,
            "stage": "completed",
            "message": SENTENCES["completed"],
            "result": storable(result),
            "error": None,
        }
        return self._finish(task_id, execution, changes, already=("completed",))

    def fail(self, task_id: str, execution: str, *, stage: str, error: dict[str, Any]) -> Task:
        """Finish the task with an error (the body of `BachataError.as_dict`); the first error stays.

        A cancelled task is answered unchanged: the cancellation is why the work failed. Raises TaskMissing,
        TaskOwnedElsewhere, or Conflict when the task is completed.
        """
        return self._finish(task_id, execution, failure(stage, error), already=("failed", "cancelled"))

    def cancel(self, task_id: str) -> Task:
        """Finish the task because its owner no longer wants it; cancelling twice is fine.

        Raises TaskMissing, or Conflict when it is completed or failed.
        """
        changes = {"status": "cancelled", "message": "Cancelled"}
        return self._finish(task_id, None, changes, already=("cancelled",))

    def get(self, task_id: str) -> Task:
        """One task. Raises TaskMissing."""
        with transaction(self._engine) as connection:
            return self._require(connection, task_id)

    def list(
        self, *, status: str | None = None, user_id: str | None = None, limit: int = 20, offset: int = 0
    ) -> list[Task]:
        """Tasks, the newest first."""
        query = sa.select(tasks).order_by(tasks.c.created_at.desc(), tasks.c.task_id).limit(limit).offset(offset)
        if status is not None:
            query = query.where(tasks.c.status == status)
        if user_id is not None:
            query = query.where(tasks.c.user_id == user_id)
        with transaction(self._engine) as connection:
            return [task_of(row) for row in connection.execute(query)]

    def blueprint(self, task_id: str) -> dict[str, Any]:
        """The task's blueprint. Raises TaskMissing, or NotFound when none was planned yet."""
        query = sa.select(blueprints.c.blueprint_json).where(blueprints.c.task_id == task_id)
        with transaction(self._engine) as connection:
            document = connection.execute(query).scalar_one_or_none()
            if document is None:
                task = self._require(connection, task_id)
                raise NotFound(f"Task {task_id} has no blueprint: it is {task.status} at {task.stage}")
            return cast(dict[str, Any], document)

    def close(self) -> None:
        """Close the engine's idle connections."""
        self._engine.dispose()

    # -- statements --------------------------------------------------------------------------------------------------

    def _change(
        self, connection: Connection, task_id: str, execution: str | None, changes: dict[str, Any]
    ) -> Row[Any] | None:
        """Update the task if it is unfinished and, unless `execution` is None, owned by it; the new row or None."""
        statement = (
            sa.update(tasks)
            .where(tasks.c.task_id == task_id, tasks.c.status.in_(ACTIVE))
            .values(**changes, updated_at=_NOW)
            .returning(tasks)
        )
        if execution is not None:
            statement = statement.where(tasks.c.workflow_execution == execution)
        return connection.execute(statement).one_or_none()

    def _finish(self, task_id: str, execution: str | None, changes: dict[str, Any], already: Sequence[str]) -> Task:
        with transaction(self._engine) as connection:
            row = self._change(connection, task_id, execution, changes)
            if row is None:
                task = self._require(connection, task_id)
                _require_owner(task, execution)
                if task.status in already:
                    return task
                raise Conflict(f"Task {task_id} is {task.status}; it cannot become {changes['status']}")
        task = task_of(row)
        log_outcome(task)
        return task

    def _owned(self, connection: Connection, task_id: str, execution: str) -> None:
        """Lock the row until the transaction ends, and make sure that it is `execution`'s to work on."""
        task = self._require(connection, task_id, lock=True)
        _require_owner(task, execution)
        if task.status not in ACTIVE:
            raise Conflict(f"Task {task_id} is {task.status}; it takes no blueprint")

    @staticmethod
    def _require(connection: Connection, task_id: str, *, lock: bool = False) -> Task:
        query = sa.select(tasks).where(tasks.c.task_id == task_id)
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise TaskMissing(f"There is no task {task_id}")
        return task_of(row)


def _require_owner(task: Task, execution: str | None) -> None:
    if execution is not None and task.workflow_execution != execution:
        raise TaskOwnedElsewhere(
            f"Task {task.task_id} is not owned by this execution",
            details=f"owned by {task.workflow_execution}, asked by {execution}",
        )

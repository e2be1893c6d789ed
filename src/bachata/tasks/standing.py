"""Tasks that stand still: the two statements of a sweep (`bachata.tasks.sweep`)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bachata.tasks.engine import transaction
from bachata.tasks.outcomes import log_outcome
from bachata.tasks.rows import failure, task_of
from bachata.tasks.tables import choreography_tasks as tasks
from bachata.tasks.task import ACTIVE, Task


class StandingTasks:
    """Unfinished tasks by how long they have not moved. Raises Unavailable while the database is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, seconds: float, *, limit: int) -> list[tuple[Task, float]]:
        """Those that have not moved for `seconds`, and for how long not, the longest first."""
        idle = sa.func.extract("epoch", sa.func.now() - tasks.c.updated_at)
        query = sa.select(tasks, idle.label("idle")).where(tasks.c.status.in_(ACTIVE), idle >= seconds)
        with transaction(self._engine) as connection:
            rows = connection.execute(query.order_by(tasks.c.updated_at).limit(limit)).all()
        return [(Task(**{k: v for k, v in r._mapping.items() if k != "idle"}), float(r.idle)) for r in rows]

    def fail(self, seen: Task, *, error: dict[str, Any]) -> bool:
        """Fail the task if it still is what was `seen`: not finished, not moved, not another execution's."""
        statement = sa.update(tasks).where(
            tasks.c.task_id == seen.task_id,
            tasks.c.status.in_(ACTIVE),
            tasks.c.workflow_execution.is_not_distinct_from(seen.workflow_execution),
            tasks.c.updated_at == seen.updated_at,
        )
        with transaction(self._engine) as connection:
            values = {**failure(seen.stage, error), "updated_at": sa.func.now()}
            row = connection.execute(statement.values(**values).returning(tasks)).one_or_none()
        if row is not None:
            log_outcome(task_of(row))
        return row is not None

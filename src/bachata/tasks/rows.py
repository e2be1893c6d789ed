"""Rows of choreography_tasks as tasks, and errors as columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Row

from bachata.tasks.task import Task
from bachata.tasks.values import storable


def task_of(row: Row[Any]) -> Task:
    """The task a whole row holds."""
    return Task(**row._mapping)


def failure(stage: str, error: dict[str, Any]) -> dict[str, Any]:
    """What becomes of the columns of a task that failed."""
    body = {"details": "", "code": "INTERNAL", **error, "stage": stage}
    body["error"] = str(body.get("error") or "").strip() or f"The step {stage} failed without saying why"
    return {
        "status": "failed",
        "stage": storable(stage)[:50],
        "message": storable(body["error"]),
        "error": storable(body),
    }

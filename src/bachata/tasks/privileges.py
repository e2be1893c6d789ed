"""What each part of the pipeline may do in the database: what its statements need, and nothing else.

A test runs every part as a user who holds exactly this, so a statement that needs more fails there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from bachata.settings import DatabasePart

Action = Literal["SELECT", "INSERT", "UPDATE", "DELETE"]


@dataclass(frozen=True, order=True)
class Privilege:
    """An action on a table, or on one of its columns (`column` "": on all of them, those to come as well)."""

    table: str
    action: str
    column: str = ""

    def __str__(self) -> str:
        return f"{self.action}{f' ({self.column})' if self.column else ''} on {self.table}"


def _on(table: str, *actions: Action) -> frozenset[Privilege]:
    return frozenset(Privilege(table, action) for action in actions)


def _reporting(*more: str) -> frozenset[Privilege]:
    """Reading tasks and writing progress: never whose a task is, what it asked for, or its result."""
    columns = ("status", "progress", "stage", "message", "updated_at", *more)
    table = "choreography_tasks"
    return _on(table, "SELECT") | {Privilege(table, "UPDATE", column) for column in columns}


NEEDED: Final[dict[DatabasePart, frozenset[Privilege]]] = {
    "finalize": _on("choreography_tasks", "SELECT", "INSERT", "UPDATE"),
    "plan": (
        _reporting()
        | _on("blueprints", "SELECT", "INSERT", "UPDATE")
        | _on("songs", "SELECT", "INSERT")
        | {Privilege("songs", "UPDATE", column) for column in ("bpm", "duration", "sha256", "updated_at")}
        | _on("move_embeddings", "SELECT")
    ),
    "analyze": _reporting(),
    "assembler": _reporting("job_execution_name"),
    "library": (
        _on("songs", "SELECT", "INSERT", "UPDATE")
        | _on("move_embeddings", "SELECT", "INSERT", "UPDATE", "DELETE")
        | _on("blueprints", "SELECT")
    ),
}

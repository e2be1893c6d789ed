"""`bachata tasks`: what was asked for and what became of it."""

from __future__ import annotations

import click

from bachata.cli import console, rooms
from bachata.tasks.tables import STATUSES


@click.group()
def command() -> None:
    """What was asked for and what became of it."""


@command.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="only these")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@console.json_option
def list_(status: str | None, limit: int, as_json: bool) -> None:
    """List tasks, newest first."""
    from rich.table import Table

    from bachata.tasks.store import TaskStore

    with rooms.tasks() as engine:
        tasks = TaskStore(engine).list(status=status, limit=limit)
    if as_json:
        console.emit([t.as_dict() for t in tasks])
        return
    table = Table("task", "status", "stage", "%", "created", "message", box=None)
    for t in tasks:
        created = t.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(t.task_id, t.status, t.stage, str(t.progress), created, t.message)
    console.stdout.print(table)


@command.command()
@click.argument("task_id")
@console.json_option
def show(task_id: str, as_json: bool) -> None:
    """Everything known about one task."""
    from bachata.tasks.store import TaskStore

    with rooms.tasks() as engine:
        task = TaskStore(engine).get(task_id)
    if as_json:
        console.emit(task.as_dict())
        return
    for name, value in task.as_dict().items():
        if value not in (None, "", {}):
            console.stdout.print(f"[dim]{name:>20}[/]  {value}")


@command.command()
@click.argument("task_id")
@console.json_option
def cancel(task_id: str, as_json: bool) -> None:
    """Cancel a task that is not finished, and the execution that works on it."""
    from bachata.local import stack

    with rooms.tasks() as engine:
        task = stack.cancel(rooms.home(), engine, task_id)
    if as_json:
        console.emit(task.as_dict())
    else:
        console.stdout.print(f"{task.task_id}: {task.status}")

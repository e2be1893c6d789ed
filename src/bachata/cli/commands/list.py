"""`bachata list`: the executions there are."""

from __future__ import annotations

from dataclasses import asdict

import click

from bachata.cli import console
from bachata.cli.executions.documents import STATES
from bachata.cli.executions.options import pipeline, place_options
from bachata.cli.executions.words import when


@click.command()
@click.option("--state", type=click.Choice(STATES, case_sensitive=False), help="only these")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@place_options
@console.json_option
def command(state: str | None, limit: int, as_json: bool, **place: str) -> None:
    """List executions of the workflow, newest first. (`bachata tasks list` shows the laptop's task rows.)"""
    from rich.table import Table

    found = pipeline(**place).list(state=state, limit=limit)
    if as_json:
        console.emit([{**asdict(run), "task_id": run.task_id} for run in found])
        return
    table = Table("execution", "state", "started", "ended", "task", "error", box=None)
    for run in found:
        error = run.error.get("message", "") if isinstance(run.error, dict) else str(run.error or "")
        table.add_row(run.id, run.state, when(run.started), when(run.ended or ""), run.task_id or "", error)
    console.stdout.print(table)

"""`bachata cancel`: an execution and its render stop."""

from __future__ import annotations

import click

from bachata.cli import console
from bachata.cli.executions.options import pipeline, place_options


@click.command()
@click.argument("execution")
@place_options
@console.json_option
def command(execution: str, as_json: bool, **place: str) -> None:
    """Cancel an EXECUTION (its id or full name) that is not finished, and the job execution that renders for it."""
    status = pipeline(**place).cancel(execution)
    if as_json:
        run, job = status.execution, status.job
        console.emit({"name": run.name, "state": run.state, "task_id": run.task_id, "job": job.name if job else None})
        return
    click.echo(f"{status.execution.id}: {status.execution.state}")
    if status.job is not None:
        click.echo(f"{status.job.id}: {'was finished' if status.job.finished else 'is being cancelled'}")
    if place["project"] is not None:
        console.note("The task's row says so after the next sweep, within the half hour.")

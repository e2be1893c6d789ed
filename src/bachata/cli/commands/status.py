"""`bachata status`: how an execution goes."""

from __future__ import annotations

from dataclasses import asdict

import click

from bachata.cli import console
from bachata.cli.executions import words
from bachata.cli.executions.options import pipeline, place_options


@click.command()
@click.argument("execution")
@place_options
@console.json_option
def command(execution: str, as_json: bool, **place: str) -> None:
    """State, step and render tasks of an EXECUTION (its id or full name); why it failed, if it did.

    Exits 0 whatever the state: what is asked is how it goes.
    """
    status = pipeline(**place).status(execution)
    run = status.execution
    if as_json:
        job = asdict(status.job) if status.job else None
        console.emit({**asdict(run), "task_id": run.task_id, "step": status.step, "job": job})
        return
    for line in words.status_lines(status):
        console.stdout.print(line, markup=False, soft_wrap=True)
    if run.state == "SUCCEEDED" and isinstance(run.result, dict):
        for line in words.made(run.result):
            console.stdout.print(line, markup=False, soft_wrap=True)
    elif run.finished:
        console.fail(words.ExecutionFailed(status), as_json=False)

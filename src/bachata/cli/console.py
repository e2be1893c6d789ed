"""What the terminal shows. Progress and words go to standard error; standard output is for results."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bachata import logs
from bachata.errors import BachataError

stderr = Console(stderr=True, highlight=False)
# A pipe has no width: cutting words there to 80 columns would lose what was asked for.
stdout = Console(highlight=False, width=None if sys.stdout.isatty() else 240)

json_option = click.option("--json", "as_json", is_flag=True, help="print one JSON object, for machines")


def configure_logs(*, verbose: bool) -> None:
    """Readable log lines; warnings only, unless asked for more."""
    logs.configure(level="INFO" if verbose else "WARNING", json_lines=False)


def leave_failures_to_us() -> None:
    """Unless log lines were asked for: the workflow logs what fails, and the person reads it once, from us."""
    workflow = logs.get_logger("bachata.local.workflows")
    if workflow.getEffectiveLevel() > logging.INFO:
        workflow.setLevel(logging.CRITICAL)


def emit(document: Any) -> None:
    """Print `document` as JSON on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def note(text: str) -> None:
    """Say something to the person, beside the results."""
    stderr.print(escape(text))


def fail(error: BachataError, *, as_json: bool) -> None:
    """Show an error: a sentence and its details, or its JSON form, on standard error."""
    if as_json:
        sys.stderr.write(json.dumps(error.as_dict(), ensure_ascii=False) + "\n")
        return
    where = f" while {escape(error.stage)}" if error.stage else ""
    stderr.print(f"[bold red]Error{where}:[/] {escape(error.message)}")
    if error.details and error.details not in error.message:
        stderr.print(f"[dim]{escape(error.details)}[/]")


class Meter(Protocol):
    """Shows how far a piece of work is."""

    def __call__(self, stage: str, fraction: float) -> None:
        """`fraction` of `stage` is done, 0 to 1."""


@contextmanager
def meter(title: str) -> Iterator[Meter]:
    """A progress bar on standard error, one line; nothing when it is not a terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        task = progress.add_task(title, total=1.0)

        def show(stage: str, fraction: float) -> None:
            progress.update(task, description=f"{title}: {stage.replace('_', ' ')}", completed=min(max(fraction, 0), 1))

        yield show

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

_NOTHING = logging.CRITICAL + 1  # a level no record has

stderr = Console(stderr=True, highlight=False)
# A pipe has no width: cutting words there to 80 columns would lose what was asked for.
stdout = Console(highlight=False, width=None if sys.stdout.isatty() else 240)


def _quiet_for_machines(ctx: click.Context, _param: click.Parameter, as_json: bool) -> bool:
    if as_json and not ctx.find_root().params.get("verbose"):
        silence()
    return as_json


_JSON: dict[str, Any] = {"is_flag": True, "help": "print one JSON document, for machines"}
json_option = click.option("--json", "as_json", callback=_quiet_for_machines, **_JSON)
json_option_with_logs = click.option("--json", "as_json", **_JSON)
"""For a command that stays: its log lines are wanted all the same."""


def configure_logs(*, verbose: bool) -> None:
    """Readable log lines; warnings only, unless asked for more."""
    logs.configure(level="INFO" if verbose else "WARNING", json_lines=False)


def silence() -> None:
    """No log lines at all: a machine reads standard error, too, and expects nothing there but the error's JSON."""
    logs.get_logger("bachata").setLevel(_NOTHING)


def leave_failures_to_us() -> None:
    """Unless log lines were asked for: the workflow logs what fails, and the person reads it once, from us."""
    workflow = logs.get_logger("bachata.local.workflows")
    if workflow.getEffectiveLevel() > logging.INFO:
        workflow.setLevel(_NOTHING)


def emit(document: Any) -> None:
    """Print `document` as JSON on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def note(text: str) -> None:
    """Say something to the person, beside the results."""
    stderr.print(escape(text), soft_wrap=True)


def fail(error: BachataError, *, as_json: bool) -> None:
    """Show an error: a sentence and its details, or its JSON form, on standard error."""
    if as_json:
        sys.stderr.write(json.dumps(error.as_dict(), ensure_ascii=False) + "\n")
        return
    where = f" in {escape(error.stage)}" if error.stage else ""
    # Not wrapped: whoever searches a log for the words must find them on one line.
    stderr.print(f"[bold red]Error{where}:[/] {escape(error.message)}", soft_wrap=True)
    if error.details and error.details not in error.message:
        stderr.print(f"[dim]{escape(error.details)}[/]", soft_wrap=True)


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

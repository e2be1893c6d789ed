"""`bachata workflow`: check and run Workflows definitions on this machine."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from bachata.cli import console


@click.group()
def command() -> None:
    """Check or run a Workflows definition on this machine."""


_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@command.command()
@_file
@console.json_option
def check(file: Path, as_json: bool) -> None:
    """Hold FILE against the schema, the documented limits and the strict subset. Exits 1 if it has problems."""
    from bachata.local.workflows import check as find_problems

    problems = find_problems(file)
    if as_json:
        console.emit({"file": str(file), "problems": [str(p) for p in problems]})
    else:
        for problem in problems:
            click.echo(str(problem))
        if not problems:
            click.echo(f"{file}: no problems found")
    sys.exit(1 if problems else 0)


def _pairs(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = dict(v.partition("=")[::2] for v in values)
    if any("=" not in v for v in values):
        raise click.BadParameter("write NAME=VALUE")
    return pairs


def _json(_ctx: click.Context, _param: click.Parameter, value: str) -> Any:
    try:
        return json.loads(value, parse_constant=_refuse_constant)
    except ValueError as error:
        raise click.BadParameter(f"not JSON: {error}") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a value of JSON")


@command.command()
@_file
@click.option("--data", default="null", callback=_json, help="the argument, as JSON")
@click.option("--env", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="a variable for sys.get_env")
@click.option(
    "--endpoint",
    multiple=True,
    callback=_pairs,
    metavar="NAME=URL",
    help="where a connector's API is, e.g. run=http://127.0.0.1:8080",
)
@click.pass_context
def run(ctx: click.Context, file: Path, data: Any, env: dict[str, str], endpoint: dict[str, str]) -> None:
    """Run FILE and print its result as JSON; a failure's error value goes to standard error as JSON, exit 1.

    `bachata -v workflow run` shows what the workflow logs, too.
    """
    from bachata.local.workflows import WorkflowFailed, WorkflowInvalid, execute

    if not ctx.find_root().params["verbose"]:
        console.silence()
    try:
        result = execute(file, data, env={**os.environ, **env}, endpoints=endpoint)
    except WorkflowFailed as error:
        sys.stderr.write(json.dumps(error.payload, ensure_ascii=False) + "\n")
        sys.exit(1)
    except WorkflowInvalid as error:
        sys.stderr.write(json.dumps({"message": str(error), "tags": ["WorkflowInvalid"]}, ensure_ascii=False) + "\n")
        sys.exit(1)
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")

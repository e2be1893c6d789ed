"""The command tree. Commands are imported when used: `--help` must not wait for librosa."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from typing import Any

import click

import bachata
from bachata.cli import console
from bachata.errors import BachataError, InvalidRequest, OutOfSpace, Stopped

COMMANDS = {
    "demo": "Draw sample moves, synthesise a song, make the video",
    "run": "A song or a sentence in, a video out",
    "analyze": "Beats, counts, sections and energy of a song",
    "plan": "Choose and place moves for a song, without rendering",
    "assemble": "Render a blueprint",
    "score": "What a plan or a finished video is worth, beside chance",
    "library": "Bring moves into a library; list, change, remove and check them",
    "tasks": "What was asked for and what became of it",
    "submit": "Ask the cloud (or the laptop cloud that is up) for a video",
    "status": "How an execution goes, and why it failed",
    "list": "The executions there are",
    "cancel": "Stop an execution and its render",
    "dead": "Messages that became no task, and why",
    "up": "Keep the laptop cloud running and print its addresses",
    "workflow": "Check or run a Workflows definition on this machine",
}


class LazyGroup(click.Group):
    """A group whose commands live in `bachata.cli.commands.<name>` as `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order a newcomer needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command on first use."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"bachata.cli.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(bachata.__version__, prog_name="bachata")
@click.option("-v", "--verbose", is_flag=True, help="show log lines")
def cli(verbose: bool) -> None:
    """A song goes in, a bachata video comes out in which every step lands on its count."""
    console.configure_logs(verbose=verbose)


def main(args: list[str] | None = None) -> Any:
    """Entry point. Exit codes: 0 done, 1 the work failed (the error is on stderr), 2 wrong usage, 130 interrupted."""
    arguments = sys.argv[1:] if args is None else args
    try:
        cli.main(args=arguments, prog_name="bachata", standalone_mode=False)
    except click.exceptions.Abort:
        console.note("Interrupted.")
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Stopped:
        console.note("Stopped.")
        sys.exit(130)
    except BachataError as error:
        console.fail(error, as_json="--json" in arguments)
        sys.exit(1)
    except BrokenPipeError:  # whoever read our output has seen enough, as in `bachata library list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the flush at exit complains
        sys.exit(1)
    except OSError as error:
        console.fail(_said_plainly(error), as_json="--json" in arguments)
        sys.exit(1)


def _said_plainly(error: OSError) -> BachataError:
    """A file or folder the person named that cannot be read or written; the path is theirs, so it may be told."""
    what = f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return OutOfSpace(f"{what}; free some space and try again")
    return InvalidRequest(what, details=type(error).__name__)

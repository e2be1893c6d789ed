"""`bachata dead`: messages that became no task."""

from __future__ import annotations

import sys

import click

from bachata.cli import console, rooms
from bachata.cli.executions.words import when
from bachata.local.pubsub.folder import FolderTopic


@click.group()
def command() -> None:
    """Messages that became no task, and why; each is kept until it is removed.

    Those of the laptop cloud. With PUBSUB_EMULATOR_HOST they are in the emulator's subscription choreography-dead, in
    the cloud in the project's: `gcloud pubsub subscriptions pull choreography-dead --limit=100`.
    """


def _topic() -> FolderTopic:
    return FolderTopic(rooms.home().dead)


@command.command("list")
@console.json_option
def list_(as_json: bool) -> None:
    """List them, oldest first."""
    from rich.table import Table

    messages = _topic().messages()
    if as_json:
        console.emit([message.as_dict() for message in messages])
        return
    table = Table("message", "kept", "reason", "error", "of message", box=None)
    for message in messages:
        told = [message.attributes.get(name, "") for name in ("reason", "error", "messageId")]
        table.add_row(message.id, when(message.published), *told)
    console.stdout.print(table)


@command.command()
@click.argument("message")
def show(message: str) -> None:
    """Write the MESSAGE's data, as it came, to standard output."""
    sys.stdout.buffer.write(_topic().get(message).data)


@command.command()
@click.argument("messages", nargs=-1, required=True)
def remove(messages: tuple[str, ...]) -> None:
    """Forget these MESSAGES."""
    for message in messages:
        _topic().remove(message)

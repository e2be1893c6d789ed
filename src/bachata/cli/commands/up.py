"""`bachata up`: the laptop cloud stays, for apps and for trying things."""

from __future__ import annotations

import json

import click

from bachata.cli import console, rooms
from bachata.signals import stop_on_signals


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="port of the Executions API; 0: any free one")
@console.json_option_with_logs
def command(port: int, as_json: bool) -> None:
    """Keep the laptop cloud running until Ctrl-C; print its addresses and a line to try."""
    from bachata.local.stack import LocalCloud, serve

    with (
        stop_on_signals() as stop,
        LocalCloud(rooms.home()) as cloud,
        serve(cloud, port=port) as addresses,
    ):
        if as_json:
            console.emit(addresses)
        else:
            _explain(addresses, library=rooms.library_name(cloud.engine, None))
        stop.wait()
    console.note("Stopped.")


def _explain(addresses: dict[str, str], *, library: str) -> None:
    for name, value in addresses.items():
        click.echo(f"{name:>11}  {value}")
    request = {"query": "romantic beginner bachata", "duration": 40, "library": library}
    argument = json.dumps({"argument": json.dumps(request)})
    click.echo("\nTry (after `make demo`, or with a song and a library of yours):\n")
    click.echo(f"  curl -s {addresses['executions']} -H 'Content-Type: application/json' -d '{argument}'\n")
    click.echo("and ask again with GET on the name it returns. Ctrl-C stops everything.")

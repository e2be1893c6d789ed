"""`bachata score`: what a plan, or the video made from it, is worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bachata.cli import console, rooms

if TYPE_CHECKING:
    from bachata.choreography.scorecard import Scorecard


@click.command()
@click.argument("plan", metavar="BLUEPRINT|TASK")
@click.option("--against", is_flag=True, help="other ways to dance the same song and library, in the same table")
@click.option(
    "--truth",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='where the beats really are: {"beats": [seconds, …], "count_one": index}',
)
@click.option(
    "--song",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="the music, when it is not in the local store",
)
@click.option("--library", help="move library; default: the one the plan was made from")
@console.json_option
def command(
    *, plan: str, against: bool, truth: Path | None, song: Path | None, library: str | None, as_json: bool
) -> None:
    """Score a blueprint file, or a task of the laptop cloud: M1 to M10, each with its bar and what chance would reach.

    A finished task is also measured as it was rendered (M10).
    """
    from bachata.choreography.scorecard.truth import read_truth
    from bachata.cli.judging import subject

    played = read_truth(truth.read_bytes(), truth.name) if truth else None
    with console.meter("Scoring") as meter, rooms.database() as engine:
        meter("listening", 0.2)
        found = subject(plan, engine=engine, store=rooms.store(), library=library, song=song)
        meter("measuring", 0.6)
        card = found.card(played)
        others = found.others(played) if against else {}
    if as_json:
        beside = {name: other.as_dict() for name, other in others.items()}
        console.emit({"task_id": found.blueprint.task_id, "scores": card.as_dict(), "against": beside})
    else:
        _show(card, others)


def _show(card: Scorecard, others: dict[str, Scorecard]) -> None:
    from rich.table import Table

    from bachata.choreography.scorecard.table import HEADINGS, rows

    table = Table(*HEADINGS, *others, box=None)
    for row in rows(card, others):
        table.add_row(*row.cells)
    console.stdout.print(table)

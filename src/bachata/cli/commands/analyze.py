"""`bachata analyze`: what a song is."""

from __future__ import annotations

from pathlib import Path

import click

from bachata.cli import console
from bachata.cli.options import file_option
from bachata.music.document import Analysis


@click.command()
@click.argument("song", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@file_option("--plot", "png", help="draw it to this PNG")
@click.option("--count-one", type=click.IntRange(min=0), help="index of a beat that is a count 1, when you know better")
@console.json_option
def command(song: Path, png: Path | None, count_one: int | None, as_json: bool) -> None:
    """Find beats, counts, sections and energy of SONG."""
    from bachata.music import analyse, plot

    with console.meter(song.name) as meter:
        analysis = analyse(song, progress=lambda done: meter("listening", done), count_one=count_one)
    if png:
        plot(analysis, png)
        console.note(f"Drawn to {png}")
    if as_json:
        console.emit(analysis.model_dump(mode="json"))
    else:
        _show(song, analysis)


def _show(song: Path, analysis: Analysis) -> None:
    from rich.table import Table

    sure = f"{analysis.confidence:.0%} sure"
    first = analysis.beats[analysis.count_one] if analysis.beats else 0.0
    console.stdout.print(
        f"[bold]{song.name}[/]  {analysis.duration:.1f} s, {analysis.tempo:.2f} BPM, {len(analysis.beats)} beats, "
        f"first count 1 at {first:.3f} s ({sure})"
    )
    table = Table("from", "to", "section", "energy", box=None)
    for section in analysis.sections:
        bar = "█" * round(section.energy * 20)
        table.add_row(f"{section.start:.1f} s", f"{section.end:.1f} s", section.label, bar)
    console.stdout.print(table)

"""`bachata assemble`: render a blueprint."""

from __future__ import annotations

from pathlib import Path

import click

from bachata import blueprint as blueprints
from bachata.cli import console, rooms
from bachata.cli.options import file_option
from bachata.signals import stop_on_signals


@click.command()
@click.argument("blueprint", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--media",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="folder that holds the blueprint's files; default: the local store",
)
@click.option("--song", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="used instead of audio_path")
@file_option("--out", required=True, help="the video to write")
@console.json_option
def command(blueprint: Path, media: Path | None, song: Path | None, out: Path, as_json: bool) -> None:
    """Render BLUEPRINT to a video, exactly as it says."""
    from bachata.assembly import render

    document = blueprints.parse(blueprint.read_bytes())
    store = rooms.folder(media) if media else rooms.store()
    with stop_on_signals() as stop, console.meter(out.name) as meter:
        result = render(document, store=store, output=out, song=song, progress=meter, stop=stop)
    if as_json:
        console.emit({"video": str(out.absolute()), "result": result.model_dump(mode="json")})
        return
    console.stdout.print(
        f"[bold]{out}[/]  {result.frames} frames, {result.duration_s:.2f} s, {result.width}x{result.height}, "
        f"{result.file_size / 1e6:.1f} MB in {result.processing_s:.1f} s"
    )
    for warning in result.warnings:
        console.note(f"Note: {warning}")

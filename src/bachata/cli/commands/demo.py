"""`bachata demo`: everything from nothing, in one command."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bachata.cli import console, rooms
from bachata.cli.commands.run import choreograph, show
from bachata.cli.options import file_option
from bachata.local.home import project_root

LIBRARY = "demo"
SONG_TITLE = "Luna en la Arena"


@click.command()
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="another seed, another dance")
@file_option("--out", help="the video; its page appears beside it")
@console.json_option
def command(seed: int, out: Path | None, as_json: bool) -> None:
    """Draw sample moves, synthesise a song, make the video. Again, it reuses what is drawn already."""
    song = prepare(rooms.home().root / "demo")
    target = out or song.with_name("demo.mp4")
    outcome = choreograph({"song": song, "library": LIBRARY, "seed": seed}, out=target, title=SONG_TITLE)
    show(outcome, as_json=as_json)


def prepare(folder: Path) -> Path:
    """Draw and synthesise what is missing, add the moves to the demo library; returns the song."""
    root = str(project_root())  # the sample generator is part of the checkout, not of the package
    if root not in sys.path:
        sys.path.insert(0, root)
    from bachata.moves.ingest import add
    from bachata.music import clip_beats
    from bachata.music.version import HEARING
    from samples.moves import make_moves
    from samples.song import make_song

    with console.meter("Drawing the moves") as meter:
        annotations = make_moves(folder / "moves", progress=lambda n, of, name: meter(name, n / of))
    song = folder / "song.m4a"
    if not song.exists():
        with console.meter("Playing the song"):
            make_song(song.with_suffix(".wav"))
    with rooms.database() as engine, rooms.scratch() as scratch, console.meter("Adding the moves") as meter:
        add(
            folder / "moves",
            annotations,
            library=LIBRARY,
            store=rooms.store(),
            engine=engine,
            clip_beats=clip_beats,
            analyser=HEARING,
            embedder=rooms.embedder(),
            profile="720p30",  # as they are drawn
            scratch=scratch,
            progress=lambda n, of, name: meter(name, n / of),
        )
    return song

"""What a person may ask of a choreography, the same for every command that makes one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_SONG = click.option("--song", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="the music")
_WISHES = (
    click.option("--query", help="or a sentence: what to dance, 10 to 1000 characters; the song is chosen for you"),
    click.option("--difficulty", type=click.Choice(["beginner", "intermediate", "advanced"])),
    click.option("--energy", type=click.Choice(["low", "medium", "high"])),
    click.option(
        "--style", type=click.Choice(["traditional", "modern", "romantic", "sensual", "energetic", "playful"])
    ),
    click.option("--duration", type=click.FloatRange(10, 600), help="seconds; default: the whole song"),
    click.option(
        "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="another seed, another dance"
    ),
    click.option("--library", help="move library; default: MOVE_LIBRARY"),
)


def wish_options(function: F) -> F:
    """Add all but the song: how the dance shall be."""
    for option in reversed(_WISHES):
        function = option(function)
    return function


def choreography_options(function: F) -> F:
    """Add them all; at least one of --song and --query is required."""
    return _SONG(wish_options(function))


def _make_room(_ctx: click.Context, _param: click.Parameter, file: Path | None) -> Path | None:
    """The folder of a result is made first: whoever cannot write there should hear it before the work, not after."""
    if file is not None:
        if file.suffix == ".html":  # a video's page takes this name: it would replace the video
            raise click.BadParameter(f"{file.name} is the name of a page; name a file such as {file.stem}.mp4")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.BadParameter(f"{file.parent} cannot be made: {error.strerror}") from error
        if not os.access(file.parent, os.W_OK):
            raise click.BadParameter(f"{file.parent} cannot be written to")
    return file


def file_option(*names: str, help: str, required: bool = False) -> Callable[[F], F]:
    """An option for a file to write. Its folder is made when missing."""
    path = click.Path(dir_okay=False, path_type=Path)
    return click.option(*names, type=path, callback=_make_room, required=required, help=help)


def brief(**given: Any) -> dict[str, Any]:
    """What was given, without what was not."""
    if not given.get("song") and not given.get("query"):
        raise click.UsageError("Give --song PATH, --query TEXT, or both.")
    return {k: v for k, v in given.items() if v is not None}

"""`bachata run`: a song or a sentence in, a video out, through the whole pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bachata.cli import console, rooms, understood
from bachata.cli.options import brief, choreography_options, file_option
from bachata.cli.outcome import Outcome
from bachata.signals import stop_on_signals


@click.command()
@choreography_options
@file_option("--out", help="copy the video here, its page beside it")
@console.json_option
def command(out: Path | None, as_json: bool, **asked: Any) -> None:
    """Make a dance video for a song, or for a sentence."""
    outcome = choreograph(brief(**asked), out=out)
    show(outcome, as_json=as_json)


def choreograph(asked: dict[str, Any], *, out: Path | None, title: str | None = None) -> Outcome:
    """Send one request through the laptop cloud and gather what it made."""
    from bachata.cli.outcome import gather, remember_song
    from bachata.local.stack import LocalCloud
    from bachata.tasks.songs import SongStore

    song: Path | None = asked.pop("song", None)
    console.leave_failures_to_us()
    with stop_on_signals() as stop, console.meter("Starting") as meter, LocalCloud(rooms.home()) as cloud:
        library = rooms.library_name(cloud.engine, asked.get("library"))
        request = {**asked, "user_id": "local", "library": library}
        if song is not None:
            request["song"] = rooms.put_song(cloud.store, song)
        answer = cloud.run(request, on_progress=lambda p: meter(p.message or p.stage, p.percent / 100), stop=stop)
        key = str(answer["song"])
        if song is not None:
            named = title or song.stem
            remember_song(cloud.engine, key, named, cloud.home.storage / str(answer["analysis"]))
        else:
            named = SongStore(cloud.engine).get(key).title
        return gather(answer, store=cloud.store, engine=cloud.engine, library=library, title=named, out=out)


def show(outcome: Outcome, *, as_json: bool) -> None:
    """Tell where the video and its page are."""
    if as_json:
        console.emit(outcome.as_dict())
        return
    result = outcome.result
    for line in understood.lines(outcome.brief, outcome.song, outcome.song_reasons):
        console.stdout.print(line, markup=False)
    if outcome.summary:
        console.stdout.print(outcome.summary, markup=False)
    for remark in (*outcome.suggestions, *result["warnings"]):
        console.note(f"Note: {remark}")
    click.echo(
        f"{result['frames']} frames, {result['duration_s']:.2f} s, {result['width']}x{result['height']}, "
        f"{result['file_size'] / 1e6:.1f} MB, rendered in {result['processing_s']:.1f} s"
    )
    click.echo(f"Video:  {outcome.video}")
    click.echo(f"Report: {outcome.report}")

"""`bachata plan`: choose and place moves, render nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bachata import settings
from bachata.blueprint import Blueprint
from bachata.cli import console, options, rooms, understood
from bachata.cli.options import choreography_options, file_option


@click.command()
@choreography_options
@file_option("--out", help="write the blueprint to this file")
@click.option("--task-id", default="plan", show_default=True, help="task id of the blueprint")
@console.json_option
def command(out: Path | None, task_id: str, as_json: bool, **asked: Any) -> None:
    """Choose and place moves for a song. The blueprint can be edited and rendered with `bachata assemble`."""
    from bachata.assembly.estimate import estimate
    from bachata.choreography.assistants import Agency
    from bachata.choreography.brief import understand
    from bachata.choreography.planner import plan
    from bachata.choreography.scorecard import score
    from bachata.choreography.songs import choose
    from bachata.moves.wording import text_embedder
    from bachata.music.service import analyse_key
    from bachata.tasks.songs import SongStore

    env = settings.load()
    fields = options.brief(**asked)
    song, asked_library, query = (fields.pop(name, None) for name in ("song", "library", "query"))
    assistants = Agency.of(env).send()
    brief = understand(fields, query, reader=assistants.reader)
    store = rooms.store()
    with rooms.database() as engine:
        library = rooms.library(engine, rooms.library_name(engine, asked_library))
        choice = None if song else choose(SongStore(engine).list(), brief)
        key = choice.audio_path if choice else rooms.put_song(store, song)
    with console.meter("Listening") as meter:
        analysis, _stored, _cached = analyse_key(store, key, progress=lambda done: meter("listening", done))
    made = plan(
        analysis, library.moves, brief, task_id=task_id, user_id="local", song_key=key,
        index=library.index, library=library.name, text=text_embedder(env), budget=env.plan_seconds,
        director=assistants.director, title=choice.title if choice else song.stem,
    )  # fmt: skip
    taken = estimate(made.blueprint, {move.video_path: move for move in made.moves})
    if out:
        out.write_text(made.blueprint_json + "\n", encoding="utf-8")
    if as_json:
        console.emit(
            {
                "path": str(out.absolute()) if out else None,
                "blueprint": json.loads(made.blueprint_json),
                "brief": brief.as_dict(),
                "song_reasons": list(choice.reasons) if choice else None,
                "relaxed": list(made.relaxed),
                "suggestions": list(made.suggestions),
                "summary": made.summary,
                "estimate": taken.model_dump(mode="json"),
                "scores": score(made.blueprint, analysis, library.moves, brief=brief, index=library.index).as_dict(),
            }
        )
        return
    told = understood.lines(brief.as_dict(), *((choice.title, choice.reasons) if choice else ()))
    for line in told:
        console.note(line)
    _show(made.blueprint)
    console.note(
        f"Rendering copies {taken.frames_copied} frames and encodes {taken.frames_encoded}: about {taken.cpu_s:.0f} "
        f"CPU-seconds, {taken.bytes / 1e6:.0f} MB, ${taken.cost_usd:.4f} at list prices of {taken.prices_of}."
    )
    for line in (made.summary, *made.suggestions):
        console.note(line)
    if out:
        click.echo(f"Blueprint: {out}")


def _show(blueprint: Blueprint) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("at", "s", "clip", "speed", "into it", "section", "why", box=None)
    for move in blueprint.moves:
        table.add_row(
            f"{move.start_time:.2f}", f"{move.duration:.2f}", move.clip_id, f"{move.speed:.3f}",
            move.transition_type, move.section or "", escape(move.reason or ""),
        )  # fmt: skip
    console.stdout.print(table)

"""`bachata library`: the moves there are to dance."""

from __future__ import annotations

import sys
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from bachata.cli import console, rooms
from bachata.media.profile import PROFILES
from bachata.moves.catalogue import Move
from bachata.moves.glossary import names_of
from bachata.settings import load


@click.group()
def command() -> None:
    """Bring moves into a library, list, change, remove and publish them, prove that they conform."""


@command.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--annotations",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="bachata.annotations.1; default: annotations.json in DIRECTORY",
)
@click.option("--library", default=None, help="name of the library; default: MOVE_LIBRARY")
@click.option(
    "--profile",
    type=click.Choice(list(PROFILES)),
    help="what the clips are conformed to; default: what the library has, 720p30 for a new one",
)
@console.json_option
def add(directory: Path, annotations: Path | None, library: str | None, profile: str | None, as_json: bool) -> None:
    """Measure the clips in DIRECTORY, conform them and add them.

    All faults are reported together and nothing is half added. Stopped and run again, it goes on where it was. A
    library has one profile; giving another conforms all its clips anew, which DIRECTORY must then hold.
    """
    from bachata.moves.ingest import add as ingest
    from bachata.music import clip_beats
    from bachata.music.version import HEARING

    settings = load()
    name = library or settings.move_library
    file = annotations or directory / "annotations.json"
    with rooms.database() as engine, rooms.scratch() as scratch, console.meter(f"Adding moves to {name}") as meter:
        report = ingest(
            directory,
            file,
            library=name,
            store=rooms.store(),
            engine=engine,
            clip_beats=clip_beats,
            analyser=HEARING,
            embedder=rooms.embedder(),
            profile=profile,
            pose_model=settings.pose_model_path,
            scratch=scratch,
            progress=lambda n, of, clip: meter(clip, n / of),
        )
    if as_json:
        console.emit(asdict(report))
        return
    console.stdout.print(
        f"Library [bold]{name}[/] ({report.profile}): {len(report.added)} added, {len(report.updated)} updated, "
        f"{len(report.unchanged)} unchanged"
    )
    for warning in report.warnings:
        console.note(f"Note: {warning}")


@command.command("list")
@click.option("--library", default=None, help="name of the library; default: MOVE_LIBRARY")
@console.json_option
def list_(library: str | None, as_json: bool) -> None:
    """List the moves of a library."""
    from bachata.moves.repository import MoveRepository

    with rooms.database() as engine:
        name = rooms.library_name(engine, library)
        moves = [embedded.move for embedded in MoveRepository(engine, name).load()]
    if as_json:
        console.emit([_row(m) for m in moves])
        return
    _table(name, moves)


@command.command()
@click.option("--library", default=None, help="name of the library; default: MOVE_LIBRARY")
@console.json_option
def check(library: str | None, as_json: bool) -> None:
    """Prove that a library conforms: every clip is stored as catalogued, and any two can lie in one video.

    Names all faults with what helps; exits with 1 if there is one.
    """
    from bachata.moves.check import check as look
    from bachata.moves.repository import MoveRepository

    with rooms.database() as engine:
        name = rooms.library_name(engine, library)
        moves = [embedded.move for embedded in MoveRepository(engine, name).load()]
    with console.meter(f"Checking {name}") as meter:
        report = look(name, moves, rooms.store(), progress=lambda n, of, clip: meter(clip, n / of))
    if as_json:
        console.emit({**asdict(report), "conforms": report.conforms})
    else:
        for fault in report.faults:
            console.stdout.print(escape(f"{fault.clip_id or name}: {fault.fault}; {fault.remedy}"), soft_wrap=True)
        found = f"{len(report.faults)} fault{'' if len(report.faults) == 1 else 's'}" if report.faults else "conforms"
        console.stdout.print(f"Library [bold]{escape(name)}[/] ({report.profile}, {report.clips} clips): {found}")
    if not report.conforms:
        sys.exit(1)


@command.command()
@click.option("--bucket", required=True, help="the deployment's bucket: `terraform output -raw media_bucket`")
@click.option("--library", default=None, help="name of the library; default: MOVE_LIBRARY")
@console.json_option
def publish(bucket: str, library: str | None, as_json: bool) -> None:
    """Copy a library's files and its catalogue to a deployment's bucket.

    The deployment uses it once it has adopted the catalogue: run its job migrate with the arguments adopt and the
    library's name. Needs Google credentials of somebody who may write below moves/.
    """
    from bachata.moves.published import publish as copy
    from bachata.storage.gcs import BucketStore

    with rooms.database() as engine, console.meter(f"Publishing to {bucket}") as meter:
        name = rooms.library_name(engine, library)
        there = BucketStore(bucket, project=load().google_cloud_project)
        report = copy(engine, name, rooms.store(), there, progress=lambda n, of, key: meter(key, n / of))
    if as_json:
        console.emit(asdict(report))
        return
    copied = f"{len(report.copied)} files copied, {report.present} there already"
    console.stdout.print(escape(f"Library {name}: {report.moves} moves, {copied}"), soft_wrap=True)
    console.note(f"To use it: gcloud run jobs execute migrate --args=adopt,{name} --wait")


@command.command("set")
@click.argument("clip_id")
@click.option("--difficulty", help="beginner, intermediate or advanced")
@click.option("--energy", "energy_level", help="low, medium or high")
@click.option("--style", help="romantic, sensual, energetic or playful")
@click.option("--label", "move_label", help="what the move is: basic, spin, …")
@click.option("--name", help="its title for people")
@click.option("--library", default=None, help="name of the library; default: MOVE_LIBRARY")
@console.json_option
def set_(clip_id: str, library: str | None, as_json: bool, **said: str | None) -> None:
    """Change what is said of one move, and embed that move alone anew.

    All faults are reported together and nothing is half changed. Change the annotations as well: `library add` says
    again what they say.
    """
    from bachata.moves.editing import change
    from bachata.moves.repository import MoveRepository

    given = {field: value for field, value in said.items() if value is not None}
    with rooms.database() as engine:
        repository = MoveRepository(engine, rooms.library_name(engine, library))
        move = change(repository, clip_id, given, rooms.embedder())
    if as_json:
        console.emit(_row(move))
        return
    words = f"{move.name}, {move.label}, {move.difficulty}, {move.energy_level} energy, {move.style}"
    console.stdout.print(escape(f"{clip_id}: {words}"), soft_wrap=True)


@command.command()
@click.argument("clip_ids", metavar="CLIP_ID...", nargs=-1, required=True)
@click.option("--library", default=None, help="name of the library; default: MOVE_LIBRARY")
@console.json_option
def remove(clip_ids: tuple[str, ...], library: str | None, as_json: bool) -> None:
    """Take moves out of a library; their files go, too, unless the blueprint of some task still shows them.

    A clip that is not there is a fault, and then nothing is removed. Stopped half way, run it again.
    """
    from bachata.moves.editing import remove as take_out
    from bachata.moves.repository import MoveRepository

    with rooms.database() as engine:
        repository = MoveRepository(engine, rooms.library_name(engine, library))
        report = take_out(repository, rooms.store(), clip_ids)
    if as_json:
        console.emit(asdict(report))
        return
    kept = f", {len(report.kept)} kept for blueprints that show them" if report.kept else ""
    done = f"{len(report.removed)} removed, {len(report.deleted)} files deleted{kept}"
    console.stdout.print(f"Library [bold]{escape(report.library)}[/]: {done}")


def _row(move: Move) -> dict[str, Any]:
    rate = Fraction(move.frame_rate)
    return {
        "clip_id": move.clip_id,
        "name": move.name,
        "video_path": move.video_path,
        "frame_rate": int(rate) if rate.denominator == 1 else float(rate),
        "frames": move.frames,
        "beats": move.beats,
        "keyframes": move.keyframes,
        "count_one": move.count_one,
        "tempo": move.tempo,
        "label": move.label,
        "aliases": list(names_of(move.label)),
        "difficulty": move.difficulty,
        "energy_level": move.energy_level,
        "energy": round(move.energy, 3),
        "style": move.style,
        "confidence": move.confidence,
        "moved": move.moved,
        "profile": move.profile,
        "width": move.width,
        "height": move.height,
        "thumbnail": move.thumbnail if move.profile else None,
    }


def _table(name: str, moves: list[Move]) -> None:
    from rich.table import Table

    if not moves:
        console.note(f"Library {name} is empty. Add moves: bachata library add DIRECTORY --annotations FILE")
        return
    table = Table("clip", "label", "difficulty", "energy", "style", "BPM", "8-counts", box=None)
    for m in moves:
        energy = f"{m.energy_level} {m.energy:.2f}"
        table.add_row(m.clip_id, m.label, m.difficulty, energy, m.style, f"{m.tempo:.1f}", str(len(m.windows)))
    console.stdout.print(table)

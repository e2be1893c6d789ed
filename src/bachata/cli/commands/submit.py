"""`bachata submit`: ask a deployment for a video."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, Any

import click

from bachata.cli import console, rooms
from bachata.cli.executions import words
from bachata.cli.executions.documents import Execution
from bachata.cli.executions.options import pipeline, place_options
from bachata.cli.executions.pipeline import Pipeline, Status
from bachata.cli.options import wish_options
from bachata.errors import InvalidRequest

_EVERY = 2.0  # seconds between two looks


@click.command()
@click.option("--song", help="the music: its storage key, such as songs/amor.mp3; on the laptop also a file")
@wish_options
@click.option("--task-id", help="name of the task: asking twice under one name makes one video")
@click.option(
    "--request", "file", type=click.File("rb"), help="a JSON file of the request, - for standard input; options win"
)
@click.option("--wait", is_flag=True, help="show progress and wait for the video")
@place_options
@console.json_option
def command(song: str | None, file: IO[bytes] | None, wait: bool, as_json: bool, **options: Any) -> None:
    """Ask for a dance video for a song, or for a sentence; --wait until it is there."""
    place = {name: options.pop(name) for name in ("project", "location", "workflow", "job")}
    asked = {name: value for name, value in options.items() if value}  # seed 0 is what none means
    request = {**_read(file), **asked}
    if song is not None:
        request["song"] = _key(song, local=place["project"] is None)
    if not request.get("song") and not request.get("query"):
        raise click.UsageError("Give --song KEY, --query TEXT, or both.")
    there = pipeline(**place)
    run = there.submit(request)
    flags = "".join(f" --{name} {place[name]}" for name in ("project", "location") if place[name])
    if not wait:
        _tell(run, flags, as_json=as_json)
        return
    try:
        status = _wait(there, run)
    except KeyboardInterrupt:
        console.note(f"It goes on; `bachata status {run.id}{flags}` tells how, `bachata cancel` ends it.")
        raise
    _show(status, as_json=as_json)


def _read(file: IO[bytes] | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        request = json.load(file)
    except ValueError as error:
        raise InvalidRequest(f"The request is not JSON: {error}") from None
    if not isinstance(request, dict):
        raise InvalidRequest('The request is not a JSON object such as {"song": "songs/a.mp3"}')
    return request


def _key(song: str, *, local: bool) -> str:
    """The song's storage key; on the laptop a file is put into storage first."""
    path = Path(song)
    if not path.is_file():
        return song
    if local:
        return rooms.put_song(rooms.store(), path)
    raise InvalidRequest(
        f"{path.name} is a file here; upload it and give its key: "
        f'`gcloud storage cp "{song}" gs://BUCKET/songs/`, then --song "songs/{path.name}"'
    )


def _tell(run: Execution, flags: str, *, as_json: bool) -> None:
    if as_json:
        console.emit({"execution": run.id, "name": run.name, "state": run.state, "task_id": run.task_id})
        return
    click.echo(run.id)
    console.note(f"`bachata status {run.id}{flags}` tells how it goes.")


def _wait(there: Pipeline, run: Execution) -> Status:
    with console.meter("Starting") as meter:
        for status in there.watch(run.id, every=_EVERY):
            meter(*words.progress(status))
    return status


def _show(status: Status, *, as_json: bool) -> None:
    """The result, or the failure. Raises ExecutionFailed."""
    run = status.execution
    if run.state != "SUCCEEDED" or not isinstance(run.result, dict):
        raise words.ExecutionFailed(status)
    if as_json:
        console.emit({"execution": run.id, **run.result})
        return
    for line in words.made(run.result):
        console.stdout.print(line, markup=False, soft_wrap=True)

"""Where a command goes: with --project to Google Cloud, without to the laptop cloud that is up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from bachata.cli import rooms

from .pipeline import Pipeline

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--project", help="Google Cloud project; without it: the laptop cloud that is up"),
    click.option("--location", help="region of the deployment, such as europe-west1"),
    click.option("--workflow", default="choreography", show_default=True),
    click.option("--job", default="assembler", show_default=True, help="the Cloud Run job that renders"),
)


def place_options(function: F) -> F:
    """Add them; `pipeline` takes their values."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def pipeline(project: str | None, location: str | None, workflow: str, job: str) -> Pipeline:
    """The deployment the options name. Google's clients are imported only for a project."""
    if project is None:
        if location is not None:
            raise click.UsageError("--location says where in a project: give --project as well.")
        from .laptop import Laptop, LaptopExecutions, LaptopJobs

        laptop = Laptop(rooms.home())
        return Pipeline(LaptopExecutions(laptop, rooms.home()), LaptopJobs(laptop))
    if location is None:
        raise click.UsageError("Say where with --location, such as --location europe-west1.")
    from .cloud import CloudExecutions, CloudJobs, Place

    place = Place(project, location, workflow, job)
    return Pipeline(CloudExecutions(place), CloudJobs(place))

"""Every component may do what its code does, and nothing else.

What is needed is told from the code: connectors of the workflow, variables an archive reads, the driver in its
requirements, the storage keys of docs/architecture.md. What is granted must be the same, no more and no less.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Final

from tools.infrastructure.definition import Definition
from tools.infrastructure.deployables import Deployable, deployables
from tools.infrastructure.grants import Grant, grants
from tools.infrastructure.media import needs
from tools.infrastructure.reads import variables_read
from tools.infrastructure.stack import Problems, Stack

_MEDIA: Final = "bucket media"
_BUILDER_MAY_NOT: Final = '!resource.name.startsWith("projects/_/buckets/{media}")'
_PEOPLE: Final = frozenset(
    {
        "roles/workflows.invoker",
        "roles/run.viewer",
        "roles/run.jobsExecutor",
        "roles/pubsub.publisher",
        "roles/storage.objectUser",
        "roles/storage.objectViewer",
        "roles/run.jobsExecutorWithOverrides",
        "storage.objects.list",
    }
)
"""Roles people may hold (variables `submitters` and `librarians`)."""


def access_is_what_the_code_needs(stack: Stack) -> Problems:
    """What is granted is what is needed."""
    given, wanted = set(grants(stack)), set(_needed(stack))
    people = {g for g in given if g.member.startswith(("user:", "group:", "serviceAccount:")) and g.role in _PEOPLE}
    for grant in sorted(wanted - given):
        yield f"{grant} is needed and not granted"
    for grant in sorted(given - wanted - people):
        yield f"{grant} is granted and not needed"


def uses_database(component: Deployable) -> bool:
    """Whether its requirements bring a driver."""
    with zipfile.ZipFile(component.archive) as archive:
        return "\npg8000==" in f"\n{archive.read('requirements.txt').decode()}"


def _needed(stack: Stack) -> Iterator[Grant]:
    yield from _of_components(stack)
    yield from _of_the_workflow(stack)
    yield from _of_triggers(stack)
    yield from _of_the_builder(stack)


def _of_components(stack: Stack) -> Iterator[Grant]:
    for component in deployables(stack):
        name = component.name
        if uses_database(component):
            yield Grant(name, "roles/cloudsql.client", "project")
            yield Grant(name, "roles/cloudsql.instanceUser", "project")
        if "WORKFLOW_NAME" in variables_read(component.archive):
            yield Grant(name, "roles/workflows.viewer", "project")
        if component.plain.get("GEMINI_VERTEX") == "true":
            yield Grant(name, "roles/aiplatform.user", "project")
        for secret in component.secret.values():
            yield Grant(name, "roles/secretmanager.secretAccessor", f"secret {secret}")
        stored = [(how, prefix) for who, how, prefix in needs() if who == name]
        for how, prefix in stored:
            role = "roles/storage.objectUser" if how == "writes" else "roles/storage.objectViewer"
            yield Grant(name, role, _MEDIA, prefix)
        if stored:  # or a missing object is a 403
            yield Grant(name, "storage.objects.list", _MEDIA)


def _of_the_workflow(stack: Stack) -> Iterator[Grant]:
    definition = Definition(stack.one("google_workflows_workflow", "choreography").values["source_contents"])
    for variable in definition.patience():
        yield Grant("workflow", "roles/run.invoker", f"function {variable.removesuffix('_URL').lower()}")
    for connector in definition.connectors:
        if connector == "sys.log":
            yield Grant("workflow", "roles/logging.logWriter", "project")
        elif connector == "googleapis.run.v2.projects.locations.jobs.run":
            yield Grant("workflow", "roles/run.jobsExecutorWithOverrides", "job assembler")
            yield Grant("workflow", "roles/run.viewer", "project")  # polls the operation
        elif connector == "googleapis.pubsub.v1.projects.topics.publish":
            yield Grant("workflow", "roles/pubsub.publisher", "topic choreography-dead")
        else:
            yield Grant("workflow", f"the role of {connector} (say which in rules/access.py)", "project")


def _of_triggers(stack: Stack) -> Iterator[Grant]:
    for _ in stack.of("google_eventarc_trigger"):
        yield Grant("trigger", "roles/eventarc.eventReceiver", "project")
        yield Grant("trigger", "roles/workflows.invoker", "project")
    for _ in stack.of("google_cloud_scheduler_job"):
        yield Grant("scheduler", "roles/run.invoker", "function finalize")


def _of_the_builder(stack: Stack) -> Iterator[Grant]:
    media = stack.one("google_storage_bucket", "media").values["name"]
    yield Grant("builder", "roles/logging.logWriter", "project")
    yield Grant("builder", "roles/artifactregistry.writer", "repository functions")
    yield Grant("builder", "roles/storage.objectViewer", "project", _BUILDER_MAY_NOT.format(media=media))

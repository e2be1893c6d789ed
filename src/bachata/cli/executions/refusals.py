"""What Google's APIs refuse, as one sentence with the command that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bachata.errors import BachataError, Conflict, InvalidRequest, NotAllowed, NotFound, Unavailable

_ROLES = {
    ("workflowexecutions", "submit"): "roles/workflows.invoker",
    ("workflowexecutions", "cancel"): "roles/workflows.invoker",
    ("workflowexecutions", "read"): "roles/workflows.viewer",
    ("run", "read"): "roles/run.viewer",
    ("run", "cancel"): "roles/run.developer",
}
_LISTS = {"workflowexecutions": "gcloud workflows list", "run": "gcloud run jobs list"}
_KINDS = {"workflowexecutions": "workflow", "run": "job"}


@dataclass(frozen=True)
class Asked:
    """What was asked of which API: `action` is submit, read or cancel; `resource` the workflow or the job."""

    service: str
    action: str
    project: str
    location: str
    resource: str
    execution: str | None = None


@contextmanager
def explained(asked: Asked) -> Iterator[None]:
    """Raise errors of Google's clients as NotAllowed, NotFound, Conflict, InvalidRequest or Unavailable."""
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except (GoogleAPIError, GoogleAuthError) as error:
        raise _ours(error, asked) from error


def _ours(error: Exception, asked: Asked) -> BachataError:
    from google.api_core import exceptions as api
    from google.auth import exceptions as auth

    details = str(getattr(error, "message", "") or type(error).__name__)[:500]
    match error:
        case auth.DefaultCredentialsError():
            return NotAllowed("There are no Google credentials here: run `gcloud auth application-default login`")
        case auth.GoogleAuthError() | api.Unauthenticated():
            sentence = "The Google credentials do not work any more: run `gcloud auth application-default login`"
            return NotAllowed(sentence, details=type(error).__name__)
        case api.PermissionDenied():
            return NotAllowed(_permission(error, asked), details=details)
        case api.NotFound():
            return NotFound(_missing(asked), details=details)
        case api.FailedPrecondition():
            return Conflict(f"That cannot be done any more: {details}")
        case api.InvalidArgument():
            return InvalidRequest(f"Google refused the request: {details}")
        case api.ResourceExhausted():
            sentence = f"The quota of {asked.service}.googleapis.com is used up: wait, or ask for more"
            return Unavailable(sentence, details=details)
        case _:
            sentence = f"{asked.service}.googleapis.com does not answer: check the network, and try again"
            return Unavailable(sentence, details=details)


def _permission(error: Any, asked: Asked) -> str:
    if error.reason == "SERVICE_DISABLED":
        api = f"{asked.service}.googleapis.com"
        return f"{api} is not enabled: run `gcloud services enable {api} --project={asked.project}`"
    role = _ROLES[asked.service, asked.action]
    return (
        f"This account may not {asked.action} executions of {asked.resource}: an owner of the project runs "
        f"`gcloud projects add-iam-policy-binding {asked.project} --member=user:EMAIL --role={role}`"
    )


def _missing(asked: Asked) -> str:
    where = f"in {asked.location} of project {asked.project}"
    if asked.execution is not None:
        flags = f"--project {asked.project} --location {asked.location}"
        return f"There is no execution {asked.execution} {where}: `bachata list {flags}` shows those there are"
    command = _LISTS[asked.service]
    option = "region" if asked.service == "run" else "location"
    return (
        f"There is no {_KINDS[asked.service]} {asked.resource} {where}: "
        f"`{command} --project={asked.project} --{option}={asked.location}` shows those there are"
    )

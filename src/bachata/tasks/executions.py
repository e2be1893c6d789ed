"""Whether workflow executions still live, asked of the Workflow Executions API over REST.

REST, because the official client speaks gRPC only: a function that is called every ten minutes would carry and load
all of it for one GET. https://cloud.google.com/workflows/docs/reference/executions/rest
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from bachata.errors import InvalidSettings, Unavailable
from bachata.settings import Settings

if TYPE_CHECKING:
    import requests

Life = Literal["alive", "over", "unknown"]
_LIVES: dict[str, Life] = {
    "ACTIVE": "alive",
    "QUEUED": "alive",
    "SUCCEEDED": "over",
    "FAILED": "over",
    "CANCELLED": "over",
}
"""What is not here (UNAVAILABLE, states to come) is unknown."""
GONE = "GONE"
"""The state of an execution that was deleted, or expired (90 days after its end)."""
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_SECONDS = 10.0


def life(state: str) -> Life:
    """What an execution's state says about it."""
    return "over" if state == GONE else _LIVES.get(state, "unknown")


class ExecutionsApi:
    """The executions of one workflow."""

    def __init__(self, session: requests.Session, base: str, workflow: str) -> None:
        """`base`: address of the API; `workflow`: projects/P/locations/L/workflows/W."""
        self._session = session
        self._executions = f"{base.rstrip('/')}/v1/{workflow}/executions"
        self._workflow = workflow
        self._there = False

    def state(self, execution: str) -> str:
        """The state's name, or GONE.

        Raises InvalidSettings when there is no such workflow or this account may not ask: then no answer would mean
        anything. Raises Unavailable when the API does not answer.
        """
        answer = self._get(f"{self._executions}/{quote(execution, safe='')}", view="BASIC")
        if answer is not None:
            return str(answer.get("state") or "")
        self._require_workflow()
        return GONE

    def _require_workflow(self) -> None:
        """That nothing is known of an execution tells its end only where executions would be known."""
        if not self._there and self._get(self._executions, pageSize="1") is None:
            raise InvalidSettings(f"There is no workflow {self._workflow}: set WORKFLOW_NAME to the deployed one")
        self._there = True

    def _get(self, url: str, **query: str) -> dict[str, Any] | None:
        import requests
        from google.auth.exceptions import GoogleAuthError

        try:
            answer = self._session.get(url, params=query, timeout=_SECONDS)
            if answer.status_code == 404:
                return None
            if answer.status_code in {401, 403}:
                raise InvalidSettings(
                    f"The executions of {self._workflow} may not be read: "
                    "grant roles/workflows.viewer to the account of finalize",
                    details=f"HTTP {answer.status_code}",
                )
            answer.raise_for_status()
            document: dict[str, Any] = answer.json()
        except (requests.RequestException, GoogleAuthError, ValueError) as error:
            raise Unavailable("The Executions API does not answer; try again", details=type(error).__name__) from error
        return document


def open_executions(settings: Settings) -> ExecutionsApi:
    """The executions of WORKFLOW_NAME, as this process's account; on this machine, without one.

    Raises InvalidSettings when WORKFLOW_NAME is not set.
    """
    if settings.workflow_name is None:
        raise InvalidSettings("To look after executions set WORKFLOW_NAME to projects/P/locations/L/workflows/W")
    import requests

    if not settings.executions_api_url.startswith("https://"):
        session = requests.Session()
        session.trust_env = False  # no proxy and no .netrc between two processes of one machine
        return ExecutionsApi(session, settings.executions_api_url, settings.workflow_name)
    import google.auth
    from google.auth.exceptions import DefaultCredentialsError
    from google.auth.transport.requests import AuthorizedSession

    try:
        credentials, _ = google.auth.default(scopes=[_SCOPE])
    except DefaultCredentialsError as error:
        sentence = "To look after executions this process needs a Google account"
        raise InvalidSettings(sentence, details=type(error).__name__) from None
    session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
    return ExecutionsApi(session, settings.executions_api_url, settings.workflow_name)

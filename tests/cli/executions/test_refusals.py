"""What Google refuses, as sentences with the command that helps; through Google's real clients."""

import grpc
import pytest
from google.auth.exceptions import DefaultCredentialsError, RefreshError

from bachata.cli.executions import cloud
from bachata.cli.executions.cloud import CloudExecutions, CloudJobs
from bachata.cli.executions.pipeline import Pipeline
from bachata.errors import InvalidRequest, NotAllowed, NotFound, Unavailable
from tests.cli.executions.conftest import PLACE

REQUEST = {"song": "songs/a.mp3"}
CODE = grpc.StatusCode


@pytest.fixture
def there(google):
    return Pipeline(CloudExecutions(PLACE), CloudJobs(PLACE))


@pytest.mark.parametrize(
    ("refusal", "error", "words"),
    [
        (CODE.PERMISSION_DENIED, NotAllowed, "gcloud projects add-iam-policy-binding local .*roles/workflows.invoker"),
        ((CODE.PERMISSION_DENIED, "SERVICE_DISABLED"), NotAllowed, "services enable workflowexecutions.googleapis.com"),
        (CODE.UNAUTHENTICATED, NotAllowed, "gcloud auth application-default login"),
        (CODE.NOT_FOUND, NotFound, "no workflow choreography in laptop.*gcloud workflows list --project=local"),
        (CODE.INVALID_ARGUMENT, InvalidRequest, "Google's own words"),
        (CODE.RESOURCE_EXHAUSTED, Unavailable, "quota"),
        (CODE.UNAVAILABLE, Unavailable, "does not answer"),
        (CODE.INTERNAL, Unavailable, "does not answer"),
    ],
    ids=str,
)
def test_a_submission_that_is_refused(there, google, refusal, error, words):
    google.refusals["CreateExecution"] = refusal
    with pytest.raises(error, match=words):
        there.submit(REQUEST)
    assert len(google.requests) == 1, "an execution may have started: never twice"


@pytest.mark.parametrize(
    ("method", "call", "role"),
    [
        ("GetExecution", lambda p: p.status("e"), "roles/workflows.viewer"),
        ("ListExecutions", lambda p: p.list(state=None, limit=5), "roles/workflows.viewer"),
    ],
)
def test_reading_asks_for_the_reading_role(there, google, method, call, role):
    google.refusals[method] = CODE.PERMISSION_DENIED
    with pytest.raises(NotAllowed, match=role):
        call(there)


def test_who_may_not_see_the_job_still_sees_the_rest(there, google):
    run = there.submit(REQUEST)
    google.refusals["JobsListed"] = CODE.PERMISSION_DENIED
    status = there.status(run.id)
    assert status.execution.id == run.id and status.job is None
    assert "roles/run.viewer" in status.unseen.message
    google.refusals["JobsListed"] = CODE.NOT_FOUND
    assert "gcloud run jobs list" in there.status(run.id).unseen.message


def test_who_may_not_cancel_the_job_is_told(there, google):
    run = there.submit({**REQUEST, "style": "romantic"})
    while there.status(run.id).job is None:
        pass
    google.refusals["JobCancelled"] = CODE.PERMISSION_DENIED
    with pytest.raises(NotAllowed, match=r"roles/run\.developer"):
        there.cancel(run.id)
    del google.refusals["JobCancelled"]
    assert there.cancel(run.id).execution.state == "CANCELLED", "asked again, it finishes what was half done"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (DefaultCredentialsError("none in /home/somebody"), "no Google credentials here: run `gcloud auth"),
        (RefreshError("token expired"), "do not work any more: run `gcloud auth"),
    ],
)
def test_without_credentials(there, monkeypatch, fault, words):
    def refuse():
        raise fault

    monkeypatch.setattr(cloud, "workflows_client", refuse)
    with pytest.raises(NotAllowed, match=words) as caught:
        there.submit(REQUEST)
    assert "somebody" not in str(caught.value.as_dict())


def test_the_real_clients_are_made_without_credentials_of_this_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(NotAllowed, match="gcloud auth application-default login"):
        CloudExecutions(PLACE).get("e")
    with pytest.raises(NotAllowed, match="gcloud auth application-default login"):
        CloudJobs(PLACE).of("e")

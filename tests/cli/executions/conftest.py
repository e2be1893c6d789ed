"""A small workflow and job on real servers, reached as the laptop is and as a project is."""

import sys
import uuid
from types import SimpleNamespace

import pytest

from bachata.cli.executions import cloud as cloud_module
from bachata.cli.executions import laptop as laptop_module
from bachata.cli.executions.cloud import CloudExecutions, CloudJobs, Place
from bachata.cli.executions.laptop import Laptop, LaptopExecutions, LaptopJobs
from bachata.cli.executions.pipeline import Pipeline
from bachata.local.home import Home
from bachata.local.jobs import JobDefinition, JobsServer
from bachata.local.workflows import ExecutionsServer
from tests.cli.executions.google_apis import GoogleApis, Rest

PLACE = Place("local", "laptop", "choreography", "assembler")
# What the style asks for: romantic renders until it is told to stop, sensual fails, the rest is made at once.
FLOW = """
main:
  params: [request]
  steps:
    - prepare:
        assign:
          - id: ${sys.get_env("GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID")}
          - style: ${default(map.get(request, "style"), "modern")}
    - close_at_once:
        switch:
          - condition: ${style == "sensual"}
            raise: {message: "No moves fit: add some.", task_id: "t", stage: plan, code: NO_MOVES, details: "0 of 9"}
          - condition: ${style == "modern"}
            return: {task_id: "${id}", status: completed, video: output/v.mp4, result: r, summary: Nine moves}
          - condition: ${style == "playful"}
            next: listen
    - assemble:
        call: googleapis.run.v2.projects.locations.jobs.run
        args:
          name: projects/local/locations/laptop/jobs/assembler
          body:
            overrides:
              taskCount: 2
              containerOverrides:
                - env:
                    - {name: EXECUTION_ID, value: "${id}"}
    - done: {return: null}
    - listen: {call: listen_longer}
listen_longer:
  steps:
    - send: {call: sys.sleep, args: {seconds: 600}}
"""
JOB = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(1)); signal.pause()"


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """The laptop's Executions and Jobs APIs, and Google's in front of them."""
    folder = tmp_path_factory.mktemp("servers")
    definition = JobDefinition("assembler", (sys.executable, "-c", JOB), folder, max_retries=0, parallelism=2)
    jobs = JobsServer([definition], logs=folder / "logs", scratch=folder / "scratch", grace=5, token="secret")
    with (
        jobs,
        ExecutionsServer(
            {"choreography": FLOW}, endpoints={"run": jobs.url}, token_source=lambda *_: "secret"
        ) as executions,
        GoogleApis(Rest(executions.url), Rest(jobs.url, "secret")) as google,
    ):
        up = {
            "executions": f"{executions.url}/v1/{PLACE.parent}/executions",
            "jobs": f"{jobs.url}/v2/projects/local/locations/laptop/jobs",
            "token": "secret",
        }
        yield SimpleNamespace(executions=executions, jobs=jobs, google=google, up=up)


@pytest.fixture
def google(servers, monkeypatch):
    """Google's APIs; nothing is refused when a test begins."""
    servers.google.refusals.clear()
    servers.google.requests.clear()
    monkeypatch.setattr(cloud_module, "workflows_client", servers.google.workflows_client)
    monkeypatch.setattr(cloud_module, "run_client", servers.google.run_client)
    return servers.google


@pytest.fixture
def home(tmp_path_factory, monkeypatch, servers):
    """A home in which the servers are up."""
    home = Home(tmp_path_factory.mktemp(f"home-{uuid.uuid4().hex[:6]}"))
    monkeypatch.setenv("BACHATA_HOME", str(home.root))
    monkeypatch.setattr(laptop_module, "find", lambda _home: servers.up)
    return home


@pytest.fixture(params=["project", "laptop"])
def pipeline(request, google, home):
    """The same pipeline, through Google's clients and through the laptop's REST."""
    if request.param == "project":
        return Pipeline(CloudExecutions(PLACE), CloudJobs(PLACE))
    laptop = Laptop(home)
    return Pipeline(LaptopExecutions(laptop, home), LaptopJobs(laptop))

"""A choreography in small: parallel preparation, a retried plan, the job by connector, finalize, classified errors.

One real HTTP server plays the functions and the Cloud Run API; the clock is nobody's.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from bachata.local.workflows import WorkflowFailed, execute
from tests.local.workflows.support import ManualClock, Reply, Seen, Server

FLOW = """
main:
  params: [event]
  steps:
    - take:
        assign:
          - request: ${event}
          - base: ${sys.get_env("FUNCTIONS_URL")}
          - stage: open
          - analysis: null
          - library: null
    - unwrap:
        switch:
          - condition: ${"specversion" in event}
            assign:
              - request: ${json.decode(base64.decode(event.data.message.data))}
    - work:
        try:
          steps:
            - open_task:
                call: post
                args: {url: '${base + "/finalize"}', body: {action: open, task: "${request.task}"}}
                result: opened
            - duplicate:
                switch:
                  - condition: ${(not opened.claimed)}
                    return: {status: duplicate}
            - prepare:
                parallel:
                  shared: [analysis, library]
                  branches:
                    - listen:
                        steps:
                          - analyze:
                              call: post
                              args: {url: '${base + "/analyze"}', body: {song: "${request.song}"}}
                              result: analysis
                    - look:
                        steps:
                          - moves:
                              call: http.get
                              args: {url: '${base + "/moves"}', query: {level: "${request.level}"}}
                              result: answer
                          - keep_moves: {assign: [{library: "${answer.body}"}]}
            - begin_plan: {assign: [{stage: plan}]}
            - plan:
                call: post
                args: {url: '${base + "/plan"}', body: {tempo: "${analysis.tempo}", moves: "${len(library)}"}}
                result: planned
            - begin_assemble: {assign: [{stage: assemble}]}
            - assemble:
                call: googleapis.run.v2.projects.locations.jobs.run
                args:
                  name: projects/p/locations/l/jobs/assembler
                  body:
                    overrides:
                      containerOverrides:
                        - env: [{name: BLUEPRINT_JSON, value: "${json.encode_to_string(planned.blueprint)}"}]
                  connector_params: {timeout: 100}
                result: done
            - begin_close: {assign: [{stage: close}]}
            - close:
                call: post
                args: {url: '${base + "/finalize"}', body: {action: close, execution: "${map.get(done, \\"name\\")}"}}
                result: closed
            - give: {return: {status: completed, video: "${closed.video}"}}
        except:
          as: e
          steps:
            - describe: {call: describe, args: {e: "${e}"}, result: reason}
            - fail:
                try:
                  call: post
                  args: {url: '${base + "/finalize"}', body: {action: fail, stage: "${stage}", error: "${reason}"}}
                except: {as: second, call: sys.log, args: {text: the failure could not be written, severity: ERROR}}
            - raise_it: {raise: {stage: "${stage}", error: "${reason}"}}

post:
  params: [url, body]
  steps:
    - send:
        try: {call: http.post, args: {url: "${url}", body: "${body}", auth: {type: OIDC}}, result: answer}
        retry: {predicate: "${transient}", max_retries: 3, backoff: {initial_delay: 1, max_delay: 4, multiplier: 2}}
    - give: {return: "${answer.body}"}

transient:
  params: [e]
  steps:
    - codes: {assign: [{worth: [429, 502, 503, 504]}]}
    - decide: {switch: [{condition: '${"HttpError" in e.tags}', return: "${e.code in worth}"}]}
    - give: {return: '${"ConnectionFailedError" in e.tags}'}

describe:
  params: [e]
  steps:
    - kinds:
        switch:
          - condition: ${get_type(e) == "string"}
            return: ${e}
          - condition: ${"HttpError" in e.tags}
            return: '${"HTTP " + string(e.code) + ": " + default(map.get(e.body, "error"), "?")}'
          - condition: ${"OperationError" in e.tags}
            return: '${"job: " + e.message}'
    - rest: {return: "${e.tags[0]}"}
"""

OPERATION = {"name": "projects/p/locations/l/operations/1"}
REQUEST = {"task": "t1", "song": "songs/a.mp3", "level": "beginner"}
PLAN = {"blueprint": {"moves": [1, 2]}}


class Cloud:
    """The functions and the job, as far as this flow calls them; `failures` are answers given first, by path."""

    def __init__(self) -> None:
        self.failures: dict[str, list[Reply]] = {}
        self.claimed = True
        self.job_error: dict[str, Any] | None = None
        self.polls = 0
        self.actions: list[dict[str, Any]] = []

    def __call__(self, seen: Seen) -> Reply:
        if pending := self.failures.get(seen.path):
            return pending.pop(0)
        if seen.path == "/finalize":
            return self.finalize(seen.json())
        if seen.path == "/analyze":
            return Reply(body={"tempo": 128.0, "song": seen.json()["song"]})
        if seen.path == "/moves":
            return Reply(body=[seen.query["level"][0], "two", "three"])
        if seen.path == "/plan":
            return Reply(body={**PLAN, "seen": seen.json()})
        if seen.path.endswith("/jobs/assembler:run"):
            return Reply(body={**OPERATION, "done": False})
        self.polls += 1
        if self.polls < 3:
            return Reply(body={**OPERATION, "done": False})
        outcome = {"error": self.job_error} if self.job_error else {"response": {"name": "executions/1"}}
        return Reply(body={**OPERATION, "done": True, **outcome})

    def finalize(self, body: dict[str, Any]) -> Reply:
        self.actions.append(body)
        if body["action"] == "open":
            return Reply(body={"claimed": self.claimed})
        return Reply(body={"video": "output/v.mp4"})


@pytest.fixture
def cloud(server: Server) -> Cloud:
    cloud = Cloud()
    server.script = cloud
    return cloud


def dance(server: Server, clock: ManualClock, argument: Any = REQUEST) -> Any:
    return execute(FLOW, argument, env={"FUNCTIONS_URL": server.url}, endpoints={"run": server.url}, clock=clock)


def test_everything_goes_well(server: Server, cloud: Cloud, clock: ManualClock) -> None:
    assert dance(server, clock) == {"status": "completed", "video": "output/v.mp4"}
    assert [action["action"] for action in cloud.actions] == ["open", "close"]
    assert cloud.actions[-1]["execution"] == "executions/1"
    plan = next(seen for seen in server.seen if seen.path == "/plan")
    assert plan.json() == {"tempo": 128.0, "moves": 3}
    run = next(seen for seen in server.seen if seen.path.endswith(":run"))
    (variable,) = run.json()["overrides"]["containerOverrides"][0]["env"]
    assert (variable["name"], json.loads(variable["value"])) == ("BLUEPRINT_JSON", PLAN["blueprint"])
    assert clock.naps == [1.0, 1.25, 1.5625]


def test_an_event_carries_the_same_request(server: Server, cloud: Cloud, clock: ManualClock) -> None:
    data = base64.b64encode(json.dumps(REQUEST).encode()).decode()
    event = {"specversion": "1.0", "data": {"message": {"data": data}}}
    assert dance(server, clock, event)["status"] == "completed"
    assert cloud.actions[0] == {"action": "open", "task": "t1"}


def test_a_duplicate_ends_politely(server: Server, cloud: Cloud, clock: ManualClock) -> None:
    cloud.claimed = False
    assert dance(server, clock) == {"status": "duplicate"}
    assert {seen.path for seen in server.seen} == {"/finalize"}


def test_what_passes_is_retried(server: Server, cloud: Cloud, clock: ManualClock) -> None:
    cloud.failures["/plan"] = [Reply(503), Reply(429)]
    assert dance(server, clock)["status"] == "completed"
    assert clock.naps[:2] == [1, 2]
    assert sum(seen.path == "/plan" for seen in server.seen) == 3


@pytest.mark.parametrize(
    ("path", "reply", "stage", "error"),
    [
        ("/plan", Reply(422, {"error": "no moves"}), "plan", "HTTP 422: no moves"),
        ("/plan", Reply(500, {"error": "a fault"}), "plan", "HTTP 500: a fault"),
        ("/plan", Reply(404, content=b"<h1>404</h1>", kind="text/html"), "plan", "HTTP 404: ?"),
        ("/analyze", Reply(422, {"error": "no song"}), "open", "UnhandledBranchError"),
        ("/plan", Reply(drop=True), "plan", "ConnectionError"),
    ],
)
def test_every_failure_is_recorded_and_fails_the_execution(
    path: str, reply: Reply, stage: str, error: str, server: Server, cloud: Cloud, clock: ManualClock
) -> None:
    cloud.failures[path] = [reply]
    with pytest.raises(WorkflowFailed) as failed:
        dance(server, clock)
    assert failed.value.payload == {"stage": stage, "error": error}
    assert cloud.actions[-1] == {"action": "fail", "stage": stage, "error": error}


def test_a_failing_job(server: Server, cloud: Cloud, clock: ManualClock) -> None:
    cloud.job_error = {"code": 9, "message": "NonZeroExitCode"}
    with pytest.raises(WorkflowFailed) as failed:
        dance(server, clock)
    assert failed.value.payload == {"stage": "assemble", "error": "job: NonZeroExitCode"}
    assert cloud.actions[-1] == {"action": "fail", "stage": "assemble", "error": "job: NonZeroExitCode"}


def test_a_job_that_never_ends(server: Server, cloud: Cloud, clock: ManualClock) -> None:
    cloud.polls = -(10**6)
    with pytest.raises(WorkflowFailed) as failed:
        dance(server, clock)
    assert failed.value.payload == {"stage": "assemble", "error": "TimeoutError"}
    assert sum(clock.naps) == pytest.approx(100)


def test_the_first_error_counts_when_even_its_record_fails(server: Server, cloud: Cloud, clock: ManualClock) -> None:
    cloud.failures["/plan"] = [Reply(422, {"error": "no moves"})]

    def script(seen: Seen) -> Reply:
        if seen.path == "/finalize" and seen.json()["action"] == "fail":
            return Reply(500, {"error": "database gone"})
        return cloud(seen)

    server.script = script
    with pytest.raises(WorkflowFailed) as failed:
        dance(server, clock)
    assert failed.value.payload == {"stage": "plan", "error": "HTTP 422: no moves"}
    assert 'in step "raise_it", routine "main"' in failed.value.context

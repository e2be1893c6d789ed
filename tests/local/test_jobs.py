"""The Jobs API as Google's own client sees it: real HTTP, real processes."""

import json
import sys
from pathlib import Path

import pytest
import requests
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import run_v2

from bachata.local.jobs import JobDefinition, JobsServer

PARENT = "projects/p/locations/l"
NAME = f"{PARENT}/jobs/render"

# What a container would hold. It tells what it was given, and does what its variables say.
JOB = """
import json, os, signal, sys, tempfile, time
attempt = int(os.environ["CLOUD_RUN_TASK_ATTEMPT"])
task = os.environ["CLOUD_RUN_TASK_INDEX"]
told = {"argv": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd(), "tmp": tempfile.gettempdir()}
with open(os.path.join(os.environ["TOLD"], f"{task}-{attempt}.json"), "w") as stream:
    json.dump(told, stream)
with open(os.path.join(tempfile.gettempdir(), "half-a-video"), "w") as stream:
    stream.write("x")
print(json.dumps({"severity": "ERROR", "message": f"clip 7 is missing\\nTraceback"}), flush=True)
print("the last words", flush=True)
behaviour = os.environ.get("BEHAVIOUR", "succeed")
if behaviour == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if behaviour == "polite":
    def leave(*_):
        print("stopped cleanly", flush=True)
        sys.exit(1)
    signal.signal(signal.SIGTERM, leave)
if behaviour in ("deaf", "polite"):
    open(os.path.join(os.environ["TOLD"], "ready"), "w").close()
    signal.pause() if behaviour == "polite" else time.sleep(600)
if behaviour == "suicide" and attempt == 0:
    os.kill(os.getpid(), signal.SIGKILL)
sys.exit(1 if attempt < int(os.environ.get("FAILURES", "0")) else 0)
"""


@pytest.fixture
def told(tmp_path):
    directory = tmp_path / "told"
    directory.mkdir()
    return directory


@pytest.fixture
def definition(tmp_path, told):
    script = tmp_path / "job.py"
    script.write_text(JOB)
    return JobDefinition(
        "render",
        (sys.executable, str(script)),
        tmp_path,
        args=("--from-the-definition",),
        env={"TOLD": str(told), "KEPT": "kept", "REPLACED": "old"},
        max_retries=2,
        timeout=60,
    )


@pytest.fixture
def server(tmp_path, definition):
    with JobsServer([definition], logs=tmp_path / "logs", scratch=tmp_path / "scratch", grace=0.3) as server:
        yield server


@pytest.fixture
def options(server):
    return {
        "credentials": AnonymousCredentials(),
        "transport": "rest",
        "client_options": {"api_endpoint": server.url},
    }


@pytest.fixture
def client(options):
    with run_v2.JobsClient(**options) as client:
        yield client


@pytest.fixture
def executions(options):
    with run_v2.ExecutionsClient(**options) as client:
        yield client


def run(client, *, args=(), clear_args=False, tasks=0, timeout=None, **env):
    overrides = run_v2.RunJobRequest.Overrides(
        container_overrides=[
            run_v2.RunJobRequest.Overrides.ContainerOverride(
                args=list(args),
                clear_args=clear_args,
                env=[run_v2.EnvVar(name=name, value=value) for name, value in env.items()],
            )
        ],
        task_count=tasks,
        timeout=timeout,
    )
    return client.run_job(request=run_v2.RunJobRequest(name=NAME, overrides=overrides))


def story(told, task=0, attempt=0):
    return json.loads((told / f"{task}-{attempt}.json").read_text())


def test_a_job_runs_with_its_overrides(client, told, tmp_path):
    execution = run(client, REPLACED="new", BLUEPRINT_JSON='{"größe": "ñ"}').result(timeout=30)
    assert (execution.succeeded_count, execution.failed_count, execution.retried_count) == (1, 0, 0)
    assert execution.running_count == 0
    assert execution.task_count == 1
    assert execution.completion_time >= execution.start_time
    [condition] = execution.conditions
    assert (condition.type_, condition.state) == ("Completed", run_v2.Condition.State.CONDITION_SUCCEEDED)
    told = story(told)
    assert told["argv"] == ["--from-the-definition"]
    assert told["cwd"] == str(tmp_path)
    env = told["env"]
    assert (env["KEPT"], env["REPLACED"], env["BLUEPRINT_JSON"]) == ("kept", "new", '{"größe": "ñ"}')
    assert env["CLOUD_RUN_JOB"] == "render"
    assert execution.name == f"{NAME}/executions/{env['CLOUD_RUN_EXECUTION']}"
    assert (env["CLOUD_RUN_TASK_INDEX"], env["CLOUD_RUN_TASK_COUNT"], env["CLOUD_RUN_TASK_ATTEMPT"]) == ("0", "1", "0")


def test_a_job_needs_no_overrides(client, told):
    assert client.run_job(name=NAME).result(timeout=30).succeeded_count == 1
    assert story(told)["env"]["REPLACED"] == "old"


def test_the_shell_of_whoever_started_the_cloud_does_not_leak_into_a_render(client, told, monkeypatch):
    monkeypatch.setenv("TASK_ID", "from-a-forgotten-export")
    run(client).result(timeout=30)
    assert "TASK_ID" not in story(told)["env"]


@pytest.mark.parametrize(
    ("override", "seen"),
    [
        ({"args": ["--quick", "a b"]}, ["--quick", "a b"]),
        ({"clear_args": True}, []),
        ({}, ["--from-the-definition"]),
    ],
)
def test_arguments_are_replaced_or_cleared(client, told, override, seen):
    run(client, **override).result(timeout=30)
    assert story(told)["argv"] == seen


def test_every_task_gets_its_index(client, told):
    execution = run(client, tasks=3).result(timeout=30)
    assert execution.succeeded_count == execution.task_count == 3
    assert [story(told, task)["env"]["CLOUD_RUN_TASK_COUNT"] for task in range(3)] == ["3"] * 3


def test_a_failed_attempt_is_retried(client, told):
    execution = run(client, FAILURES="2").result(timeout=30)
    assert (execution.succeeded_count, execution.retried_count, execution.failed_count) == (1, 2, 0)
    assert story(told, attempt=2)["env"]["CLOUD_RUN_TASK_ATTEMPT"] == "2"


def test_a_killed_attempt_is_retried_and_leaves_nothing_behind(client, told, tmp_path):
    execution = run(client, BEHAVIOUR="suicide").result(timeout=30)
    assert (execution.succeeded_count, execution.retried_count) == (1, 1)
    first, second = story(told)["tmp"], story(told, attempt=1)["tmp"]
    assert first != second
    assert Path(first).parent == Path(second).parent == tmp_path / "scratch"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_job_that_always_fails_fails_the_operation(client, executions, server):
    operation = run(client, FAILURES="9")
    with pytest.raises(exceptions.FailedPrecondition, match="failed with message: The container exited with an error"):
        operation.result(timeout=30)
    execution = executions.get_execution(name=operation.metadata.name)
    assert (execution.failed_count, execution.retried_count, execution.succeeded_count) == (1, 2, 0)
    [condition] = execution.conditions
    assert condition.state == run_v2.Condition.State.CONDITION_FAILED
    assert condition.execution_reason == run_v2.Condition.ExecutionReason.NON_ZERO_EXIT_CODE
    assert "clip 7" not in condition.message, "what a job prints is in its log, not in the API"
    [done] = server.executions()
    assert done.last_error() == "clip 7 is missing"
    assert sorted(p.name for p in done.logs.iterdir()) == [f"task-0-attempt-{n}.log" for n in range(3)]


def test_one_failing_task_does_not_stop_the_others(tmp_path):
    script = "import os, sys; sys.exit(os.environ['CLOUD_RUN_TASK_INDEX'] == '1')"
    definition = JobDefinition("render", (sys.executable, "-c", script), tmp_path, max_retries=0)
    with JobsServer([definition], logs=tmp_path / "logs", scratch=tmp_path / "scratch") as server:
        url = f"{server.url}/v2/{NAME}"
        operation = requests.post(f"{url}:run", json={"overrides": {"taskCount": 3}}, timeout=5).json()
        done = requests.post(f"{server.url}/v2/{operation['name']}:wait", json={"timeout": "30s"}, timeout=40).json()
        assert done["error"]["code"] == 9
        assert "-task1 failed" in done["error"]["message"]
        execution = requests.get(f"{server.url}/v2/{done['metadata']['name']}", timeout=5).json()
        assert (execution["succeededCount"], execution["failedCount"]) == (2, 1)


def test_an_attempt_that_takes_too_long_is_stopped_politely(client, server, told):
    operation = run(client, BEHAVIOUR="polite", timeout="2s")
    with pytest.raises(exceptions.FailedPrecondition, match="The configured timeout was reached"):
        operation.result(timeout=60)
    assert "stopped cleanly" in (server.executions()[0].logs / "task-0-attempt-0.log").read_text()


def test_an_attempt_that_ignores_sigterm_is_killed(tmp_path, told, definition):
    definition = JobDefinition(**{**vars(definition), "max_retries": 0})
    with JobsServer([definition], logs=tmp_path / "logs", scratch=tmp_path / "scratch", grace=0.2) as server:
        body = {
            "overrides": {"timeout": "1s", "containerOverrides": [{"env": [{"name": "BEHAVIOUR", "value": "deaf"}]}]}
        }
        operation = requests.post(f"{server.url}/v2/{NAME}:run", json=body, timeout=5).json()
        done = requests.post(f"{server.url}/v2/{operation['name']}:wait", json={"timeout": "30s"}, timeout=40).json()
        assert done["done"]
        assert "timeout" in done["error"]["message"]
        assert list((tmp_path / "scratch").iterdir()) == []


def until_exists(path, execution):
    """Waits for the job's own sign; a job that ends without it fails the test instead of hanging it."""
    while not path.exists():
        assert not execution.wait(0.02), execution.error


def test_cancel_ends_the_process_and_the_operation(client, executions, server, told, tmp_path):
    operation = run(client, BEHAVIOUR="deaf")
    [running] = server.executions()
    until_exists(told / "ready", running)
    assert executions.get_execution(name=operation.metadata.name).running_count == 1
    with pytest.raises(exceptions.Cancelled):
        executions.cancel_execution(name=operation.metadata.name).result(timeout=30)
    execution = executions.get_execution(name=operation.metadata.name)
    assert (execution.cancelled_count, execution.running_count, execution.retried_count) == (1, 0, 0)
    assert execution.conditions[0].execution_reason == run_v2.Condition.ExecutionReason.CANCELLED
    assert list((tmp_path / "scratch").iterdir()) == []


def test_closing_the_server_ends_what_runs(tmp_path, told, definition):
    with JobsServer([definition], logs=tmp_path / "logs", scratch=tmp_path / "scratch", grace=0.2) as server:
        body = {"overrides": {"containerOverrides": [{"env": [{"name": "BEHAVIOUR", "value": "deaf"}]}]}}
        requests.post(f"{server.url}/v2/{NAME}:run", json=body, timeout=5).raise_for_status()
        [execution] = server.executions()
        until_exists(told / "ready", execution)
    assert execution.wait(0)
    assert execution.document()["cancelledCount"] == 1


def test_an_execution_tells_the_variables_it_was_started_with(client, executions):
    """By one of them the workflow execution it works for is known: the API has no other link between the two."""
    made = run(client, EXECUTION_ID="e-1").result(timeout=30)
    [container] = executions.get_execution(name=made.name).template.containers
    assert {v.name: v.value for v in container.env}["EXECUTION_ID"] == "e-1"


def test_executions_are_listed_newest_first(client, executions):
    names = [run(client).result(timeout=30).name for _ in range(2)]
    assert [e.name for e in executions.list_executions(parent=NAME)] == names[::-1]


def test_what_does_not_exist_is_not_found(client, executions):
    with pytest.raises(exceptions.NotFound, match="Known jobs: render"):
        client.run_job(name=f"{PARENT}/jobs/nothing")
    with pytest.raises(exceptions.NotFound):
        executions.get_execution(name=f"{NAME}/executions/render-00000")
    with pytest.raises(exceptions.NotFound):
        client.get_operation({"name": f"{PARENT}/operations/none"})


def test_a_variable_may_take_32768_bytes_and_no_more(client, told):
    run(client, BLUEPRINT_JSON="ñ" * 16_384).result(timeout=30)
    assert len(story(told)["env"]["BLUEPRINT_JSON"]) == 16_384
    with pytest.raises(exceptions.BadRequest, match="takes 32769 bytes, at most 32768"):
        run(client, BLUEPRINT_JSON="ñ" * 16_384 + "x")


def refusal(server, body, **options):
    answer = requests.post(f"{server.url}/v2/{NAME}:run", timeout=5, **(options or {"json": body}))
    assert answer.headers["Content-Type"].startswith("application/json")
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    return answer.status_code, error["status"], error["message"]


def test_every_fault_of_a_request_is_named_at_once(server):
    env = [{"name": "1X", "value": "a"}, {"name": "CLOUD_RUN_JOB", "value": "mine"}, {"name": "N", "value": 3}]
    container = {"env": env, "args": ["a"], "clearArgs": True, "image": "other"}
    body = {"overrides": {"taskCount": 10_001, "timeout": "1h", "containerOverrides": [container]}, "force": True}
    code, status, message = refusal(server, body)
    assert (code, status) == (400, "INVALID_ARGUMENT")
    for part in ("'force'", "taskCount", "timeout", "image", "clearArgs", "env[0].name", "CLOUD_RUN_JOB", "value (N)"):
        assert part in message
    assert server.executions() == []


@pytest.mark.parametrize("data", [b"{", b"[]", b"\xff\xfe"])
def test_a_body_that_is_no_json_object_is_refused(server, data):
    code, status, _ = refusal(server, None, data=data, headers={"Content-Type": "application/json"})
    assert (code, status) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    "overrides",
    [[], {"containerOverrides": [{}, {}]}, {"containerOverrides": [3]}, {"containerOverrides": [{"env": [3]}]}],
)
def test_overrides_of_another_shape_are_refused(server, overrides):
    assert refusal(server, {"overrides": overrides})[:2] == (400, "INVALID_ARGUMENT")


def test_with_a_token_nobody_else_is_served(tmp_path, definition):
    with JobsServer([definition], logs=tmp_path, scratch=tmp_path / "scratch", token="secret") as server:
        url = f"{server.url}/v2/{NAME}/executions"
        answer = requests.get(url, timeout=5)
        assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
        assert requests.get(url, headers={"Authorization": "Bearer wrong"}, timeout=5).status_code == 401
        assert requests.get(url, headers={"Authorization": "Bearer secret"}, timeout=5).json() == {"executions": []}


def test_the_server_is_bound_to_loopback(server):
    assert server.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    "wrong", [{"command": ()}, {"max_retries": 11}, {"max_retries": -1}, {"timeout": 0}, {"timeout": 700_000}]
)
def test_a_definition_cloud_run_would_refuse_is_refused(definition, wrong):
    with pytest.raises(ValueError, match=r"command|max_retries|timeout"):
        JobDefinition(**{**vars(definition), **wrong})


def test_the_last_error_is_that_of_the_last_task_that_has_one(tmp_path):
    script = """
import json, os, sys, time
task = int(os.environ["CLOUD_RUN_TASK_INDEX"])
if task == 11:
    print("all is well", file=sys.stderr)
    sys.exit(0)
if task == 0:
    time.sleep(0.5)  # its log is the newest
    print("all is well", file=sys.stderr)
if task in {2, 10}:
    print(json.dumps({"severity": "ERROR", "message": f"task {task} failed"}), file=sys.stderr)
sys.exit(task == 10)
"""
    definition = JobDefinition("render", (sys.executable, "-c", script), tmp_path, max_retries=0)
    with JobsServer([definition], logs=tmp_path / "logs", scratch=tmp_path / "scratch") as server:
        url = f"{server.url}/v2/{NAME}"
        operation = requests.post(f"{url}:run", json={"overrides": {"taskCount": 12}}, timeout=5).json()
        requests.post(f"{server.url}/v2/{operation['name']}:wait", json={"timeout": "30s"}, timeout=40)
        [done] = server.executions()
        assert done.last_error() == "task 10 failed"

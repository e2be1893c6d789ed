"""The laptop cloud as others meet it: over REST, beside a second one, and after its owner was killed."""

import base64
import json
import os
import select
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import requests

from bachata.errors import Conflict, InvalidSettings, Unavailable
from bachata.local import stack, up
from bachata.local.home import Home
from bachata.local.stack import LocalCloud
from bachata.tasks.store import TaskStore


def finished(url):
    """The execution, once it is no longer active."""
    while True:
        execution = requests.get(url, timeout=10).json()
        if execution["state"] != "ACTIVE":
            return execution


@pytest.fixture
def served(cloud):
    with up.serve(cloud) as addresses:
        yield addresses


def base(addresses):
    return addresses["executions"].split("/v1/")[0] + "/v1/"


def bad_request(task_id):
    """A request that ends soon and tells much: the song does not exist."""
    return {"task_id": task_id, "song": "songs/absent.mp3"}


def test_up_can_be_found_while_it_is_up(cloud):
    assert up.find(cloud.home) is None
    with up.serve(cloud) as addresses:
        found = up.find(cloud.home)
        token = found.pop("token")
        assert found == {**addresses, "pid": os.getpid()}
        assert stat.S_IMODE(cloud.home.up_file.stat().st_mode) == 0o600
        for name in ("executions", "trigger", "functions", "jobs"):
            assert addresses[name].startswith("http://127.0.0.1:")
        jobs = f"{addresses['jobs']}/assembler/executions"
        assert requests.get(jobs, headers={"Authorization": f"Bearer {token}"}, timeout=5).ok
    assert up.find(cloud.home) is None
    assert not cloud.home.up_file.exists()


def test_other_users_of_the_machine_can_start_no_process(cloud, served):
    """Loopback is everybody's, and a job's variables can make it run anything."""
    for header in ({}, {"Authorization": "Bearer guess"}, {"Authorization": "Bearer ñ"}):
        headers = {name: value.encode() for name, value in header.items()}
        assert requests.post(f"{served['jobs']}/assembler:run", json={}, headers=headers, timeout=5).status_code == 401
        assert requests.post(f"{served['functions']}/finalize", json={}, headers=headers, timeout=5).status_code == 401


def test_an_execution_over_rest_fails_with_its_payload(cloud, served):
    body = {"argument": json.dumps(bad_request("over-rest"))}
    started = requests.post(served["executions"], json=body, timeout=10).json()
    execution = finished(base(served) + started["name"])
    assert execution["state"] == "FAILED"
    payload = json.loads(execution["error"]["payload"])
    assert (payload["task_id"], payload["stage"]) == ("over-rest", "analyze")
    assert TaskStore(cloud.engine).get("over-rest").status == "failed"


def test_a_pubsub_push_is_one_task_however_often_it_comes(cloud, served):
    data = base64.b64encode(json.dumps({"song": "songs/absent.mp3", "user_id": "ana"}).encode()).decode()
    push = {"message": {"data": data, "messageId": "31"}, "subscription": "s"}
    for _ in range(2):
        started = requests.post(served["trigger"], json=push, timeout=10).json()
        finished(base(served) + started["name"])
    [task] = TaskStore(cloud.engine).list(user_id="ana")
    assert task.task_id == "event-31"


def test_a_second_up_in_one_home_is_refused(cloud, served):
    with pytest.raises(Conflict, match="is up already"), up.serve(cloud):
        pass
    assert up.find(cloud.home) is not None


def test_cancelling_tells_the_cloud_that_is_up(cloud, served):
    """The row alone would not stop an execution that waits in a step."""
    body = {"argument": json.dumps({"task_id": "long", "song": "songs/first.wav"})}
    started = requests.post(served["executions"], json=body, timeout=10).json()
    tasks = TaskStore(cloud.engine)
    while not tasks.list(status="started") and not tasks.list(status="running"):
        assert requests.get(base(served) + started["name"], timeout=5).json()["state"] == "ACTIVE"
    assert stack.cancel(cloud.home, cloud.engine, "long").status == "cancelled"
    assert finished(base(served) + started["name"])["state"] == "CANCELLED"
    assert tasks.get("long").status == "cancelled"


def test_an_execution_nobody_runs_cannot_be_cancelled(cloud, served, tmp_path):
    assert not up.cancel_execution(cloud.home, "none")
    assert not up.cancel_execution(Home(tmp_path), "none")


def test_two_clouds_share_a_home(cloud):
    with LocalCloud(cloud.home) as second:
        assert second.database_url == cloud.database_url
        assert second.functions_url != cloud.functions_url
        assert second.logs != cloud.logs
        with pytest.raises(stack.PipelineFailed):
            second.run(bad_request("of-the-second"))
        assert TaskStore(cloud.engine).get("of-the-second").status == "failed"
    with pytest.raises(stack.PipelineFailed):
        cloud.run(bad_request("of-the-first"))
    assert TaskStore(cloud.engine).get("of-the-first").status == "failed"


def test_a_cloud_can_be_started_again_and_remembers(tmp_path):
    for number in range(2):
        with LocalCloud(Home(tmp_path)) as cloud:
            tasks = TaskStore(cloud.engine)
            assert len(tasks.list()) == number
            tasks.open(f"t{number}", user_id="local", execution="e", request={})


def test_stopping_twice_is_harmless(tmp_path):
    cloud = LocalCloud(Home(tmp_path)).start()
    cloud.stop()
    cloud.stop()
    assert list((tmp_path / "scratch").glob("cloud-*")) == []


def test_a_function_that_cannot_be_loaded_leaves_nothing_running(tmp_path):
    root = tmp_path / "checkout"
    for name in ("analyze", "plan", "finalize"):
        (root / "functions" / name).mkdir(parents=True)
        (root / "functions" / name / "main.py").write_text("import nothing_like_this")
    (root / "workflows").mkdir()
    (root / "workflows" / "choreography.yaml").write_text("- done: {return: null}")
    before = children_of(os.getpid())
    with pytest.raises(Unavailable, match="did not start"):
        LocalCloud(Home(tmp_path / "home"), root=root).start()
    assert children_of(os.getpid()) == before


def test_a_workflow_with_problems_is_refused_before_anything_starts(tmp_path):
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "choreography.yaml").write_text("- go: {next: nowhere}\n- stop: {raise: '${1 +}'}")
    with pytest.raises(InvalidSettings, match=r"(?s)choreography\.yaml cannot be run.*nowhere.*line 2"):
        LocalCloud(Home(tmp_path / "home"), root=tmp_path).start()
    assert not (tmp_path / "home").exists()


def children_of(pid):
    """Every descendant, as far as /proc knows."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(folder.name)] = int(fields[1])
    found, frontier = set(), {pid}
    while frontier:
        frontier = {child for child, parent in parents.items() if parent in frontier} - found
        found |= frontier
    return found


def test_nothing_outlives_a_cloud_whose_owner_is_killed(tmp_path):
    code = textwrap.dedent("""
        import signal, sys
        from pathlib import Path
        from bachata.local import up
        from bachata.local.home import Home
        from bachata.local.stack import LocalCloud
        with LocalCloud(Home(Path(sys.argv[1]))) as cloud, up.serve(cloud):
            print("up", flush=True)
            signal.pause()
    """)
    home = Home(tmp_path)
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as owner:
        assert owner.stdout.readline() == b"up\n"
        assert up.find(home) is not None
        descendants = children_of(owner.pid)
        assert len(descendants) >= 3, "the functions, PostgreSQL and its guardian"
        watched = [os.pidfd_open(pid) for pid in descendants]
        os.kill(owner.pid, signal.SIGKILL)
    try:
        for descendant in watched:
            assert select.select([descendant], [], [], 20)[0], "a process was left behind"
    finally:
        for descendant in watched:
            os.close(descendant)
    assert up.find(home) is None, "up.json is there, but nobody is up"
    with LocalCloud(home):
        assert len(list(home.scratch.glob("cloud-*"))) == 1

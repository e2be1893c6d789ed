"""What a killed owner leaves behind, and what the next one makes of it."""

import os
import select
import signal
import subprocess
import sys
import textwrap

import pytest

from bachata.local import up
from bachata.local.home import Home
from bachata.local.interrupted import fail_interrupted, lease
from bachata.local.stack import LocalCloud
from bachata.tasks.store import TaskStore
from tests.local.test_stack_up import children_of


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def tasks(engine):
    return TaskStore(engine)


def opened(tasks, task_id, execution):
    assert tasks.open(task_id, user_id="local", execution=execution, request={}).claimed


def test_a_task_without_a_worker_is_failed_where_it_stood(home, engine, tasks):
    opened(tasks, "t", "gone")
    tasks.progress("t", "gone", "fetching")
    assert fail_interrupted(home, engine) == ["t"]
    row = tasks.get("t")
    assert (row.status, row.stage, row.error["code"]) == ("failed", "fetching", "INTERRUPTED")
    assert "run it again" in row.error["error"]
    assert fail_interrupted(home, engine) == []
    opened(tasks, "t", "another")


def test_a_leased_execution_is_left_alone(home, engine, tasks):
    with lease(home, "e-1"):
        opened(tasks, "t", "e-1")
        assert fail_interrupted(home, engine) == []
    assert list(home.executions.iterdir()) == []
    assert fail_interrupted(home, engine) == ["t"]


def test_a_lease_ends_with_its_process(home, engine, tasks):
    code = textwrap.dedent("""
        import signal, sys
        from pathlib import Path
        from bachata.local.home import Home
        from bachata.local.interrupted import lease
        with lease(Home(Path(sys.argv[1])), "e-1"):
            print("leased", flush=True)
            signal.pause()
    """)
    opened(tasks, "t", "e-1")
    with subprocess.Popen([sys.executable, "-c", code, str(home.root)], stdout=subprocess.PIPE) as owner:
        owner.stdout.readline()
        assert fail_interrupted(home, engine) == []
        os.kill(owner.pid, signal.SIGKILL)
    assert (home.executions / "e-1").exists()
    assert fail_interrupted(home, engine) == ["t"]
    assert not (home.executions / "e-1").exists()


@pytest.mark.parametrize("execution", ["../../etc/passwd", "/etc/passwd", "..", "a/b"])
def test_an_execution_is_never_a_path(home, engine, tasks, execution):
    opened(tasks, "t", execution)
    assert fail_interrupted(home, engine) == ["t"]


def test_finished_and_unclaimed_tasks_are_left_alone(home, engine, tasks):
    opened(tasks, "failed", "e")
    tasks.fail("failed", "e", stage="plan", error={"error": "No moves.", "code": "NO_MOVES"})
    opened(tasks, "cancelled", "e")
    tasks.cancel("cancelled")
    assert fail_interrupted(home, engine) == []
    assert tasks.get("failed").error["code"] == "NO_MOVES"


def test_executions_of_the_cloud_that_is_up_are_its_own(cloud):
    """Those have no lease: the cloud that is up is asked."""
    from tests.local.test_stack_up import finished

    tasks = TaskStore(cloud.engine)
    with up.serve(cloud) as addresses:
        import requests

        body = {"argument": '{"task_id": "served", "song": "songs/second.wav"}'}
        started = requests.post(addresses["executions"], json=body, timeout=10).json()
        execution = started["name"].rsplit("/", 1)[1]
        while not any(t.task_id == "served" for t in tasks.list(limit=100)):
            pass
        assert up.is_running(cloud.home, execution)
        assert "served" not in fail_interrupted(cloud.home, cloud.engine)
        assert not up.is_running(cloud.home, "another")
        up.cancel_execution(cloud.home, execution)
        url = addresses["executions"].split("/v1/")[0] + "/v1/" + started["name"]
        assert finished(url)["state"] == "CANCELLED"
        assert fail_interrupted(cloud.home, cloud.engine) == ["served"]


OWNER = """
import sys
from pathlib import Path
from bachata.local.home import Home
from bachata.local.stack import LocalCloud

def tell(progress):
    if progress.step == "assemble" and progress.percent >= 20:
        print("rendering", flush=True)

with LocalCloud(Home(Path(sys.argv[1]))) as cloud:
    request = {"task_id": "doomed", "song": "songs/first.wav", "output": {"resolution": "1280x720"}}
    cloud.run(request, on_progress=tell)
"""


def test_killing_the_owner_of_a_render_ends_everything_and_the_row_says_so(cloud):
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(cloud.home.root)], stdout=subprocess.PIPE, start_new_session=True
    ) as owner:
        assert owner.stdout.readline() == b"rendering\n"
        watched = [os.pidfd_open(pid) for pid in children_of(owner.pid)]
        assert len(watched) >= 2, "its functions and its job"
        os.kill(owner.pid, signal.SIGKILL)
    try:
        for descendant in watched:
            assert select.select([descendant], [], [], 20)[0], "a process was left behind"
    finally:
        for descendant in watched:
            os.close(descendant)
    tasks = TaskStore(cloud.engine)
    assert tasks.get("doomed").status == "running"
    with LocalCloud(cloud.home):
        row = tasks.get("doomed")
        assert (row.status, row.error["code"]) == ("failed", "INTERRUPTED")
        assert not list(cloud.home.scratch.glob("cloud-*/attempt-*"))
        assert len(list(cloud.home.scratch.glob("cloud-*"))) == 2, "the living ones'"

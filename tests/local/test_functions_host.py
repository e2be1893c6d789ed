"""The function host: functions-framework in a child process, one for all functions."""

import os
import select
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
import requests

from bachata.errors import Unavailable
from bachata.local.functions import FunctionHost

SOURCE = """
import os, pathlib

calls = 0

def {name}(request):
    global calls
    calls += 1
    body = request.get_json(silent=True) or {{}}
    if "started" in body:
        # Announces itself, then answers only when the reader allows it.
        pathlib.Path(body["started"]).touch()
        open(body["answer_when"]).read()  # not only until it is opened: an answer could come before what breaks it
    if body.get("crash"):
        raise RuntimeError("on purpose")
    names = sorted(n for n in os.environ if n in ("STORAGE_BACKEND", "DATABASE_URL", "TASK_ID"))
    answer = {{"function": "{name}", "calls": calls, "path": request.path}}
    return {{**answer, "body": body, "env": names, "pid": os.getpid()}}
"""


@pytest.fixture
def root(tmp_path):
    for name in ("analyze", "plan", "finalize"):
        folder = tmp_path / "functions" / name
        folder.mkdir(parents=True)
        (folder / "main.py").write_text(SOURCE.format(name=name))
    return tmp_path


@pytest.fixture
def host(root):
    with FunctionHost(root, env={"STORAGE_BACKEND": "local"}, log=root / "logs" / "functions.log") as host:
        yield host


def post(url, body=None):
    return requests.post(url, json=body or {}, timeout=10)


def test_the_first_part_of_the_path_names_the_function(host):
    for name in ("analyze", "plan", "finalize"):
        answer = post(f"{host.url}/{name}", {"song": "ñ"}).json()
        assert (answer["function"], answer["body"]) == (name, {"song": "ñ"})
    assert post(f"{host.url}/plan/deeper/still").json()["path"] == "/deeper/still"


def test_each_function_has_its_own_globals(host):
    assert [post(f"{host.url}/analyze").json()["calls"] for _ in range(2)] == [1, 2]
    assert post(f"{host.url}/plan").json()["calls"] == 1


def test_an_unknown_function_is_named_with_those_there_are(host):
    answer = post(f"{host.url}/render")
    assert answer.status_code == 404
    assert answer.text == "functions here: analyze, finalize, plan\n"


def test_a_crash_answers_500_and_the_next_request_works(host):
    assert post(f"{host.url}/plan", {"crash": True}).status_code == 500
    assert post(f"{host.url}/plan").status_code == 200


def test_the_environment_is_what_was_given_and_no_more(root, monkeypatch):
    monkeypatch.setenv("TASK_ID", "left over in a shell")
    monkeypatch.setenv("DATABASE_URL", "somebody else's")
    with FunctionHost(root, env={"STORAGE_BACKEND": "local"}, log=root / "log") as host:
        assert post(f"{host.url}/plan").json()["env"] == ["STORAGE_BACKEND"]


def test_a_token_is_asked_for_and_kept_from_the_functions(root):
    source = "import os\ndef plan(request):\n    return {'env': ' '.join(os.environ)}\n"
    (root / "functions" / "plan" / "main.py").write_text(source)
    with FunctionHost(root, env={}, log=root / "log", token="secret") as host:
        assert post(f"{host.url}/plan").status_code == 401
        answer = requests.post(f"{host.url}/plan", headers={"Authorization": "Bearer secret"}, timeout=10)
        assert "PATH" in answer.json()["env"]
        assert "TOKEN" not in answer.json()["env"]


def test_only_loopback_listens(host):
    assert host.url.startswith("http://127.0.0.1:")


def test_requests_run_side_by_side(host, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    blocked = in_background(post, f"{host.url}/plan", {"started": str(tmp_path / "a"), "answer_when": str(gate)})
    assert post(f"{host.url}/plan").status_code == 200
    open_gate(gate)
    assert blocked().status_code == 200


def test_sigterm_lets_a_request_finish(root, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    host = FunctionHost(root, env={}, log=root / "log").start()
    body = {"started": str(tmp_path / "started"), "answer_when": str(gate)}
    answer = in_background(post, f"{host.url}/plan", body)
    writer = gate.open("w")  # blocks until the function has opened the other end: the request is under way
    assert (tmp_path / "started").exists()
    stopped = in_background(host.stop)
    while True:  # until nobody listens any more
        try:
            requests.get(host.url, timeout=10)
        except requests.ConnectionError:
            break
    writer.close()
    assert answer().json()["function"] == "plan"
    stopped()


def test_a_function_that_cannot_be_loaded_is_reported_with_the_log(root):
    (root / "functions" / "plan" / "main.py").write_text("import a_module_nobody_has\n")
    with pytest.raises(Unavailable, match=r"see functions\.log") as caught:
        FunctionHost(root, env={}, log=root / "logs" / "functions.log").start()
    assert "a_module_nobody_has" in caught.value.details


def test_a_host_that_dies_is_replaced_and_nobody_is_refused(host):
    first = post(f"{host.url}/plan", {}).json()["pid"]
    for _ in range(2):
        os.kill(first, signal.SIGKILL)
        second = post(f"{host.url}/plan").json()  # waits in the queue of the socket
        assert second["calls"] == 1
        assert second["pid"] != first
        first = second["pid"]


def test_a_request_under_way_breaks_when_the_host_dies(host, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    pid = post(f"{host.url}/plan").json()["pid"]
    body = {"started": str(tmp_path / "started"), "answer_when": str(gate)}

    def ask():
        with pytest.raises(requests.ConnectionError):
            post(f"{host.url}/plan", body)
        return "broken"

    asked = in_background(ask)
    with gate.open("w"):  # opens when the function reads: the request is under way
        os.kill(pid, signal.SIGKILL)
        assert asked() == "broken"


def test_a_host_that_dies_while_it_is_stopped_stays_down(root):
    host = FunctionHost(root, env={}, log=root / "log").start()
    os.kill(post(f"{host.url}/plan").json()["pid"], signal.SIGKILL)
    host.stop()
    with pytest.raises(requests.ConnectionError):
        post(f"{host.url}/plan")
    host.stop()


def test_nothing_outlives_an_owner_that_is_killed(root):
    owner_code = textwrap.dedent("""
        import signal, sys
        from pathlib import Path
        from bachata.local.functions import FunctionHost
        host = FunctionHost(Path(sys.argv[1]), env={}, log=Path(sys.argv[1]) / "log").start()
        print(host._child.pid, flush=True)
        signal.pause()
    """)
    with subprocess.Popen([sys.executable, "-c", owner_code, str(root)], stdout=subprocess.PIPE) as owner:
        child = os.pidfd_open(int(owner.stdout.readline()))
        try:
            assert not select.select([child], [], [], 0)[0], "it runs"
            os.kill(owner.pid, signal.SIGKILL)
            assert select.select([child], [], [], 10)[0], "the function host is still there"
        finally:
            os.close(child)


def in_background(function, *args):
    """Runs `function` in a thread; call the result to join it and have what it returned."""
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(function(*args)))
    thread.start()

    def result():
        thread.join(30)
        [value] = outcome
        return value

    return result


def open_gate(path):
    with Path(path).open("w"):
        pass

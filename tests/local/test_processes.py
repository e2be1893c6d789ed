"""Children die with their owner, and what they left running dies with them."""

import os
import select
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from bachata.errors import Unavailable
from bachata.local.processes import Child, base_environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pidfd and the parent-death signal are Linux's")

# Tells its pid once it is up, then waits for ever.
WAIT = "import os, signal, sys; open(sys.argv[1], 'w').write(str(os.getpid())); signal.pause()"


@pytest.fixture
def start(tmp_path):
    children = []

    def start(code, *arguments, env=None, **options):
        command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
        options = {"cwd": tmp_path, "log": tmp_path / "log", **options}
        child = Child(command, env=env if env is not None else base_environment(), **options)
        children.append(child)
        return child

    yield start
    for child in children:
        child.stop(0)


def read_fifo(path):
    """What the writer says; blocks until it is there."""
    with path.open() as stream:
        return stream.read()


def ends(pidfd, seconds=10):
    return bool(select.select([pidfd], [], [], seconds)[0])


@pytest.fixture
def fifo(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    return tmp_path / "fifo"


def test_output_and_errors_are_appended_to_the_log(start, tmp_path):
    code = "import sys; print('said', flush=True); print('complained', file=sys.stderr)"
    for _ in range(2):
        assert start(code).wait(30) == 0
    assert (tmp_path / "log").read_text() == "said\ncomplained\n" * 2


def test_the_exit_code_is_told(start):
    assert start("raise SystemExit(3)").wait(30) == 3
    assert start("import os; os.kill(os.getpid(), 9)").wait(30) == -9


def test_the_environment_is_only_what_is_given(start, tmp_path, monkeypatch):
    monkeypatch.setenv("TASK_ID", "of the shell")
    code = "import os; print(sorted(set(os.environ) - {'LC_CTYPE'}))"
    start(code, env={"GIVEN": "1"}).wait(30)
    assert (tmp_path / "log").read_text() == "['GIVEN']\n"
    assert "TASK_ID" not in base_environment()
    assert base_environment(TASK_ID="mine")["TASK_ID"] == "mine"


def test_a_child_has_a_process_group_of_its_own(start, fifo):
    child = start(WAIT, fifo)
    assert int(read_fifo(fifo)) == child.pid == os.getpgid(child.pid)


def test_stop_asks_first(start, fifo, tmp_path):
    code = """
        import signal, sys
        def leave(*_):
            print("goodbye", flush=True)
            sys.exit(5)
        signal.signal(signal.SIGTERM, leave)
        open(sys.argv[1], "w").close()
        signal.pause()
    """
    child = start(code, fifo)
    read_fifo(fifo)
    assert child.stop(30) == 5
    assert (tmp_path / "log").read_text() == "goodbye\n"
    assert child.poll() == 5


def test_stop_insists(start, fifo):
    code = (
        "import signal, sys, time; signal.signal(15, signal.SIG_IGN); open(sys.argv[1], 'w').close(); time.sleep(600)"
    )
    child = start(code, fifo)
    read_fifo(fifo)
    assert child.stop(0.1) == -signal.SIGKILL


def test_stop_may_be_called_again_and_from_several_threads(start, fifo):
    child = start(WAIT, fifo)
    read_fifo(fifo)
    waiter = threading.Thread(target=child.wait)
    stoppers = [threading.Thread(target=child.stop, args=(10,)) for _ in range(3)]
    for thread in (waiter, *stoppers):
        thread.start()
    for thread in (waiter, *stoppers):
        thread.join(20)
        assert not thread.is_alive()
    assert child.stop() == -signal.SIGTERM


GRANDCHILD = """
    import signal, subprocess, sys
    subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]])
    {then}
"""


def test_what_a_child_left_running_ends_with_it(start, fifo):
    child = start(GRANDCHILD.format(then="pass"), WAIT, fifo)
    grandchild = os.pidfd_open(int(read_fifo(fifo)))
    try:
        assert child.wait(30) == 0
        assert ends(grandchild)
    finally:
        os.close(grandchild)


def test_what_a_killed_child_left_running_ends_with_it(start, fifo):
    child = start(GRANDCHILD.format(then="signal.signal(15, signal.SIG_IGN); signal.pause()"), WAIT, fifo)
    grandchild = os.pidfd_open(int(read_fifo(fifo)))
    try:
        assert child.stop(0.1) == -signal.SIGKILL
        assert ends(grandchild)
    finally:
        os.close(grandchild)


def test_a_child_outlives_the_thread_that_started_it(start, fifo):
    """The parent-death signal follows the thread that forked: here a thread that stays."""
    started = []
    thread = threading.Thread(target=lambda: started.append(start(WAIT, fifo)))
    thread.start()
    read_fifo(fifo)
    thread.join()
    pidfd = os.pidfd_open(started[0].pid)
    try:
        assert not ends(pidfd, 0.3)
    finally:
        os.close(pidfd)


OWNER = """
    import os, signal, sys
    from pathlib import Path
    from bachata.local.processes import Child, base_environment
    command = [sys.executable, "-c", sys.argv[1], sys.argv[2]]
    child = Child(command, env=base_environment(), cwd=Path("/"), log=Path(os.devnull))
    {then}
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_child_dies_with_its_owner(fifo, end):
    code = textwrap.dedent(OWNER.format(then="signal.pause()"))
    with subprocess.Popen([sys.executable, "-c", code, WAIT, str(fifo)], stderr=subprocess.DEVNULL) as owner:
        child = os.pidfd_open(int(read_fifo(fifo)))
        try:
            owner.send_signal(end)
            assert ends(child)
        finally:
            os.close(child)


def test_a_child_is_stopped_when_its_owner_simply_ends(fifo):
    code = textwrap.dedent(OWNER.format(then="print(open(sys.argv[2]).read(), flush=True)"))
    with subprocess.Popen([sys.executable, "-c", code, WAIT, str(fifo)], stdout=subprocess.PIPE) as owner:
        child = os.pidfd_open(int(owner.stdout.readline()))
        try:
            assert ends(child)
        finally:
            os.close(child)
        assert owner.wait(30) == 0


def test_a_program_that_does_not_exist_is_named_in_the_log(tmp_path):
    child = Child(["/no/such/program"], env={}, cwd=tmp_path, log=tmp_path / "log")
    assert child.wait(30) == 127
    assert (tmp_path / "log").read_text() == "cannot run /no/such/program: No such file or directory\n"


def test_a_directory_that_does_not_exist_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match="Could not start"):
        Child([sys.executable], env={}, cwd=tmp_path / "none", log=tmp_path / "log")

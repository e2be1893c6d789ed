"""Tools of these tests: short ways to run a workflow, a clock nobody waits for, a real HTTP server with a script."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from bachata.local.workflows import WorkflowFailed, WorkflowInvalid, execute


def evaluate(expression: str, **variables: Any) -> Any:
    """The value of `${expression}` where the variables are set."""
    assign = [{name: f'${{v["{name}"]}}'} for name in variables]
    steps: list[Any] = [{"set": {"assign": assign}}] if assign else []
    steps.append({"give": {"return": "${" + expression + "}"}})
    return execute(yaml.safe_dump({"main": {"params": ["v"], "steps": steps}}, width=10_000), variables)


def call_with(function: str, arguments: dict[str, Any], **options: Any) -> Any:
    """The result of a call whose arguments are known only when it runs, so that no check at load can see them."""
    names = {name: f"${{a.{name}}}" for name in arguments}
    steps = [{"send": {"call": function, "args": names, "result": "answer"}}, {"give": {"return": "${answer}"}}]
    return execute(yaml.safe_dump({"main": {"params": ["a"], "steps": steps}}), arguments, **options)


def error_of(run: Callable[[], Any]) -> Any:
    """The error value with which the workflow fails."""
    try:
        result = run()
    except WorkflowFailed as failed:
        return failed.payload
    raise AssertionError(f"the workflow succeeded with {result!r}")


def tags_of(run: Callable[[], Any]) -> list[str]:
    """The tags of the error with which the workflow fails."""
    tags: list[str] = error_of(run)["tags"]
    return tags


def problems_of(source: str) -> list[str]:
    """The problems for which the file is refused, as text."""
    try:
        execute(source)
    except WorkflowInvalid as refused:
        return [str(problem) for problem in refused.problems]
    raise AssertionError("the workflow was accepted")


@dataclass
class ManualClock:
    """Time moves only by sleeping; `naps` are the sleeps asked for."""

    now: float = 1_700_000_000.0
    naps: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.naps.append(seconds)
            self.now += seconds


@dataclass
class Seen:
    """A request as the server received it; header names in lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """What the server answers: JSON unless `content` is given."""

    code: int = 200
    body: Any = None
    content: bytes | None = None
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False


Script = Callable[[Seen], Reply]


class Server:
    """A real HTTP server on 127.0.0.1. `replies` are used up in order; the last one stays."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.replies: list[Reply] = [Reply(body={"ok": True})]
        self.script: Script | None = None
        self.url = ""

    def reply(self, seen: Seen) -> Reply:
        self.seen.append(seen)
        if self.script is not None:
            return self.script(seen)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def serving() -> Iterator[Server]:
    """A server for the time of the block."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = server.reply(Seen(self.command, parts.path, parse_qs(parts.query), headers, body))
            if reply.drop:
                self.close_connection = True
                return
            content = reply.content if reply.content is not None else json.dumps(reply.body).encode()
            self.send_response(reply.code)
            for name, value in {"Content-Type": reply.kind, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, format: str, *args: Any) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()

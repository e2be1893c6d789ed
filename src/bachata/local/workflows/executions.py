"""The Workflow Executions API on 127.0.0.1: start, watch, list and cancel executions over REST.

As https://cloud.google.com/workflows/docs/reference/executions/rest, for the methods the pipeline uses
(W = /v1/projects/P/locations/L/workflows/ID):

    POST W/executions             start: {"argument": "<JSON text>", "labels": {…}}
    GET  W/executions[/ID]        one, or all, newest first
    POST W/executions/ID:cancel
    POST W:trigger                a Pub/Sub push; the role Eventarc has in the cloud

Like Eventarc, the trigger answers a push once its execution has started, and never twice looks at what is in it: a
message delivered again is another execution. When as many run as may, a push waits for its turn, and is answered 429
if that takes long: Pub/Sub pushes it again, and nothing that was acknowledged waits in a queue that can be lost.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from .api import ApiError, ApiHandler, ApiServer
from .context import TokenSource
from .engine import load
from .events import cloud_event
from .model import Workflow
from .runs import Run, now_text
from .stdlib.encoding import decode_json

_WORKFLOW = r"/v1/projects/(?P<project>[^/:]+)/locations/(?P<location>[^/:]+)/workflows/(?P<workflow>[^/:]+)"
_ROUTES = {
    ("POST", re.compile(f"{_WORKFLOW}/executions")): "create",
    ("GET", re.compile(f"{_WORKFLOW}/executions")): "list",
    ("GET", re.compile(f"{_WORKFLOW}/executions/(?P<execution>[^/:]+)")): "get",
    ("POST", re.compile(f"{_WORKFLOW}/executions/(?P<execution>[^/:]+):cancel")): "cancel",
    ("POST", re.compile(f"{_WORKFLOW}:trigger")): "trigger",
}
_FIELDS = {
    "argument",
    "labels",
    "callLogLevel",
    "executionHistoryLevel",
    "disableConcurrencyQuotaOverflowBuffering",  # whether to wait where too many run: direct ones never do here
}
_LARGEST_PAGE = 1000
_TURN_SECONDS = 8.0
"""A push waits for its turn; Pub/Sub waits 10 s for an answer, unless its subscription says more."""


class ExecutionsServer:
    """Serves executions of the given workflows; each runs in a thread of its own.

    `workflows` maps an id to its YAML text or file, all checked here (WorkflowInvalid). `env`, `endpoints`, `clock` and
    `token_source` are as for `execute`; each execution's environment also holds the built-in GOOGLE_CLOUD_* variables.
    Port 0 takes a free one. `events_at_once`: executions that events may have running. A context manager: leaving it
    cancels and joins every execution.
    """

    def __init__(
        self,
        workflows: Mapping[str, str | Path],
        *,
        port: int = 0,
        env: Mapping[str, str] | None = None,
        endpoints: Mapping[str, str] | None = None,
        clock: Any = None,
        token_source: TokenSource | None = None,
        events_at_once: int = 1000,
    ) -> None:
        self._turns = threading.BoundedSemaphore(events_at_once)
        self._workflows: dict[str, Workflow] = {name: load(source) for name, source in workflows.items()}
        self._env = dict(env or {})
        self._options: dict[str, Any] = {"endpoints": endpoints, "clock": clock, "token_source": token_source}
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._closed = False
        self._server = ApiServer(port, self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="executions-api", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, the base URL of the API."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """The running server."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Cancel what still runs, wait for its end, stop listening. May be called again."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            runs = list(self._runs.values())
        for run in runs:
            run.cancel()
        for run in runs:
            run.join()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[ApiHandler]:
        server = self

        class Handler(ApiHandler):
            """Finds the route and answers JSON."""

            def answer(self, method: str, path: str, query: dict[str, str]) -> dict[str, Any]:
                known = False
                for (verb, pattern), name in _ROUTES.items():
                    if match := pattern.fullmatch(path):
                        known = True
                        if verb == method:
                            return server._dispatch(name, match.groupdict(), self, query)
                if known:
                    raise ApiError(405, "UNIMPLEMENTED", f"{method} is not possible here")
                raise ApiError(404, "NOT_FOUND", f"there is no method at {path}")

        return Handler

    def _dispatch(self, name: str, names: dict[str, str], handler: ApiHandler, query: dict[str, str]) -> dict[str, Any]:
        workflow = names["workflow"]
        if workflow not in self._workflows:
            known = ", ".join(sorted(self._workflows)) or "none"
            raise ApiError(404, "NOT_FOUND", f"there is no workflow {workflow}; known: {known}")
        parent = f"projects/{names['project']}/locations/{names['location']}/workflows/{workflow}"
        match name:
            case "create":
                return self._create(parent, names, handler.json_body()).describe()
            case "trigger":
                return self._trigger(parent, names, cloud_event(handler.json_body(), now_text()))
            case "list":
                return self._list(parent, query)
            case "cancel":
                return self._cancel(self._find(parent, names["execution"]))
            case _:
                return self._find(parent, names["execution"]).describe()

    def _create(self, parent: str, names: dict[str, str], body: dict[str, Any]) -> Run:
        if unknown := sorted(set(body) - _FIELDS):
            raise ApiError(400, "INVALID_ARGUMENT", f"unknown field: {', '.join(unknown)}")
        text, labels = body.get("argument", "null"), body.get("labels", {})
        if not isinstance(text, str):
            raise ApiError(400, "INVALID_ARGUMENT", "argument is a string that holds JSON")
        if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
            raise ApiError(400, "INVALID_ARGUMENT", "labels is a map of strings")
        try:
            argument = decode_json(text)
        except ValueError as error:
            raise ApiError(400, "INVALID_ARGUMENT", f"argument is not JSON: {error}") from None
        return self._start(parent, names, argument, labels)

    def _trigger(self, parent: str, names: dict[str, str], event: dict[str, Any]) -> dict[str, Any]:
        if not self._turns.acquire(timeout=_TURN_SECONDS):
            raise ApiError(429, "RESOURCE_EXHAUSTED", "as many executions as may are running; push it again")
        try:
            run = self._start(parent, names, event, {}, at_end=self._turns.release)
        except BaseException:
            self._turns.release()
            raise
        return run.describe()

    def _start(
        self,
        parent: str,
        names: dict[str, str],
        argument: Any,
        labels: dict[str, str],
        at_end: Callable[[], None] | None = None,
    ) -> Run:
        run = Run(self._workflows[names["workflow"]], parent, names, argument, labels, self._env, self._options, at_end)
        with self._lock:
            if self._closed:
                raise ApiError(503, "UNAVAILABLE", "the server is closing")
            self._runs[run.name] = run
        run.start()
        return run

    def _find(self, parent: str, execution: str) -> Run:
        with self._lock:
            run = self._runs.get(f"{parent}/executions/{execution}")
        if run is None:
            raise ApiError(404, "NOT_FOUND", f"there is no execution {execution}")
        return run

    def _list(self, parent: str, query: dict[str, str]) -> dict[str, Any]:
        """Newest first, a page at a time; the page token is the position to go on from."""
        size, token = query.get("pageSize", "100"), query.get("pageToken", "0")
        if not (size.isdecimal() and token.isdecimal()):
            raise ApiError(400, "INVALID_ARGUMENT", "pageSize is a number, pageToken one of an earlier answer")
        with self._lock:
            runs = [run for run in reversed(self._runs.values()) if run.parent == parent]
        first, last = int(token), int(token) + min(int(size) or 100, _LARGEST_PAGE)
        page: dict[str, Any] = {"executions": [run.describe() for run in runs[first:last]]}
        return {**page, "nextPageToken": str(last)} if last < len(runs) else page

    def _cancel(self, run: Run) -> dict[str, Any]:
        if not run.cancel():
            raise ApiError(400, "FAILED_PRECONDITION", f"the execution is {run.state} and cannot be cancelled")
        return run.describe()

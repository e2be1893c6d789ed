"""The REST surface of Cloud Run Jobs v2 on 127.0.0.1, as far as the official client and our workflow need it.

::

    POST /v2/projects/P/locations/L/jobs/J:run              overrides: env merged, args replaced, taskCount, timeout
    GET  /v2/projects/P/locations/L/jobs/J/executions       newest first
    GET  /v2/projects/P/locations/L/jobs/J/executions/E
    POST /v2/projects/P/locations/L/jobs/J/executions/E:cancel
    GET  /v2/projects/P/locations/L/operations/E
    POST /v2/projects/P/locations/L/operations/E:wait       {"timeout": "10s"}

An operation and the execution it stands for share their short name. State lives as long as the server.
"""

from __future__ import annotations

import re
import secrets
import string
import threading
from collections.abc import Callable, Iterable, Mapping
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bachata.local.tokens import bears
from bachata.local.workflows.api import ApiError, ApiHandler
from bachata.logs import get_logger

from .definition import JobDefinition, read_run
from .execution import TYPE, Execution, Places

WAIT_SECONDS = 60.0

_PARENT = r"/v2/(?P<parent>projects/[^/]+/locations/[^/]+)"
_JOB = _PARENT + r"/jobs/(?P<job>[^/:]+)"
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)s")
_LOG = get_logger(__name__)


class JobsServer:
    """Serves from `start` (or `with`) to `close`, which cancels what still runs."""

    def __init__(
        self,
        jobs: Iterable[JobDefinition],
        *,
        logs: Path,
        scratch: Path,
        grace: float = 10.0,
        token: str | None = None,
    ) -> None:
        """`grace`: seconds between SIGTERM and SIGKILL (10 on Cloud Run). `token`: bearer token asked of callers.

        Loopback is open to every user of the machine, and whoever may choose a job's variables runs code as its owner.
        """
        self._token = token
        self._jobs = {job.name: job for job in jobs}
        self._places = Places(logs, scratch, grace)
        self._executions: dict[str, Execution] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._http = _server(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="jobs-api")
        self._routes: tuple[tuple[str, re.Pattern[str], Callable[..., dict[str, Any]]], ...] = (
            ("POST", re.compile(_JOB + ":run"), self._run),
            ("GET", re.compile(_JOB + "/executions"), self._list),
            ("GET", re.compile(_JOB + "/executions/(?P<execution>[^/:]+)"), self._get),
            ("POST", re.compile(_JOB + "/executions/(?P<execution>[^/:]+):cancel"), self._cancel),
            ("GET", re.compile(_PARENT + "/operations/(?P<execution>[^/:]+)"), self._operation),
            ("POST", re.compile(_PARENT + "/operations/(?P<execution>[^/:]+):wait"), self._wait),
        )

    @property
    def url(self) -> str:
        """Base address, to be given as `api_endpoint`."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self) -> JobsServer:
        """Answer requests from now on."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Take no more requests, cancel every execution, and return when nothing is left running."""
        self._closing.set()
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        stoppers = [threading.Thread(target=execution.cancel) for execution in self.executions()]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()
        self._http.server_close()

    def __enter__(self) -> JobsServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def executions(self) -> list[Execution]:
        """All of them, oldest first."""
        with self._lock:
            return list(self._executions.values())

    def admit(self, authorization: str) -> None:
        """Raises ApiError UNAUTHENTICATED unless the Authorization header is that of a caller who may."""
        if self._token is not None and not bears(authorization, self._token):
            raise ApiError(401, "UNAUTHENTICATED", "The request has no valid bearer token.")

    def answer(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The document a request is answered with. Raises ApiError."""
        for verb, pattern, handler in self._routes:
            match = pattern.fullmatch(path)
            if match and verb == method:
                return handler(body, **match.groupdict())
        raise ApiError(404, "NOT_FOUND", f"{method} {path} is not served here.")

    def _run(self, body: Mapping[str, Any], parent: str, job: str) -> dict[str, Any]:
        definition = self._jobs.get(job)
        if definition is None:
            known = ", ".join(sorted(self._jobs)) or "none"
            raise ApiError(404, "NOT_FOUND", f"Resource '{job}' of kind 'JOB' does not exist. Known jobs: {known}.")
        run = read_run(definition, body)
        with self._lock:
            if self._closing.is_set():
                raise ApiError(503, "UNAVAILABLE", "The server is stopping.")
            short = self._new_name(job)
            execution = Execution(f"{parent}/jobs/{job}/executions/{short}", definition, run, self._places)
            self._executions[short] = execution
            execution.start()
        _LOG.info("job started", extra={"job_execution": short})
        return _operation(execution)

    def _new_name(self, job: str) -> str:
        while True:  # as Cloud Run names them: the job and five random characters
            suffix = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(5))
            if f"{job}-{suffix}" not in self._executions:
                return f"{job}-{suffix}"

    def _find(self, parent: str, execution: str, job: str | None = None) -> Execution:
        with self._lock:
            found = self._executions.get(execution)
        if found is None or not found.name.startswith(f"{parent}/jobs/{job}/" if job else f"{parent}/"):
            raise ApiError(404, "NOT_FOUND", f"Resource '{execution}' of kind 'EXECUTION' does not exist.")
        return found

    def _list(self, _: Mapping[str, Any], parent: str, job: str) -> dict[str, Any]:
        prefix = f"{parent}/jobs/{job}/executions/"
        return {"executions": [e.document() for e in reversed(self.executions()) if e.name.startswith(prefix)]}

    def _get(self, _: Mapping[str, Any], parent: str, job: str, execution: str) -> dict[str, Any]:
        return self._find(parent, execution, job).document()

    def _cancel(self, _: Mapping[str, Any], parent: str, job: str, execution: str) -> dict[str, Any]:
        found = self._find(parent, execution, job)
        if not found.wait(0):
            threading.Thread(target=found.cancel, name=f"cancel-{execution}").start()
        return _operation(found)

    def _operation(self, _: Mapping[str, Any], parent: str, execution: str) -> dict[str, Any]:
        return _operation(self._find(parent, execution))

    def _wait(self, body: Mapping[str, Any], parent: str, execution: str) -> dict[str, Any]:
        found = self._find(parent, execution)
        match = _DURATION.fullmatch(str(body.get("timeout", "")))
        remaining = min(float(match[1]), WAIT_SECONDS) if match else WAIT_SECONDS
        # In slices, so that closing the server does not wait for the waiting.
        while remaining > 0 and not self._closing.is_set() and not found.wait(min(remaining, 0.2)):
            remaining -= 0.2
        return _operation(found)


def _operation(execution: Execution) -> dict[str, Any]:
    parent = execution.name.split("/jobs/", 1)[0]
    resource = {"@type": TYPE, **execution.document()}
    operation: dict[str, Any] = {"name": f"{parent}/operations/{execution.short_name}", "metadata": resource}
    if not execution.wait(0):
        return {**operation, "done": False}
    error = execution.error
    if error:
        return {**operation, "done": True, "error": {"code": error[0], "message": error[1]}}
    return {**operation, "done": True, "response": {"@type": TYPE, **execution.document()}}


def _server(api: JobsServer) -> ThreadingHTTPServer:
    class Handler(ApiHandler):
        def answer(self, method: str, path: str, query: dict[str, str]) -> dict[str, Any]:  # noqa: ARG002 - no method takes one
            api.admit(self.headers.get("Authorization", ""))
            return api.answer(method, path, self.json_body())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True  # a client's idle connection must not hold up the end
    return server

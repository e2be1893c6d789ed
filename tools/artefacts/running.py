"""Starting an installed artefact as the platform does: its environment, its user, a server, a first answer."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tools.artefacts.installed import Installed, as_another

PATIENCE = 120.0  # seconds; a machine under load starts slowly, and that is no fault


def environment(scratch: Path, **settings: str) -> dict[str, str]:
    """What a container has, and nothing of ours: no HOME, no cache, one place to write to."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": str(scratch), **settings}


@dataclass
class Serving:
    """A function being served. `began`: when its process was started, on the monotonic clock."""

    url: str
    began: float
    process: subprocess.Popen[bytes]

    def ask(self, body: Mapping[str, Any]) -> requests.Response:
        """Its answer to a POST."""
        return requests.post(self.url, json=body, timeout=PATIENCE)

    def first(self, body: Mapping[str, Any]) -> tuple[requests.Response, float]:
        """The answer to the first request, sent as soon as the server listens, and the seconds since its start."""
        host, port = self.url.removeprefix("http://").rstrip("/").split(":")
        while True:
            try:
                socket.create_connection((host, int(port)), timeout=PATIENCE).close()
                break
            except ConnectionRefusedError:
                if self.process.poll() is not None or time.monotonic() > self.began + PATIENCE:
                    raise RuntimeError("the function did not start; its log is above") from None
                time.sleep(0.005)
        answer = self.ask(body)
        return answer, time.monotonic() - self.began


@contextmanager
def serving(installed: Installed, env: Mapping[str, str], port: int | None = None) -> Iterator[Serving]:
    """The function, served by functions-framework with gunicorn, one request at a time."""
    port = port or free_port()
    platform = {
        "FUNCTION_TARGET": installed.artefact.name,
        "FUNCTION_SIGNATURE_TYPE": "http",
        "K_SERVICE": installed.artefact.name,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "THREADS": "1",
        "WORKERS": "1",
        "CLOUD_RUN_TIMEOUT_SECONDS": "120",
        "XDG_RUNTIME_DIR": env["TMPDIR"],  # as Terraform sets it: gunicorn's control socket goes there
    }
    command = [str(installed.python.with_name("functions-framework"))]
    process = _start(installed, command, {**env, **platform})
    try:
        yield Serving(f"http://127.0.0.1:{port}/", time.monotonic(), process)
    finally:
        _end(process)


def run(
    installed: Installed, env: Mapping[str, str], *, watch: Callable[[int], object] = lambda _pid: None
) -> tuple[int, str]:
    """The job, run as its image's entry point: exit code and log. `watch` is called with its pid while it runs."""
    with tempfile.TemporaryFile() as log:
        process = _start(installed, list(installed.command), env, stderr=log)
        try:
            deadline = time.monotonic() + PATIENCE
            while process.poll() is None:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the job {installed.artefact.name} does not end")
                watch(process.pid)
                time.sleep(0.01)
        finally:
            _end(process)
        log.seek(0)
        return process.returncode, log.read().decode()


def _start(installed: Installed, command: list[str], env: Mapping[str, str], **how: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, cwd=installed.app, env=dict(env), start_new_session=True, **as_another(installed.python), **how
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its own group: it leads a session
            process.wait()


def free_port() -> int:
    """A loopback port nobody listens on now; functions-framework must be told its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

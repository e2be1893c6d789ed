"""`bachata up`: the laptop cloud stays, and others on this machine can find it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import requests

from bachata.errors import Conflict
from bachata.local.workflows.executions import ExecutionsServer

from .home import Home
from .names import DEAD_LETTERS, LOCATION, PROJECT, REQUESTS, WORKFLOW
from .pubsub.subscriptions import pushing

if TYPE_CHECKING:
    from .stack import LocalCloud

EVENTS_AT_ONCE = 2 * (os.cpu_count() or 1)
"""Executions that events may have running: each renders, and a laptop is not a region."""
_SECONDS = 5.0  # for an answer from this machine


@contextmanager
def serve(cloud: LocalCloud, *, port: int = 0) -> Iterator[dict[str, str]]:
    """Offer the started `cloud` over REST; gives the addresses, which stand in up.json until the end.

    ``executions`` takes POST {"argument": "<JSON>"}, ``trigger`` a Pub/Sub push; ``functions`` and ``jobs`` want the
    bearer token of up.json, which only its owner can read. With an emulator, what is published to its topic
    ``requests`` is pushed to the trigger. Raises Conflict when the home has such a cloud already.
    """
    # Our lock, not the file, says that a cloud is up: the kernel drops it with the process.
    with (cloud.home.root / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("A laptop cloud is up already in this home; stop it, or set BACHATA_HOME") from None
        server = ExecutionsServer(
            {WORKFLOW: cloud.workflow_file},
            port=port,
            env=cloud.workflow_env,
            endpoints=cloud.endpoints,
            token_source=cloud.token_source,
            events_at_once=EVENTS_AT_ONCE,
        )
        with server, ExitStack() as parts:
            workflow = f"{server.url}/v1/projects/{PROJECT}/locations/{LOCATION}/workflows/{WORKFLOW}"
            addresses = {
                "executions": f"{workflow}/executions",
                "trigger": f"{workflow}:trigger",
                "functions": cloud.functions_url,
                "jobs": f"{cloud.jobs.url}/v2/projects/{PROJECT}/locations/{LOCATION}/jobs",
                "storage": str(cloud.home.storage),
                "database": cloud.database_url,
                "logs": str(cloud.logs),
            }
            if cloud.emulator is not None:
                addresses |= {"requests": REQUESTS, "emulator": cloud.emulator.host}
                topics = {"requests": REQUESTS, "dead": DEAD_LETTERS}
                parts.enter_context(pushing(cloud.emulator, **topics, trigger=addresses["trigger"]))
            _write(cloud.home, {**addresses, "pid": os.getpid(), "token": cloud.token})
            parts.callback(cloud.home.up_file.unlink, missing_ok=True)
            yield addresses


def find(home: Home) -> dict[str, Any] | None:
    """The addresses of the cloud that is up in `home`, or None."""
    try:
        with (home.root / "up.lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with contextlib.suppress(FileNotFoundError):  # it is starting or stopping
            document: dict[str, Any] = json.loads(home.up_file.read_bytes())
            return document
    except FileNotFoundError:
        pass
    return None


def cancel_execution(home: Home, execution: str) -> bool:
    """Cancel an execution of the cloud that is up in `home`; False when it is not one of its running ones."""
    up = find(home)
    if up is None:
        return False
    try:
        return requests.post(f"{up['executions']}/{execution}:cancel", json={}, timeout=_SECONDS).ok
    except requests.RequestException:  # it is stopping, which cancels, too
        return False


def is_running(home: Home, execution: str) -> bool:
    """Whether the cloud that is up in `home` works on `execution`; a cloud that does not answer is believed to."""
    up = find(home)
    if up is None:
        return False
    try:
        answer = requests.get(f"{up['executions']}/{execution}", timeout=_SECONDS)
        return answer.status_code != 404 and bool(answer.json().get("state") == "ACTIVE")
    except (requests.RequestException, ValueError):
        return True


def _write(home: Home, document: dict[str, Any]) -> None:
    draft = home.up_file.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(document, indent=2) + "\n")
    draft.replace(home.up_file)

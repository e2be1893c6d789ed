"""How messages reach the laptop cloud: pushed as Pub/Sub pushes them, or published to a real emulator that does."""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests

from bachata.local.pubsub import Emulator
from benchmarks.events.stream import Message

_PUSHERS = 16
_START_SECONDS = 60.0


def push_all(trigger: str, messages: Sequence[Message]) -> list[str]:
    """Push each message until it is acknowledged, many at once; the messageIds, which a redelivery has again."""
    ids: list[str] = []
    known: dict[str, str] = {}
    for number, message in enumerate(messages, 1000):
        ids.append(known[message.key] if message.again and message.key else str(number))
        if message.key:
            known[message.key] = ids[-1]
    with ThreadPoolExecutor(_PUSHERS) as pool:
        list(pool.map(lambda pair: _push(trigger, *pair), zip(messages, ids, strict=True)))
    return ids


def _push(trigger: str, message: Message, message_id: str) -> None:
    data = base64.b64encode(message.data).decode()
    body = {"message": {"data": data, "messageId": message_id}, "subscription": "projects/local/subscriptions/s"}
    while not (answer := requests.post(trigger, json=body, timeout=60)).ok:
        if answer.status_code not in {429, 503}:
            raise RuntimeError(f"the trigger answered {answer.status_code}: {answer.text}")
        time.sleep(0.2)


def publish_all(emulator: Emulator, topic: str, messages: Sequence[Message]) -> list[str]:
    """Publish in order, ten at a time; the messageIds. An empty message gets the attribute it must have."""
    ids: list[str] = []
    for first in range(0, len(messages), 10):
        batch = messages[first : first + 10]
        ids += emulator.publish(topic, [_published(message) for message in batch])
    return ids


def _published(message: Message) -> dict[str, object]:
    return {"data": base64.b64encode(message.data).decode(), "attributes": {"by": "benchmark"}}


def pulled(emulator: Emulator, subscription: str) -> list[dict[str, str]]:
    """The attributes of every message the subscription holds; they are acknowledged."""
    found: list[dict[str, str]] = []
    while True:
        url = f"http://{emulator.host}/v1/{subscription}"
        answer = requests.post(f"{url}:pull", json={"maxMessages": 100, "returnImmediately": True}, timeout=60)
        received = answer.json().get("receivedMessages", [])
        if not received:
            return found
        found += [one["message"].get("attributes", {}) for one in received]
        ids = [one["ackId"] for one in received]
        requests.post(f"{url}:acknowledge", json={"ackIds": ids}, timeout=60).raise_for_status()


def emulator_command() -> list[str] | None:
    """How to start the emulator of the gcloud SDK on this machine; None without SDK, emulator or Java."""
    gcloud, java = shutil.which("gcloud"), shutil.which("java")
    if gcloud is None or java is None:
        return None
    # Not through gcloud itself: its wrapper leaves the JVM behind when it is ended.
    jars = sorted(Path(gcloud).resolve().parents[1].glob("platform/pubsub-emulator/lib/*.jar"))
    return [java, "-jar", str(jars[-1])] if jars else None


@contextmanager
def running_emulator(command: Sequence[str]) -> Iterator[Emulator]:
    """An emulator of its own on a free port, gone at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen([*command, "--host=127.0.0.1", f"--port={port}"], stdout=log, stderr=log) as process,
    ):
        try:
            _await(f"http://127.0.0.1:{port}/", process)
            yield Emulator(f"127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(20)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            requests.get(url, timeout=5)
            return
        except requests.ConnectionError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the Pub/Sub emulator did not start") from None
            time.sleep(0.2)


def settled(executions: str, messages: int) -> list[dict[str, object]]:
    """Every execution, once there are as many as messages and none runs any more."""
    while True:
        found: list[dict[str, object]] = []
        token: str | None = "0"
        while token is not None:
            page = requests.get(executions, params={"pageSize": "500", "pageToken": token}, timeout=60).json()
            found += page["executions"]
            token = page.get("nextPageToken")
        if len(found) >= messages and all(one["state"] != "ACTIVE" for one in found):
            return found
        time.sleep(0.5)

"""The Pub/Sub emulator of Google's SDK, over its REST API: topics are made there, messages published and pushed on.

Start one with `gcloud beta emulators pubsub start`; it prints the value of PUBSUB_EMULATOR_HOST.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import requests

from bachata.errors import InvalidSettings, Unavailable

_SECONDS = 10.0
_ACK_SECONDS = 60
"""How long the emulator waits for an answer to a push before it pushes again."""


class Emulator:
    """The emulator at `host` (NAME:PORT)."""

    def __init__(self, host: str) -> None:
        self.host = host
        self._base = f"http://{host}/v1"

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Emulator | None:
        """The one PUBSUB_EMULATOR_HOST names, as for Google's own clients. Raises InvalidSettings."""
        host = environment.get("PUBSUB_EMULATOR_HOST")
        if not host:
            return None
        if "/" in host or not host.rpartition(":")[2].isdecimal():
            raise InvalidSettings(f"PUBSUB_EMULATOR_HOST is NAME:PORT, such as localhost:8085, not {host!r}")
        return cls(host)

    def publish(self, topic: str, messages: list[dict[str, Any]]) -> list[str]:
        """Publish to projects/P/topics/T; the messages' ids. Raises ValueError with the emulator's words."""
        ids: list[str] = self._ask("POST", f"{topic}:publish", {"messages": messages})["messageIds"]
        return ids

    def make_topic(self, topic: str) -> None:
        """Make the topic, unless it is there."""
        self._make(topic, {})

    def make_subscription(self, subscription: str, topic: str, *, push_to: str | None = None) -> None:
        """Subscribe to the topic, or let an earlier subscription of that name push to the new address."""
        push = {"pushEndpoint": push_to} if push_to else {}
        wanted = {"topic": topic, "pushConfig": push, "ackDeadlineSeconds": _ACK_SECONDS}
        if not self._make(subscription, wanted) and push_to:
            self._ask("POST", f"{subscription}:modifyPushConfig", {"pushConfig": push})

    def stop_pushing(self, subscription: str) -> None:
        """Keep the subscription's messages there until somebody is pushed to again."""
        self._ask("POST", f"{subscription}:modifyPushConfig", {"pushConfig": {}})

    def _make(self, name: str, body: dict[str, Any]) -> bool:
        answer = self._send("PUT", name, body)
        if answer.status_code == 409:  # ALREADY_EXISTS
            return False
        self._checked(answer)
        return True

    def _ask(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._checked(self._send(method, path, body))

    def _send(self, method: str, path: str, body: dict[str, Any]) -> requests.Response:
        try:
            with requests.Session() as session:
                session.trust_env = False  # no proxy between this machine and its emulator
                return session.request(method, f"{self._base}/{path}", json=body, timeout=_SECONDS)
        except requests.RequestException as error:
            raise Unavailable(
                f"The Pub/Sub emulator at {self.host} does not answer: start it, or unset PUBSUB_EMULATOR_HOST",
                details=type(error).__name__,
            ) from error

    @staticmethod
    def _checked(answer: requests.Response) -> dict[str, Any]:
        if not answer.ok:
            raise ValueError(f"the Pub/Sub emulator refused it: {answer.text[:300]}")
        document: dict[str, Any] = answer.json()
        return document

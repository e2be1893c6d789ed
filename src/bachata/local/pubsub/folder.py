"""A topic that keeps its messages as files, one each, until somebody removes them."""

from __future__ import annotations

import base64
import binascii
import json
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bachata.errors import InvalidRequest, NotFound


@dataclass(frozen=True)
class Message:
    """A PubsubMessage: its bytes, its attributes, who it is and when it was published (RFC 3339)."""

    id: str
    data: bytes
    attributes: dict[str, str]
    published: str

    def as_dict(self) -> dict[str, Any]:
        """As the API writes it."""
        return {
            "messageId": self.id,
            "data": base64.b64encode(self.data).decode(),
            "attributes": self.attributes,
            "publishTime": self.published,
        }


def decoded(data: Any) -> bytes:
    """The bytes of a message's `data`, in either alphabet of base64 as JSON has it. Raises ValueError."""
    if not isinstance(data, str):
        raise ValueError("data is a base64 string")
    try:
        return base64.b64decode(data.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error as error:
        raise ValueError(f"data is not base64: {error}") from None


class FolderTopic:
    """The messages in `directory`. Whole files appear or nothing: a killed writer leaves no half message."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def publish(self, messages: list[dict[str, Any]]) -> list[str]:
        """Keep them, all or, when one is wrong, none; their new ids. Raises ValueError."""
        now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        made = [_message(message, now) for message in messages]
        self._directory.mkdir(parents=True, exist_ok=True)
        for message in made:
            self._write(message)
        return [message.id for message in made]

    def messages(self) -> list[Message]:
        """Oldest first."""
        found = [self._read(path) for path in self._directory.glob("*.json")]
        return sorted(found, key=lambda message: (message.published, message.id))

    def get(self, message_id: str) -> Message:
        """One message. Raises NotFound."""
        return self._read(self._path(message_id))

    def remove(self, message_id: str) -> None:
        """Forget a message. Raises NotFound."""
        self._path(message_id).unlink()

    def _path(self, message_id: str) -> Path:
        path = self._directory / f"{message_id}.json"
        if not message_id.isalnum() or not path.is_file():
            raise NotFound(f"There is no message {message_id}: `bachata dead list` shows those that are kept")
        return path

    def _write(self, message: Message) -> None:
        path = self._directory / f"{message.id}.json"
        draft = path.with_suffix(".draft")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(message.as_dict(), file, ensure_ascii=False, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    @staticmethod
    def _read(path: Path) -> Message:
        try:
            document = json.loads(path.read_bytes())
            data = decoded(document["data"])
            return Message(document["messageId"], data, document["attributes"], document["publishTime"])
        except (ValueError, KeyError) as error:
            raise InvalidRequest(f"{path.name} is not a kept message: move it away", details=str(error)) from None


def _message(message: dict[str, Any], now: str) -> Message:
    attributes = message.get("attributes") or {}
    if not isinstance(attributes, dict) or not all(isinstance(value, str) for value in attributes.values()):
        raise ValueError("attributes is a map of strings")
    if any(len(value.encode()) > 1024 for value in attributes.values()):
        raise ValueError("the value of an attribute takes at most 1024 bytes")
    data = decoded(message.get("data") or "")
    if not data and not attributes:
        raise ValueError("a message has data, or an attribute")
    return Message(uuid.uuid4().hex, data, attributes, now)

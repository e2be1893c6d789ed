"""A stream of messages whose truth is known: requests, the same again, and what no request is."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

USER = "events"
"""Whose videos they are: the folder they are counted in."""
_NONSENSE: tuple[bytes, ...] = (
    b"{not json",
    b"\xff\xfe\x00",
    b'["songs/first.wav"]',
    b'"songs/first.wav"',
    b"",
    b"{}",
    b'{"song": "../../etc/passwd"}',
    b'{"song": "songs/first.wav", "difficulty": "impossible"}',
    b'{"song": "songs/first.wav", "speed": 2}',
    b'{"task_id": "a/b", "song": "songs/first.wav"}',
)
"""What cannot be decoded, what is no object, and what `open` refuses."""


@dataclass(frozen=True)
class Message:
    """A message to publish. `key` is the same for messages that ask for the same video, None for a poisoned one.

    `again` says that it is a delivery of the message before it with this key: it carries that one's messageId.
    """

    data: bytes
    key: str | None
    again: bool = False


def stream(
    messages: int, duplicates: int, poisoned: int, *, redeliveries: bool, user: str = USER, seed: int = 1
) -> list[Message]:
    """`messages` of `user`, `duplicates` of which ask for what another asks for, and `poisoned` more, in a drawn order.

    Half of the duplicates are the same message delivered again, if `redeliveries`, the others another message with
    the same task_id. Requires duplicates <= messages / 2.
    """
    drawn = random.Random(seed)
    count = messages - duplicates
    first = [_request(user, number, named=number % 2 == 0 or not redeliveries) for number in range(count)]
    named = [message for message in first if b"task_id" in message.data]
    unnamed = [message for message in first if b"task_id" not in message.data]
    half = duplicates // 2 if redeliveries else 0
    repeated = [Message(m.data, m.key, again=True) for m in drawn.sample(unnamed, half)]
    repeated += drawn.sample(named, duplicates - half)
    rest = [*repeated, *(Message(_NONSENSE[number % len(_NONSENSE)], None) for number in range(poisoned))]
    mixed = list(first)
    for message in rest:
        at = next((n for n, m in enumerate(mixed) if m.key == message.key), -1) if message.key else -1
        mixed.insert(drawn.randint(at + 1, len(mixed)), message)
    return mixed


def _request(user: str, number: int, *, named: bool) -> Message:
    """A short dance; every seed is another one."""
    song = "songs/first.wav" if number % 2 else "songs/second.wav"
    request = {"song": song, "duration": 10, "seed": number, "user_id": user}
    key = f"{user}-{number}"
    if named:
        request["task_id"] = key
    return Message(json.dumps(request).encode(), key)

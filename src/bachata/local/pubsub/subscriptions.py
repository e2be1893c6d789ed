"""What `bachata up` sets up in an emulator: the topics of the deployment, and who gets their messages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from bachata.errors import BachataError

from .emulator import Emulator


def _subscription(topic: str) -> str:
    """The subscription of the same name."""
    return topic.replace("/topics/", "/subscriptions/")


@contextmanager
def pushing(emulator: Emulator, *, requests: str, dead: str, trigger: str) -> Iterator[None]:
    """Let the emulator push what is published to `requests` to the address `trigger`, as Eventarc's trigger does.

    `dead` gets a subscription that keeps its messages until they are pulled. At the end nothing is pushed any more;
    messages wait for the next time. Raises Unavailable when the emulator is away.
    """
    emulator.make_topic(dead)
    emulator.make_subscription(_subscription(dead), dead)
    emulator.make_topic(requests)
    emulator.make_subscription(_subscription(requests), requests, push_to=trigger)
    try:
        yield
    finally:
        with contextlib.suppress(BachataError, ValueError):  # the emulator may have been stopped before us
            emulator.stop_pushing(_subscription(requests))

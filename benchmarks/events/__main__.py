"""`python -m benchmarks.events [--messages N --duplicates D --poisoned P]`: events end to end; writes results.md."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bachata.local import up
from bachata.local.names import DEAD_LETTERS, REQUESTS
from bachata.local.pubsub import FolderTopic
from benchmarks.events.account import Account, account
from benchmarks.events.delivery import (
    emulator_command,
    publish_all,
    pulled,
    push_all,
    running_emulator,
    settled,
)  # fmt: skip
from benchmarks.events.material import small_cloud
from benchmarks.events.stream import Message, stream
from benchmarks.harness import machine

RESULTS = Path(__file__).with_name("results.md")
Row = tuple[str, Account, float]


def directly(messages: list[Message]) -> Row:
    """Pushed to the trigger as Pub/Sub pushes: redeliveries carry the same messageId."""
    with small_cloud() as cloud, up.serve(cloud) as addresses:
        began = time.perf_counter()
        ids = push_all(addresses["trigger"], messages)
        executions = len(settled(addresses["executions"], len(messages)))
        took = time.perf_counter() - began
        kept = [message.attributes["messageId"] for message in FolderTopic(cloud.home.dead).messages()]
        return "pushed directly", account(cloud, messages, ids, kept, executions), took


def through_the_emulator(command: list[str], messages: list[Message]) -> Row:
    """Published to the emulator of Google's SDK, which pushes to the trigger and keeps the dead letters."""
    with running_emulator(command) as emulator:
        os.environ["PUBSUB_EMULATOR_HOST"] = emulator.host
        try:
            with small_cloud() as cloud, up.serve(cloud) as addresses:
                began = time.perf_counter()
                ids = publish_all(emulator, REQUESTS, messages)
                executions = len(settled(addresses["executions"], len(messages)))
                took = time.perf_counter() - began
                dead = pulled(emulator, DEAD_LETTERS.replace("/topics/", "/subscriptions/"))
                kept = [attributes["messageId"] for attributes in dead]
                return "Pub/Sub emulator", account(cloud, messages, ids, kept, executions), took
        finally:
            del os.environ["PUBSUB_EMULATOR_HOST"]


def page(rows: list[Row]) -> str:
    """The results as Markdown."""
    lines = [
        "# Requests as events",
        "",
        f"{datetime.now(UTC):%Y-%m-%d} · {machine()} · `python -m benchmarks.events`",
        "",
        "The real workflow file, functions, job and PostgreSQL; videos of 10 s, 360 lines. Duplicates are the same",
        "message delivered again or another message with the same task_id; poisoned messages come on top. Seconds are",
        "of a machine that had other work, too: the counts are what is measured.",
        "",
        "| way | messages | duplicates | videos | renders | lost | poisoned | dead letters | executions | s | holds |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for way, a, took in rows:
        exactly = "exactly those" if a.kept == a.poisoned else f"others: {len(a.kept)}"
        lines.append(
            f"| {way} | {a.messages} | {a.messages - a.wanted} | {a.videos} | {a.rendered} | {len(a.lost)} "
            f"| {len(a.poisoned)} | {exactly} | {a.executions} | {took:.0f} | {'yes' if a.holds else 'NO'} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, print and write; 1 if anything was lost, made twice, or wrongly kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--duplicates", type=int, default=30)
    parser.add_argument("--poisoned", type=int, default=10)
    asked = parser.parse_args()
    counts = (asked.messages, asked.duplicates, asked.poisoned)
    ways: list[Callable[[], Row]] = [lambda: directly(stream(*counts, redeliveries=True))]
    if (command := emulator_command()) is not None:
        ways.append(lambda: through_the_emulator(command, stream(*counts, redeliveries=False)))
    else:
        print("no Pub/Sub emulator here (gcloud SDK and Java): pushed directly only", file=sys.stderr)
    rows = [way() for way in ways]
    text = page(rows)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0 if all(a.holds for _, a, _ in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

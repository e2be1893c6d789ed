"""Where the laptop's dead letters go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .emulator import Emulator
from .folder import FolderTopic
from .server import Publish


def dead_letters(topic: str, folder: Path, emulator: Emulator | None) -> Publish:
    """Publishes to the one topic there is: in the emulator, where one runs, else in the folder."""
    kept = FolderTopic(folder)

    def publish(named: str, messages: list[dict[str, Any]]) -> list[str]:
        if named != topic:
            raise KeyError(named)
        if emulator is None:
            return kept.publish(messages)
        emulator.make_topic(topic)
        return emulator.publish(topic, messages)

    return publish

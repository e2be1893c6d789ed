"""Pub/Sub as the laptop cloud needs it: topics messages are published to, and the emulator of Google's SDK if one runs.

There is no queue here. Messages come in as pushes (`bachata.local.workflows.executions`); what becomes no task goes to
the dead-letter topic: a folder, or the emulator's topic when PUBSUB_EMULATOR_HOST names one.
"""

from .dead import dead_letters
from .emulator import Emulator
from .folder import FolderTopic, Message
from .server import TopicsServer

__all__ = ["Emulator", "FolderTopic", "Message", "TopicsServer", "dead_letters"]

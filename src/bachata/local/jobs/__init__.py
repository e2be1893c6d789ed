"""Cloud Run Jobs on the laptop: the v2 REST surface, running the real job process per task and attempt."""

from __future__ import annotations

from .definition import JobDefinition
from .server import JobsServer

__all__ = ["JobDefinition", "JobsServer"]

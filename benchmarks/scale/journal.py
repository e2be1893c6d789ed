"""What became of each video: how long its stages took and how it ended, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from simpy import Environment

STAGES = ("delivery", "slot", "open", "choose song", "analyze", "plan", "assemble", "close")
"""In their order; `slot` is the wait for one of the workflow's executions."""

COMPLETED, REFUSED = "completed", "refused: more executions than may wait"


@dataclass
class Video:
    """One request. Times in seconds."""

    asked_at: float
    stages: dict[str, float] = field(default_factory=dict)
    ended_at: float | None = None
    outcome: str | None = None

    @property
    def total_s(self) -> float:
        """From the request to the end."""
        assert self.ended_at is not None
        return self.ended_at - self.asked_at


class Journal:
    """Of all videos asked for."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self.videos: list[Video] = []

    def begin(self) -> Video:
        """A video is asked for now."""
        video = Video(self._env.now)
        self.videos.append(video)
        return video

    def end(self, video: Video, outcome: str) -> None:
        """It ends now. Raises ValueError when it has ended before."""
        if video.outcome is not None:
            raise ValueError(f"a video ended twice: {video.outcome}, then {outcome}")
        video.outcome, video.ended_at = outcome, self._env.now

    @contextmanager
    def stage(self, video: Video, name: str) -> Iterator[None]:
        """The time spent inside belongs to a stage."""
        began = self._env.now
        try:
            yield
        finally:
            video.stages[name] = video.stages.get(name, 0.0) + self._env.now - began

    def outcomes(self, since: float = 0.0) -> Counter[str]:
        """How the videos asked for from `since` on ended; those under way are not among them."""
        return Counter(v.outcome for v in self.videos if v.outcome is not None and v.asked_at >= since)

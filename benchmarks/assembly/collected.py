"""What is collected while measuring: costs by name, sizes of the videos, hashes that must be equal."""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av

from benchmarks.assembly.job import Rendered
from benchmarks.assembly.material import Material
from benchmarks.assembly.measured import Row
from benchmarks.assembly.peers import Peers
from benchmarks.assembly.scale import Scale
from benchmarks.harness import Cost


@dataclass(frozen=True)
class Setting:
    """What every measurement starts from."""

    material: Material
    scale: Scale
    peers: Peers
    folder: Path

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder on the same disk as everything else, gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            yield Path(scratch)


@dataclass(frozen=True)
class Killed:
    """A job killed in the middle and run again. In frames that have to be encoded, not copied."""

    frames: int
    """Of the whole video."""
    stored: int
    """When it was killed."""
    encoded: int
    """By the second attempt."""
    cpu_s: float
    """Of both attempts."""


@dataclass
class Collected:
    """Filled round by round; `row` gives what was measured under a name."""

    costs: dict[str, list[Cost]] = field(default_factory=lambda: defaultdict(list))
    videos: dict[str, tuple[float, int]] = field(default_factory=dict)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    hashes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    killed: list[Killed] = field(default_factory=list)

    def row(self, name: str) -> Row:
        """Costs of all rounds, size (MB) and length (frames) of the video."""
        size, frames = self.videos.get(name, (0.0, 0))
        return Row(name, tuple(self.costs[name]), size, frames)

    def ours(self, name: str, made: Rendered, frames: int) -> None:
        """Note a render of ours, whose bytes must be those of every other of its name."""
        self.video(name, made.cost, made.video, frames)
        self.results[name] = made.result
        self.hashes[name].append(made.sha256)

    def video(self, name: str, cost: Cost, video: Path, frames: int) -> None:
        """Note a video. Raises RuntimeError if it has not `frames` pictures: then it is not the same video."""
        found = count_frames(video)
        if found != frames:
            raise RuntimeError(f"{name}: the video holds {found} frames instead of {frames}")
        self.videos[name] = video.stat().st_size / 1e6, frames
        self.cost(name, cost)

    def cost(self, name: str, cost: Cost) -> None:
        """Note what something cost."""
        self.costs[name].append(cost)
        figures = f"{cost.wall_s:.2f} s, CPU {cost.cpu_s:.2f} s, {cost.peak_rss_mb:.0f} MB"
        print(f"{name}: {figures}", file=sys.stderr, flush=True)


def count_frames(video: Path) -> int:
    """How many pictures the index of a file lists."""
    with av.open(str(video)) as container:
        return container.streams.video[0].frames

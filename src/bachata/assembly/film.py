"""The pictures of a video, made in one of two ways: stitched from copied and encoded pieces, or encoded whole.

H.264 is stitched. The other codecs are encoded in one run, which cannot be resumed or shared.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

from bachata.assembly.compose import Composer
from bachata.assembly.copyplan import CopyPlan, plan_copies
from bachata.assembly.estimate import Estimate, estimate_of
from bachata.assembly.frameplan import FramePlan
from bachata.assembly.output import CONTAINERS, Output
from bachata.assembly.pieces import Made, told
from bachata.assembly.quality import asked_for, output_profile
from bachata.assembly.sound import RATE
from bachata.assembly.soundtrack import Soundtrack, Weaver
from bachata.assembly.stitch import Stitcher, sources
from bachata.assembly.verify import Times
from bachata.assembly.workshop import Shard, Workshop, gather, shares
from bachata.blueprint import Blueprint, OutputConfig
from bachata.errors import BachataError
from bachata.media.container import Writer
from bachata.media.profile import Profile

_SMALLEST_PACKET: Final = (
    480  # samples of the shortest packet a sound codec of ours writes (Opus: 960; half to be safe)
)

STITCHED_CODEC: Final = "libx264"
"""The one that is not encoded whole."""

Told = Callable[[int, int], None]
"""Called with how many pictures there are so far, and how many there will be."""


@dataclass(frozen=True)
class Counts:
    """How a file's pictures came about.

    `reused` pictures were found encoded, which took others `saved_s` CPU-seconds. `moves`: (index in the blueprint,
    why) of those that were encoded whole.
    """

    copied: int
    encoded: int
    reused: int = 0
    saved_s: float = 0.0
    pieces: int = 0
    """Segments that were encoded, each for itself."""
    moves: tuple[tuple[int, str], ...] = ()


class Film(Protocol):
    """A file in the making. Leaving its context without `finish` abandons it."""

    @property
    def times(self) -> Times | None:
        """When each picture begins; None: one a frame."""

    @property
    def counts(self) -> Counts:
        """How its pictures came about; known when they are written."""

    def estimate(self, blueprint: Blueprint) -> Estimate:
        """What making it is expected to take."""

    def shoot(self, path: Path, sound: Soundtrack, told: Told) -> list[str]:
        """Write all pictures to `path`, with the sound along. Returns warnings. Raises MediaUnreadable."""

    def finish(self) -> None:
        """Write the rest of the sound and the index."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def plan_output(plan: FramePlan, config: OutputConfig, locate: Callable[[str], Path]) -> tuple[Profile, CopyPlan]:
    """How every picture of an H.264 output is made. Opens every clip. Raises MediaUnreadable."""
    profile = output_profile(config)
    clips = sources(plan, profile, locate, asked=asked_for(config))
    return profile, plan_copies(plan, clips, config.retime)


@dataclass(kw_only=True)
class _Abandoned:
    """A file that is closed, finished or not, when its context is left."""

    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)


@dataclass
class StitchedFilm(_Abandoned):
    """See the module. Up to `workers` pieces are encoded at once."""

    config: OutputConfig
    workshop: Workshop
    locate: Callable[[str], Path]
    shard: Shard
    workers: int
    check: Callable[[], None]
    fault: Callable[[], BachataError | None]
    """Gives what another task that shares the work cannot get over."""

    @property
    def copies(self) -> CopyPlan:
        """How every picture is made."""
        return self.workshop.maker.copies

    @property
    def times(self) -> Times | None:
        """See `Film`. In the file's own ticks."""
        copies, frame = self.copies, self._writer.frame
        return Times(self._writer.tick, copies.plan.shown, copies.ticks(frame))

    @property
    def counts(self) -> Counts:
        """See `Film`."""
        copies, workshop = self.copies, self.workshop
        return Counts(
            copies.frames_copied,
            copies.frames_encoded,
            workshop.reused,
            workshop.saved_s,
            pieces=copies.pieces_encoded,
            moves=copies.encoded,
        )

    def estimate(self, blueprint: Blueprint) -> Estimate:
        """See `Film`."""
        return estimate_of(blueprint, self.copies)

    def shoot(self, path: Path, sound: Soundtrack, told_: Told) -> list[str]:
        """See `Film`."""
        if self.shard.count > 1:
            parts = shares(self.copies.segments, self.shard.count)
            gather(self.workshop, parts, workers=self.workers, check=self._check_all, told=told_)
        pictures = self.copies.plan.shown
        seconds = self.copies.plan.total / self.copies.plan.rate
        self._writer = self._stack.enter_context(
            Writer(
                path,
                self.workshop.maker.profile,
                samples=pictures + int(seconds * RATE) // _SMALLEST_PACKET,
                format=CONTAINERS[self.config.output_format],
                sound=sound.attach,
            )
        )
        self._sound = Weaver(sound.packets(), self._writer.sound)
        stitcher = Stitcher(
            self.copies, locate=self.locate, make=self.workshop.get, workers=self.workers, check=self.check
        )
        seen = stitcher.write(self._writer, self._sound, lambda done: told_(done, pictures))
        return told(self.copies, seen)

    def _check_all(self) -> None:
        self.check()
        if fault := self.fault():
            raise fault

    def finish(self) -> None:
        """See `Film`."""
        self._sound.until(None)
        self._writer.finish()


@dataclass
class WholeFilm(_Abandoned):
    """See the module."""

    config: OutputConfig
    plan: FramePlan
    locate: Callable[[str], Path]
    threads: int
    check: Callable[[], None]

    @property
    def times(self) -> Times | None:
        """See `Film`."""
        return None

    @property
    def counts(self) -> Counts:
        """See `Film`."""
        reason = f"{self.config.video_codec} is encoded whole"
        return Counts(0, self.plan.total, moves=tuple((piece.index, reason) for piece in self.plan.pieces))

    def estimate(self, blueprint: Blueprint) -> Estimate:
        """See `Film`."""
        return estimate_of(blueprint, CopyPlan(self.plan, (), self.counts.moves))

    def shoot(self, path: Path, sound: Soundtrack, told_: Told) -> list[str]:
        """See `Film`."""
        self._output = self._stack.enter_context(Output(path, self.config, sound, threads=self.threads))
        copies = CopyPlan(self.plan, (), ())
        with Composer(self.plan, self.config.size, self.locate) as composer:
            for number, picture in enumerate(self.plan.pictures(), 1):
                self.check()
                self._output.write(composer.picture(picture))
                told_(number, self.plan.total)
        return told(copies, [Made((), composer.held, composer.damaged)])

    def finish(self) -> None:
        """See `Film`."""
        self._output.finish()

"""`render`: a blueprint becomes a video file.

Stages carry the names of the task row. The sound is small and encoded along with the pictures, so that the video never
exists twice on the scratch disk (on Cloud Run a disk is memory); ``adding_audio`` is what comes after the last picture:
the rest of the sound, the index moved to the front of the file, and its check.
"""

from __future__ import annotations

import errno
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from av.audio.frame import AudioFrame

from bachata.assembly import prices
from bachata.assembly.fetch import Fetcher
from bachata.assembly.film import STITCHED_CODEC, Film, StitchedFilm, WholeFilm, plan_output
from bachata.assembly.frameplan import plan_frames
from bachata.assembly.output import THREADS, check_output
from bachata.assembly.pieces import Maker, PieceStore
from bachata.assembly.result import EncodedMove, Result, Spent
from bachata.assembly.score import Score, score
from bachata.assembly.songtrack import Tracks
from bachata.assembly.verify import Facts, facts
from bachata.assembly.workshop import WHOLE, Shard, Workshop, shares, work_off
from bachata.blueprint import Blueprint, storage_key
from bachata.errors import BachataError, ClipMissing, SongMissing, Stopped
from bachata.media.files import writing
from bachata.storage import ObjectStore

Progress = Callable[[str, float], None]
"""Called with a stage and the fraction of it that is done, 0 to 1."""


@dataclass(frozen=True)
class Options:
    """How a render uses its machine; nothing here changes what is rendered, except `threads`."""

    fetch_workers: int = 8
    fetch_backoff: float = 0.5
    """Seconds before the second try; doubles."""
    threads: int = THREADS
    """Of the encoder that makes a whole video; its bytes depend on it."""
    workers: int = 2
    """Pieces encoded at once; no byte depends on it."""
    kept: PieceStore | None = None
    """Where encoded pieces are kept for the next attempt and for other tasks; None keeps none."""
    shard: Shard = WHOLE
    """Which part of the encoding is this task's. With several, `kept` is needed."""
    fault: Callable[[], BachataError | None] = lambda: None
    """Gives the lasting fault another task of the execution has met."""
    execution: str | None = None
    """The execution the Result is of."""
    pause: Callable[[float], object] | None = None
    """Waits between tries; default: until the time is over or `stop` is set."""


def render(
    blueprint: Blueprint,
    *,
    store: ObjectStore,
    output: Path,
    song: Path | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    options: Options | None = None,
) -> Result:
    """Render `blueprint` with the media in `store` to the file `output`, which appears whole or not at all.

    `song` is used instead of the blueprint's audio_path. Setting `stop` ends the work within a frame. The same
    blueprint and media give the same bytes.

    Raises InvalidRequest for an output that cannot be written, ClipMissing and SongMissing after three tries,
    MediaUnreadable with the decoder's words, OutOfSpace, Unavailable, Stopped. Whatever happens, temporary files go.
    """
    check_output(blueprint.output_config)
    run = _Run(blueprint, store, options or Options(), stop or threading.Event(), progress or _unheard)
    with writing(), tempfile.TemporaryDirectory(prefix="bachata-render-") as scratch:
        return run.render(Path(scratch), output, song)


def encode_share(
    blueprint: Blueprint,
    *,
    store: ObjectStore,
    options: Options,
    over: Callable[[], bool],
    stop: threading.Event | None = None,
) -> int:
    """Encode the pieces of `options.shard` into `options.kept` until `over`; returns how many pictures that were.

    Outputs that are encoded whole have no pieces to share: then there is nothing to do. Raises as `render`.
    """
    check_output(blueprint.output_config)
    if blueprint.output_config.video_codec != STITCHED_CODEC or over():  # a late one need not fetch the clips
        return 0
    run = _Run(blueprint, store, options, stop or threading.Event(), _unheard)
    with writing(), tempfile.TemporaryDirectory(prefix="bachata-render-") as scratch:
        return run.encode_share(Path(scratch), over)


def _unheard(_stage: str, _fraction: float) -> None:
    """Progress nobody asked for."""


@dataclass
class _Run:
    """One render: what its steps share."""

    blueprint: Blueprint
    store: ObjectStore
    options: Options
    stop: threading.Event
    progress: Progress
    stage_seconds: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    versions: dict[str, str] = field(default_factory=dict)
    """Of what was fetched, see `Fetcher`."""

    def __post_init__(self) -> None:
        self.plan = plan_frames(self.blueprint)

    def render(self, scratch: Path, output: Path, song: Path | None) -> Result:
        with self._stage("fetching"):
            fetcher, media = self._clips(scratch)
            media |= self._song(fetcher, song)
            self.versions = fetcher.versions
        finished = scratch / "finished"
        with self._film(media.__getitem__) as film:
            with self._stage("concatenating"):
                score = self._score(scratch, media, song)
                warnings = film.shoot(finished, score.track, self._shot)
            with self._stage("adding_audio"):
                film.finish()
                measured = facts(finished, frames=self.plan.total, rate=self.plan.rate, sound=True, times=film.times)
                _publish(finished, output)
        return self._result(measured, score, film, [*self.plan.warnings, *warnings, *score.warnings()])

    def encode_share(self, scratch: Path, over: Callable[[], bool]) -> int:
        fetcher, clips = self._clips(scratch)
        self.versions = fetcher.versions
        workshop = self._workshop(clips.__getitem__)
        shard = self.options.shard
        mine = shares(workshop.maker.copies.segments, shard.count)[shard.index]
        work_off(workshop, mine, workers=self.options.workers, over=over)
        return workshop.made

    def _film(self, locate: Callable[[str], Path]) -> Film:
        config = self.blueprint.output_config
        if config.video_codec != STITCHED_CODEC:
            return WholeFilm(config, self.plan, locate, self.options.threads, self._check)
        workshop = self._workshop(locate)
        return StitchedFilm(
            config, workshop, locate, self.options.shard, self.options.workers, self._check, self.options.fault
        )

    def _workshop(self, locate: Callable[[str], Path]) -> Workshop:
        profile, copies = plan_output(self.plan, self.blueprint.output_config, locate)
        maker = Maker(copies, profile, locate=locate, check=self._check, version=self.versions.__getitem__)
        return Workshop(maker, self.options.kept)

    def _clips(self, scratch: Path) -> tuple[Fetcher, dict[str, Path]]:
        fetcher = Fetcher(
            self.store,
            scratch,
            workers=self.options.fetch_workers,
            backoff=self.options.fetch_backoff,
            pause=self.options.pause or self.stop.wait,
            stop=self.stop,
        )
        return fetcher, fetcher.fetch(
            (piece.path for piece in self.plan.pieces),
            missing=ClipMissing,
            progress=lambda done: self.progress("fetching", done),
        )

    def _song(self, fetcher: Fetcher, song: Path | None) -> dict[str, Path]:
        if song is not None or not self.blueprint.output_config.add_audio_overlay:
            return {}
        folder = fetcher.folder / "song"
        folder.mkdir()
        return replace(fetcher, folder=folder).fetch([self.blueprint.audio_path], missing=SongMissing)

    def _score(self, scratch: Path, media: dict[str, Path], song: Path | None) -> Score:
        place, name = song, song.name if song else self.blueprint.audio_path
        if place is None and self.blueprint.output_config.add_audio_overlay:
            place = media[self.blueprint.audio_path]
        return score(
            self.blueprint,
            self.plan,
            song=(place, name) if place else None,
            locate=media.__getitem__,
            tracks=Tracks(self.store, scratch, self._check, version=None if song else self.versions.get(name)),
            watched=self._watched,
        )

    def _shot(self, done: int, of: int) -> None:
        if (done - 1) * 100 // of != done * 100 // of:  # a hundred times a render
            self.progress("concatenating", done / of)

    def _watched(self, blocks: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
        for block in blocks:
            self._check()
            yield block

    def _check(self) -> None:
        if self.stop.is_set():
            raise Stopped("The render was asked to stop")

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        self.progress(name, 0.0)
        self._check()
        began = time.monotonic()
        yield
        self.stage_seconds[name] = round(self.stage_seconds.get(name, 0.0) + time.monotonic() - began, 3)
        self.progress(name, 1.0)

    def _operations(self, film: Film) -> float:
        clips = len({piece.path for piece in self.plan.pieces})
        pieces = film.counts.pieces if self.options.kept else 0
        return prices.operations(clips=clips, pieces=pieces, tasks=self.options.shard.count)

    def _result(self, measured: Facts, score: Score, film: Film, warnings: list[str]) -> Result:
        key = storage_key(self.blueprint.output_config.output_path)
        return Result(
            task_id=self.blueprint.task_id,
            video_key=key,
            video_uri=self.store.uri(key),
            sha256=measured.sha256,
            file_size=measured.size,
            duration_s=float(measured.seconds),
            frames=measured.frames,
            frame_rate=str(self.plan.rate),
            width=measured.width,
            height=measured.height,
            video_codec=measured.video_codec,
            audio_codec=measured.audio_codec,
            moves_count=len(self.blueprint.moves),
            cut_frames=list(self.plan.cut_frames),
            processing_s=round(time.monotonic() - self.began, 3),
            stage_seconds=self.stage_seconds,
            peak_rss_bytes=peak_rss(),
            loudness_gain_db=round(score.gain_db, 2) if self.blueprint.output_config.normalize_audio else None,
            frames_copied=film.counts.copied,
            frames_encoded=film.counts.encoded,
            frames_reused=film.counts.reused,
            encoded_moves=[EncodedMove(move=move, reason=reason) for move, reason in film.counts.moves],
            estimate=film.estimate(self.blueprint),
            spent=spent(measured.size, elsewhere=film.counts.saved_s, operations=self._operations(film)),
            execution_id=self.options.execution,
            warnings=warnings,
            parameters=self.blueprint.generation_parameters,
        )


def spent(size: int, *, elsewhere: float = 0.0, operations: float = 0.0) -> Spent:
    """What this process has taken so far to make a video of `size` bytes, after others took `elsewhere` CPU-seconds.

    `operations`: dollars of storage operations.
    """
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = elsewhere + sum(u.ru_utime + u.ru_stime for u in usage)
    cost = prices.compute(cpu) + prices.keeping(size) + operations
    return Spent(cpu_s=round(cpu, 3), bytes=size, cost_usd=round(cost, 6))


def peak_rss() -> int:
    """Largest resident memory this process ever had, bytes.

    Linux's `ru_maxrss` outlives exec: a small program started by a large one would be told as large as that.
    """
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # macOS counts bytes, Linux kilobytes


def _publish(finished: Path, output: Path) -> None:
    """Move the file to its place in one step, also from another file system."""
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        finished.replace(output)
        return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    part = output.with_name(f".{output.name}.part")
    try:
        shutil.copyfile(finished, part)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)

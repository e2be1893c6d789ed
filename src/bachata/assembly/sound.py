"""The video's sound as a stream of blocks: 48 kHz, stereo, planar float, without gaps.

Everything is counted in samples. Sample s belongs to second s / 48000 of the video; frame f begins at sample
round(f · 48000 / rate), an absolute value, so the sound cannot drift from the picture. Memory is one block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Final, Protocol

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph

from bachata.assembly.blame import needed_for
from bachata.assembly.frameplan import FramePlan, Piece
from bachata.errors import AudioUnreadable
from bachata.media.files import opened, words

RATE: Final = 48_000
"""Samples a second of every video's sound."""

_BLOCK: Final = 4800
_JOINT: Final = RATE * 5 // 1000
"""Samples of the fade at each end of a clip's own sound: 5 ms, long enough not to click."""

_HOPELESS: Final = 500
"""Damaged packets at the start after which a file is given up."""

_SLOWEST_TEMPO: Final = Fraction(1, 2)  # of FFmpeg's atempo; slower is done in two steps

Blocks = Iterator[AudioFrame]
Filters = Iterable[tuple[str, str]]


class Sound(Protocol):
    """The sound of one video. `blocks` may be read more than once."""

    samples: int
    warnings: list[str]

    def blocks(self) -> Blocks:
        """Exactly `samples` samples."""


class SongSound:
    """The song from `start` seconds on, never stretched or shifted; silence when it ends before the video does."""

    def __init__(self, path: Path, name: str, *, start: Fraction, samples: int) -> None:
        self.path = path
        self.name = name
        self.samples = samples
        self.warnings: list[str] = []
        self.goes_on = False
        """Whether the song has more than the video takes; known after `blocks` was read."""
        self._first = round(start * RATE)

    def blocks(self) -> Blocks:
        """See `Sound`."""
        counted = 0
        self.warnings = []
        with opened(self.path, self.name, refusal=AudioUnreadable) as container:
            decoded = _decoded(container, self.name, self._damage)
            for block in _window(decoded, self._first, self.samples + 1):
                counted += block.samples
                if counted > self.samples:
                    self.goes_on = True
                    yield from _exactly(iter([block]), block.samples - (counted - self.samples))
                else:
                    yield block
        missing = self.samples - counted
        if missing > 0:
            self.warnings.append(f"the song ends {missing / RATE:.2f} s before the video, which ends in silence")
            yield from silence(missing)

    def _damage(self, warning: str) -> None:
        self.warnings.append(warning)


class ClipSound:
    """The clips' own sound, each at its place, at its volume, retimed at kept pitch; without sound, silence."""

    def __init__(self, plan: FramePlan, locate: Callable[[str], Path]) -> None:
        self.samples = sample_at(plan.total, plan.rate)
        self.warnings: list[str] = []
        self._plan = plan
        self._locate = locate

    def blocks(self) -> Blocks:
        """See `Sound`."""
        self.warnings = []
        for index, first, end in self._plan.spans():
            length = sample_at(end, self._plan.rate) - sample_at(first, self._plan.rate)
            if index is None:
                yield from silence(length)
            else:
                piece = self._plan.pieces[index]
                yield from self._piece(piece, self._locate(piece.path), length)

    def _damage(self, warning: str) -> None:
        self.warnings.append(warning)

    def _piece(self, piece: Piece, path: Path, length: int) -> Blocks:
        if piece.volume == 0:
            yield from silence(length)
            return
        with needed_for(piece.index), opened(path, piece.path) as container:
            if not container.streams.audio:
                yield from silence(length)
                return
            zero = _video_start(container)
            first = round(piece.source_start * RATE)
            wanted = round(length * piece.speed) + RATE // 10  # atempo looks ahead
            if piece.trim_end and container.duration:
                last = Fraction(container.duration, av.time_base) - piece.trim_end
                wanted = max(0, min(wanted, round(last * RATE) - first))
            source = _window(_decoded(container, piece.path, self._damage, zero=zero), first, wanted)
            joint = min(_JOINT, length // 2)
            shaped = filtered(
                _exactly(filtered(source, _tempo(piece.speed)), length),
                [
                    ("volume", f"{piece.volume}:precision=float"),
                    ("afade", f"t=in:start_sample=0:nb_samples={joint}"),
                    ("afade", f"t=out:start_sample={length - joint}:nb_samples={joint}"),
                ],
            )
            yield from _exactly(shaped, length)


@dataclass(frozen=True)
class Shape:
    """What is done to the whole sound on its way into the file."""

    gain_db: float = 0.0
    fade_out: int = 0
    """Samples."""

    def apply(self, sound: Sound) -> Blocks:
        """`sound`'s blocks, shaped; as many samples."""
        filters: list[tuple[str, str]] = []
        if self.gain_db:
            filters.append(("volume", f"{self.gain_db:.4f}dB:precision=float"))
        if self.fade_out:
            filters.append(("afade", f"t=out:start_sample={sound.samples - self.fade_out}:nb_samples={self.fade_out}"))
        return _exactly(filtered(sound.blocks(), filters), sound.samples)


def whole_song(path: Path, name: str, damage: Callable[[str], None]) -> Blocks:
    """All sound of the song at `path`; `damage` is told of packets that were skipped. Raises AudioUnreadable."""
    with opened(path, name, refusal=AudioUnreadable) as container:
        yield from _decoded(container, name, damage)


def sample_at(frame: int, rate: Fraction) -> int:
    """The sample on which a frame begins."""
    return round(frame * RATE / rate)


def filtered(blocks: Blocks, filters: Filters) -> Blocks:
    """`blocks` through a chain of FFmpeg filters. All blocks have one format; their times are counted anew."""
    first = next(blocks, None)
    if first is None:
        return
    graph = Graph()
    tick = Fraction(1, first.sample_rate)
    node = source = graph.add_abuffer(
        sample_rate=first.sample_rate, format=first.format.name, layout=first.layout.name, time_base=tick
    )
    for name, arguments in (*filters, ("abuffersink", "")):
        following = graph.add(name, arguments or None)
        node.link_to(following)
        node = following
    graph.configure()
    position = 0
    for block in chain([first], blocks):
        block.pts, block.time_base = position, tick
        position += block.samples
        source.push(block)
        yield from _drained(node)
    source.push(None)
    yield from _drained(node)


def _drained(sink: av.filter.context.FilterContext) -> Blocks:
    while True:
        try:
            block = sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(block, AudioFrame)
        yield block


def _decoded(
    container: InputContainer, name: str, damage: Callable[[str], None], *, zero: Fraction | None = None
) -> Blocks:
    """All sound of a file in the common format, counted from its first sample; with `zero`, from that container time.

    Damaged packets are skipped and reported to `damage`, as the analysis of songs does: both must count alike.
    """
    if not container.streams.audio:
        held = ", ".join(sorted({s.type for s in container.streams})) or "nothing"
        raise AudioUnreadable(f"{name!r} holds no sound (found: {held}). Give a song, or a video with sound.")
    stream = container.streams.audio[0]
    frames = _frames(container, stream, name, damage)
    first = next(frames, None)
    if first is None:
        return
    early = 0
    if zero is not None and first.pts is not None and first.time_base:
        early = round((zero - first.pts * first.time_base) * RATE)
    yield from silence(-early)
    yield from _from_sample(_uniform(chain([first], frames)), early)


def _frames(container: InputContainer, stream: AudioStream, name: str, damage: Callable[[str], None]) -> Blocks:
    bad = good = 0
    for packet in container.demux(stream):
        try:
            decoded = packet.decode()
        except av.InvalidDataError as error:
            bad += 1
            if not good and bad > _HOPELESS:
                raise AudioUnreadable(f"{name!r} holds no sound that can be decoded: {words(error)}.") from error
            continue
        for frame in decoded:
            good += 1
            assert isinstance(frame, AudioFrame)
            yield frame
    if bad:
        if not good:
            raise AudioUnreadable(f"{name!r} holds no sound that can be decoded: all {bad} packets are damaged.")
        damage(f"{bad} damaged packets of {name!r} were skipped")


def _uniform(frames: Blocks) -> Blocks:
    """Any frames as 48 kHz stereo. A file may change its format midway: each run is converted on its own."""
    frame = next(frames, None)
    while frame is not None:
        run = _Run(frame, frames)
        # FFmpeg's own upmix of one channel takes 3 dB away; a mono song is as loud on both speakers as it was.
        mono = [("pan", "stereo|c0=c0|c1=c0")] if frame.layout.nb_channels == 1 else []
        to_common = [*mono, ("aresample", str(RATE)), ("aformat", "sample_fmts=fltp:channel_layouts=stereo")]
        yield from filtered(iter(run), to_common)
        frame = run.following


class _Run:
    """Frames of one format; `following` is the first of another, or None at the end."""

    def __init__(self, first: AudioFrame, rest: Blocks) -> None:
        self.first = first
        self.rest = rest
        self.following: AudioFrame | None = None

    def __iter__(self) -> Blocks:
        kind = _kind(self.first)
        yield self.first
        for frame in self.rest:
            if _kind(frame) != kind:
                self.following = frame
                return
            yield frame


def _kind(frame: AudioFrame) -> tuple[int, str, str]:
    return frame.sample_rate, frame.format.name, frame.layout.name


def _window(blocks: Blocks, first: int, count: int) -> Blocks:
    """Samples `first` to `first + count` - 1, or as many of them as there are; nothing later is decoded."""
    got = 0
    for block in _from_sample(blocks, first):
        if got + block.samples >= count:
            yield from _exactly(iter([block]), count - got)
            return
        got += block.samples
        yield block


def _from_sample(blocks: Blocks, first: int) -> Blocks:
    return filtered(blocks, [("atrim", f"start_sample={first}")]) if first > 0 else blocks


def _exactly(blocks: Blocks, count: int) -> Blocks:
    """The first `count` samples of `blocks`; silence after their end."""
    got = 0
    for block in blocks:
        if got + block.samples > count:
            if count > got:
                yield from filtered(iter([block]), [("atrim", f"end_sample={count - got}")])
            return
        got += block.samples
        yield block
    yield from silence(count - got)


def silence(samples: int) -> Blocks:
    """So many samples of nothing."""
    while samples > 0:
        block = AudioFrame("fltp", "stereo", min(samples, _BLOCK))
        block.sample_rate = RATE
        for plane in block.planes:
            plane.update(bytes(plane.buffer_size))
        samples -= block.samples
        yield block


def _tempo(speed: Fraction) -> list[tuple[str, str]]:
    if speed == 1:
        return []
    if speed < _SLOWEST_TEMPO:
        return [("atempo", str(float(_SLOWEST_TEMPO))), *_tempo(speed / _SLOWEST_TEMPO)]
    return [("atempo", f"{float(speed):.9f}")]


def _video_start(container: InputContainer) -> Fraction:
    """Container time of the clip's first picture: its time 0."""
    for stream in container.streams.video:
        if stream.start_time and stream.time_base:
            return stream.start_time * stream.time_base
    return Fraction(0)

"""A clip as a function from source time to the frame presented then.

Memory: one decoder, two frames, whatever the clip's length.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import av
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from bachata.errors import MediaUnreadable
from bachata.media.clip import pictures_of
from bachata.media.files import decoding, opened
from bachata.timeline import TOLERANCE

_INTERLACED: Final = frozenset({2, 3, 4, 5})  # AVFieldOrder: top or bottom field coded and shown first

# Seeking goes by decoding time: with B-frames it can land behind the frame asked for. Then it is tried further back.
_SEEK_BACK: Final = (Fraction(0), Fraction(1), Fraction(4), Fraction(15))


class _Presented(NamedTuple):
    """A picture and the time it is on screen for, seconds of the clip."""

    time: Fraction
    end: Fraction
    frame: VideoFrame


class ClipReader:
    """Pictures of one clip from `start` on. Time 0 is the clip's first picture.

    `threads` decode; 0 lets FFmpeg choose, and each of them holds pictures of its own. `conformed`: the clip is known
    to be of a profile, so it is not looked through to find out what it is.
    Close it, or use it as a context manager. Raises MediaUnreadable naming `name`.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        *,
        start: Fraction = Fraction(0),
        trim_end: Fraction = Fraction(0),
        threads: int = 0,
        conformed: bool = False,
    ) -> None:
        self.path = path
        self.name = name
        self.held = 0
        """How often the last picture was shown because the clip had no further one."""
        self._threads = threads
        self._conformed = conformed
        self.damaged = 0
        """Pictures the decoder had to repair."""
        self._stack = ExitStack()
        self._current: _Presented | None = None
        self._upcoming: _Presented | None = None
        self._ended = False
        try:
            with decoding(path, name):
                self._open(start, trim_end)
        except BaseException:
            self._stack.close()
            raise

    def _open(self, start: Fraction, trim_end: Fraction) -> None:
        self._enter()
        self.sample_aspect = Fraction(self._stream.sample_aspect_ratio or 1)
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.pixels = self._stream.width * self._stream.height
        """Of a picture: what the decoder's memory grows with."""
        self._interval = 1 / Fraction(rate) if rate else Fraction(1, 25)
        self._zero = self._first_time()
        length = self._length()
        self._limit = length - trim_end if trim_end and length is not None else None
        if self._limit is not None:  # a start behind it must hold the last picture before it
            start = min(start, max(Fraction(0), self._limit - self._interval - TOLERANCE))
        self._frames = self._seek(start)
        self._current = self._next_frame()
        if self._current is None:
            raise MediaUnreadable(f"{self.name!r} holds no picture that can be decoded. Replace the file.")

    def at(self, time: Fraction) -> VideoFrame:
        """The picture presented at source second `time`: the last whose time is not later.

        Times asked for never decrease. Before the first picture it is the first; after the last, the last is held.
        """
        with decoding(self.path, self.name):
            while self._look_on(time) and self._upcoming is not None and self._upcoming.time <= time + TOLERANCE:
                self._current, self._upcoming = self._upcoming, None
        assert self._current is not None
        if self._ended and time + TOLERANCE >= self._current.end:
            self.held += 1
        return self._current.frame

    def _look_on(self, time: Fraction) -> bool:
        """Have the next picture decoded; of a conformed clip, whose rate is constant, only if `time` may need it."""
        assert self._current is not None
        if self._conformed and time + TOLERANCE < self._current.end:
            return False
        if self._upcoming is None and not self._ended:
            self._upcoming = self._next_frame()
            self._ended = self._upcoming is None
        return True

    def close(self) -> None:
        """Release the file, and the decoder as far as PyAV lets go of it (see `Composer`)."""
        self._stack.close()
        self._current = self._upcoming = None
        self._frames = iter(())
        del self._container, self._stream

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _enter(self) -> None:
        self._container = self._stack.enter_context(opened(self.path, self.name, indexed=self._conformed))
        self._stream = pictures_of(self._container, self.name)
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.thread_count = self._threads

    def _first_time(self) -> Fraction:
        """Time of the clip's first picture. AVI stores no presentation times: with B-frames its header's is wrong."""
        start = self._stream.start_time
        if start is not None and "avi" not in self._container.format.name:
            return start * _time_base(self._stream)
        self._zero = Fraction(0)
        first = next(self._decode(sought=False), None)
        self._reopen()
        return first.time if first else Fraction(0)

    def _reopen(self) -> None:
        self._stack.close()
        self._enter()

    def _length(self) -> Fraction | None:
        if self._stream.duration:
            return self._stream.duration * _time_base(self._stream)
        if self._container.duration:
            return Fraction(self._container.duration, av.time_base)
        return None

    def _next_frame(self) -> _Presented | None:
        found = next(self._frames, None)
        trimmed = found is not None and self._limit is not None and found.time + TOLERANCE >= self._limit
        return None if trimmed and self._current is not None else found

    def _seek(self, start: Fraction) -> Iterator[_Presented]:
        """Pictures from the keyframe before `start` on; from the beginning when the file cannot be sought."""
        for back in _SEEK_BACK:
            target = start - back
            if target <= 0:
                break
            try:
                self._container.seek(int((target + self._zero) / _time_base(self._stream)), stream=self._stream)
                frames = self._decode(sought=True)
                first = next(frames, None)
            except av.FFmpegError:
                break
            if first is not None and first.time <= start + TOLERANCE:
                return _chained(first, frames)
        if start > 0:  # a failed seek leaves the demuxer anywhere
            self._reopen()
        return self._decode(sought=False)

    def _decode(self, *, sought: bool) -> Iterator[_Presented]:
        last: Fraction | None = None
        for frame in _progressive(self._container, self._stream):
            if frame.is_corrupt:
                self.damaged += 1
            if frame.pts is not None and frame.time_base:
                time = frame.pts * frame.time_base - self._zero
            elif sought:
                return  # without timestamps only counting from the beginning tells the time
            else:
                time = Fraction(0) if last is None else last + self._interval
            if last is None or time > last:
                last = time
                # Noted now: whoever shows the frame gives it other timestamps.
                length = (frame.duration or 0) * (frame.time_base or Fraction(0))
                yield _Presented(time, time + max(self._interval, length), frame)


def _time_base(stream: VideoStream) -> Fraction:
    return stream.time_base or Fraction(1, av.time_base)


def _chained(first: _Presented, rest: Iterator[_Presented]) -> Iterator[_Presented]:
    yield first
    yield from rest


def _progressive(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Decoded frames; interlaced material is deinterlaced at its frame rate (yadif touches only flagged frames)."""
    frames = container.decode(stream)
    first = next(frames, None)
    if first is None:
        return
    if not first.interlaced_frame and stream.codec_context.field_order not in _INTERLACED:
        yield first
        yield from frames
        return
    graph = Graph()
    source = graph.add_buffer(width=first.width, height=first.height, format=first.format, time_base=first.time_base)
    deinterlace, sink = graph.add("yadif", "mode=send_frame:deint=interlaced"), graph.add("buffersink")
    source.link_to(deinterlace)
    deinterlace.link_to(sink)
    graph.configure()
    source.push(first)
    for frame in frames:
        source.push(frame)
        yield from _drained(sink)
    source.push(None)
    yield from _drained(sink)


def _drained(sink: av.filter.context.FilterContext) -> Iterator[VideoFrame]:
    while True:
        try:
            frame = sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(frame, VideoFrame)
        yield frame

"""Finished pictures: shots read, conformed, mixed and veiled. At most two clips are open at once."""

from __future__ import annotations

import gc
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from av.filter import Graph
from av.video.format import VideoFormat
from av.video.frame import VideoFrame

from bachata.assembly.blame import needed_for
from bachata.assembly.frameplan import Colour, FramePlan, Picture, Piece, Shot
from bachata.media.conform import BT709, FORMAT, LIMITED, Conformer
from bachata.media.reader import ClipReader

_GREY: Final = 128  # chroma of no colour
_SHARES: Final = 255  # the largest value of a mask of 8 bits
_LUMA: Final[dict[Colour, int]] = {"black": 16, "white": 235}  # limited range, ITU-R BT.709

# PyAV's containers and streams refer to each other, so a closed decoder keeps its pictures (20 MB at 720p) until
# Python's collector runs, which counts objects and not megabytes: 28 moves piled up 300 MB. So it is called for every
# 720p picture's worth of closed clips; a call takes some 20 ms. A decoder of one thread keeps too little to matter.
_COLLECT_PIXELS: Final = 1280 * 720 - 1


class Composer:
    """Makes the pictures of a plan, which must be asked for in the plan's order.

    `locate` gives the file of a blueprint's path; `threads` decode each. Raises MediaUnreadable.
    """

    def __init__(
        self, plan: FramePlan, size: tuple[int, int], locate: Callable[[str], Path], *, threads: int = 0
    ) -> None:
        self.held: dict[int, int] = {}
        """Index into the plan's pieces -> pictures for which the clip's last one was held; known when it is closed."""
        self.damaged: dict[int, int] = {}
        """Index into the plan's pieces -> pictures the decoder repaired; known when it is closed."""
        self._plan = plan
        self._size = size
        self._conform = Conformer(*size)
        self._mix = Mixer(*size)
        self._locate = locate
        self._threads = threads
        self._scenes: dict[int, _Scene] = {}
        self._closed_pixels = 0
        self._plain: dict[Colour, VideoFrame] = {}

    def picture(self, picture: Picture) -> VideoFrame:
        """A frame of the output's size and format; its timestamps and picture type mean nothing."""
        self._close_before(min(s.piece for s in (picture.shot, picture.under) if s) if picture.shot else None)
        frame = self._shown(picture.shot)
        if picture.weight < 1:
            frame = self._mix(self._shown(picture.under), frame, picture.weight)
        for colour, share in picture.veils:
            frame = self._mix(frame, self._colour(colour), share)
        return frame

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close_before(None)

    def _shown(self, shot: Shot | None) -> VideoFrame:
        if shot is None:
            return self._colour("black")
        with needed_for(self._plan.pieces[shot.piece].index):
            return self._scene(shot).at(shot.time)

    def _scene(self, shot: Shot) -> _Scene:
        scene = self._scenes.get(shot.piece)
        if scene is None:
            piece = self._plan.pieces[shot.piece]
            scene = self._scenes[shot.piece] = _Scene(
                piece, self._locate(piece.path), shot.time, self._conform, self._threads
            )
        return scene

    def _close_before(self, piece: int | None) -> None:
        for index in [i for i in self._scenes if piece is None or i < piece]:
            scene = self._scenes.pop(index)
            if scene.reader.held:
                self.held[index] = scene.reader.held
            if scene.reader.damaged:
                self.damaged[index] = scene.reader.damaged
            scene.reader.close()
            self._closed_pixels += scene.reader.pixels
        if self._closed_pixels > _COLLECT_PIXELS and self._threads != 1:
            self._closed_pixels = 0
            gc.collect()

    def _colour(self, colour: Colour) -> VideoFrame:
        if colour not in self._plain:
            self._plain[colour] = plain(*self._size, _LUMA[colour])
        return self._plain[colour]


class _Scene:
    """The open clip of one piece."""

    def __init__(self, piece: Piece, path: Path, start: Fraction, conform: Conformer, threads: int) -> None:
        self.piece = piece
        self.reader = ClipReader(
            path,
            piece.path,
            start=start,
            trim_end=piece.trim_end,
            threads=threads,
            conformed=piece.source_frames is not None,
        )
        self._conform = conform
        self._last: tuple[VideoFrame, VideoFrame] | None = None

    def at(self, time: Fraction) -> VideoFrame:
        frame = self.reader.at(time)
        if self._last is None or self._last[0] is not frame:
            self._last = frame, self._conform(frame, self.reader.sample_aspect)
        return self._last[1]


def plain(width: int, height: int, luma: int, chroma: int = _GREY) -> VideoFrame:
    """A frame of one colour; grey unless told otherwise."""
    frame = VideoFrame(width, height, FORMAT)
    for plane, value in zip(frame.planes, (luma, chroma, chroma), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    frame.colorspace, frame.color_range = BT709, LIMITED
    return frame


class Mixer:
    """Mixes two pictures of one size, yuv420p, in shares of 1/255: each value is at most a level off the exact one.

    FFmpeg's `maskedmerge` with an even mask: it has vector code, so it takes an eighth of the time of `mix`, which
    multiplies in floating point.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._graph = graph = Graph()  # its nodes do not keep it alive: without this FFmpeg reads freed memory
        self._sources = [
            graph.add_buffer(width=width, height=height, format=VideoFormat(FORMAT), time_base=Fraction(1))
            for _ in range(3)
        ]
        merge, self._sink = graph.add("maskedmerge"), graph.add("buffersink")
        for index, source in enumerate(self._sources):
            source.link_to(merge, 0, index)
        merge.link_to(self._sink)
        graph.configure()
        self._time = 0

    def __call__(self, below: VideoFrame, above: VideoFrame, share: Fraction) -> VideoFrame:
        """`share` of `above` and the rest of `below`."""
        parts = round(share * _SHARES)
        if parts >= _SHARES:
            return above
        mask = plain(*self._size, parts, parts)
        for source, frame in zip(self._sources, (below, above, mask), strict=True):
            frame.pts, frame.time_base = self._time, Fraction(1)
            source.push(frame)
        self._time += 1
        mixed = self._sink.pull()
        assert isinstance(mixed, VideoFrame)
        return mixed

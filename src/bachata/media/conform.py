"""Any frame to the output's size, yuv420p, BT.709, limited range. What is that already passes untouched."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from av.filter import Graph
from av.video.format import VideoFormat
from av.video.frame import VideoFrame

FORMAT: Final = "yuv420p"
BT709: Final = 1  # AVCOL_SPC_BT709, AVCOL_PRI_BT709 and AVCOL_TRC_BT709 are all 1
LIMITED: Final = 1  # AVCOL_RANGE_MPEG
_KEPT: Final = 4
"""Graphs kept; a render whose clips are of more kinds than this sets some up again."""

_FULL: Final = 2  # AVCOL_RANGE_JPEG

# AVColorSpace -> name of the matrix in FFmpeg's scale filter
_MATRICES: Final = {1: "bt709", 4: "fcc", 5: "bt470", 6: "smpte170m", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_HDR: Final = {16: "smpte2084", 18: "arib-std-b67"}  # AVColorTransferCharacteristic -> name: PQ and HLG
_TURNS: Final = {90: "cclock", 180: "180", 270: "clock"}  # counter-clockwise degrees a frame wants -> transpose


@dataclass(frozen=True)
class _Kind:
    """Everything about a source frame that decides how it is conformed."""

    width: int
    height: int
    format: str
    matrix: int
    full_range: bool
    transfer: str | None
    """Of HDR material, which is tone-mapped; None for all other."""
    turn: int
    sample_aspect: Fraction


class _Line:
    """A configured filter graph: a frame in, a frame out."""

    def __init__(self, kind: _Kind, filters: list[tuple[str, str | None]]) -> None:
        self._graph = graph = Graph()  # its nodes do not keep it alive: without this FFmpeg reads freed memory
        node = self._source = graph.add_buffer(
            width=kind.width, height=kind.height, format=VideoFormat(kind.format), time_base=Fraction(1, 1000)
        )
        for name, arguments in (*filters, ("buffersink", None)):
            following = graph.add(name, arguments)
            node.link_to(following)
            node = following
        self._sink = node
        graph.configure()

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        self._source.push(frame)
        made = self._sink.pull()
        assert isinstance(made, VideoFrame)
        return made


class Conformer:
    """Conforms frames of any kinds, of any clips in any order, to one size.

    The graphs of the last few kinds are kept: tone mapping takes seconds to set up.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._lines: dict[_Kind, _Line | None] = {}

    def __call__(self, frame: VideoFrame, sample_aspect: Fraction = Fraction(1)) -> VideoFrame:
        """The frame, letterboxed into the output's size. The pixels of `frame` may be shared, never changed."""
        kind = _Kind(
            width=frame.width,
            height=frame.height,
            format=frame.format.name,
            matrix=_matrix(frame),
            full_range=frame.color_range == _FULL or frame.format.name.startswith("yuvj"),
            transfer=_HDR.get(frame.color_trc),
            turn=round(frame.rotation / 90) % 4 * 90,
            sample_aspect=sample_aspect if sample_aspect > 0 else Fraction(1),
        )
        line = self._line(kind)
        return line(frame) if line else frame

    def _line(self, kind: _Kind) -> _Line | None:
        """The graph for `kind`; None when nothing needs doing."""
        if kind not in self._lines:
            while len(self._lines) >= _KEPT:
                del self._lines[next(iter(self._lines))]
            self._lines[kind] = None if self._fits(kind) else _Line(kind, self._filters(kind))
        return self._lines[kind]

    def _fits(self, kind: _Kind) -> bool:
        same = (kind.width, kind.height, kind.format) == (self.width, self.height, FORMAT)
        bent = kind.full_range or kind.transfer or kind.turn
        return same and kind.matrix == BT709 and kind.sample_aspect == 1 and not bent

    def _filters(self, kind: _Kind) -> list[tuple[str, str | None]]:
        format_ = VideoFormat(kind.format)
        filters: list[tuple[str, str | None]] = []
        rgb = format_.is_rgb or format_.has_palette
        if format_.has_palette or any(c.is_alpha for c in format_.components):
            # What is transparent shows black, not whatever colour lies hidden under it.
            filters += [("format", "gbrap"), ("premultiply", "inplace=1"), ("format", "gbrp")]
            rgb = True
        if kind.turn:
            filters += [("transpose", _TURNS[kind.turn])] if kind.turn != 180 else [("hflip", None), ("vflip", None)]
        width, height = _fitted(kind, self.width, self.height)
        source = (
            "" if rgb else f":in_color_matrix={_MATRICES[kind.matrix]}:in_range={'pc' if kind.full_range else 'tv'}"
        )
        if kind.transfer:
            source += f":in_primaries=bt2020:in_transfer={kind.transfer}"
            source += ":out_primaries=bt709:out_transfer=bt709:intent=perceptual"
        return [
            *filters,
            ("scale", f"{width}:{height}:flags=bicubic{source}:out_color_matrix=bt709:out_range=tv"),
            ("format", FORMAT),
            ("pad", f"{self.width}:{self.height}:{_margin(self.width, width)}:{_margin(self.height, height)}:black"),
            ("setsar", "1"),
        ]


def _fitted(kind: _Kind, out_width: int, out_height: int) -> tuple[int, int]:
    """The largest even size inside the output that shows the picture undistorted."""
    shown_width, shown_height = kind.width * kind.sample_aspect, Fraction(kind.height)
    if kind.turn in {90, 270}:
        shown_width, shown_height = shown_height, shown_width
    scale = min(out_width / shown_width, out_height / shown_height)
    return (
        min(out_width, max(2, round(shown_width * scale / 2) * 2)),
        min(out_height, max(2, round(shown_height * scale / 2) * 2)),
    )


def _margin(outer: int, inner: int) -> int:
    """Offset that centres, even so that chroma samples stay on their grid."""
    return (outer - inner) // 4 * 2


def _matrix(frame: VideoFrame) -> int:
    """Colour matrix of a frame; untagged it is BT.601 in standard definition, else BT.709, as players take it."""
    if frame.colorspace in _MATRICES:
        return frame.colorspace
    return 6 if frame.width <= 1024 and frame.height <= 576 else BT709

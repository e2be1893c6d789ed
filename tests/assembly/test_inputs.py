"""Any input FFmpeg reads: right frame, right shape, right brightness."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from bachata.assembly.result import Result
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.truth import blueprint, move

Made = Callable[..., Result]

FORMATS: dict[str, dict[str, Any]] = {
    "h264-444.mp4": {"pix_fmt": "yuv444p"},
    "h264-422-10bit.mkv": {"pix_fmt": "yuv422p10le"},
    "h264-full-range.mp4": {"pix_fmt": "yuvj420p", "tags": {"color_range": 2}},
    "h264-bt601.mp4": {"tags": {"colorspace": 6, "color_range": 1}},
    "h264-bt2020.mp4": {"tags": {"colorspace": 9, "color_range": 1}, "pix_fmt": "yuv420p10le"},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": "log-level=none"}},
    "vp9.webm": {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8", "crf": "10"}},
    "av1.mp4": {"codec": "libsvtav1", "options": {"preset": "12", "crf": "10"}},
    "mpeg4.avi": {"codec": "mpeg4", "options": {"b": "4000000", "bf": "2"}},
    "ffv1-gray.mkv": {"codec": "ffv1", "pix_fmt": "gray"},
    "rgb.mkv": {"codec": "ffv1", "pix_fmt": "bgr0"},
    "gif.gif": {"codec": "gif", "pix_fmt": "rgb8", "rate": 25},
    "png.mov": {"codec": "png", "pix_fmt": "rgba"},
    "prores.mov": {"codec": "prores_ks", "pix_fmt": "yuv444p10le"},
    "mjpeg.avi": {"codec": "mjpeg", "pix_fmt": "yuvj420p", "tags": {"color_range": 2}},
    "stream.ts": {"codec": "libx264", "options": {"g": "20", "bf": "2", "preset": "veryfast"}},
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_codec_and_pixel_format_shows_its_frames(made: Made, out: Path, media: DirectoryStore, name: str) -> None:
    how = FORMATS[name]
    rate = how.get("rate", 30)
    truth.numbered_clip(media.root / "inputs" / name, 40, **how)
    result = made(blueprint([move(f"inputs/{name}", 0, 0.5, trim_start=0.4)], output_config={"frame_rate": rate}))
    first = round(0.4 * rate)
    assert truth.numbers(out) == list(range(first, first + result.frames))
    assert result.warnings == []
    with av.open(str(out)) as container:
        video = container.streams.video[0].codec_context
        assert (video.pix_fmt, video.color_range, video.colorspace, video.color_trc) == ("yuv420p", 1, 1, 1)
        assert "High" in str(video.profile)
        assert "4:4:4" not in str(video.profile)


@pytest.mark.parametrize("name", ["h264-full-range.mp4", "h264-bt601.mp4", "h264-444.mp4", "rgb.mkv", "png.mov"])
def test_brightness_survives_range_and_matrix(made: Made, out: Path, media: DirectoryStore, name: str) -> None:
    for value in (0, 100, 255):
        truth.write_clip(media.root / f"inputs/grey-{value}-{name}", [truth.grey(value)] * 3, **FORMATS[name])
        made(blueprint([move(f"inputs/grey-{value}-{name}", 0, 0.1)], output_config={"crf": 4}))
        assert truth.mean_lumas(out)[0] == pytest.approx(16 + 219 * value / 255, abs=2)


@pytest.mark.parametrize("matrix", [1, 5, 6, 9])
def test_colours_survive_the_source_matrix(made: Made, out: Path, media: DirectoryStore, matrix: int) -> None:
    name = f"inputs/orange-{matrix}.mp4"
    orange = np.full((48, 64, 3), (220, 120, 40), dtype=np.uint8)
    with av.open(str(media.root / name), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "2"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv444p"
        stream.codec_context.colorspace, stream.codec_context.color_range = matrix, 1
        frame = av.VideoFrame.from_ndarray(orange, "rgb24").reformat(
            format="yuv444p", dst_colorspace=matrix, dst_color_range=1
        )
        for index in range(6):
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    made(blueprint([move(name, 0, 0.1)], output_config={"crf": 2}))
    with av.open(str(out)) as container:
        shown = next(container.decode(video=0)).to_ndarray(format="rgb24").reshape(-1, 3).mean(axis=0)
    assert shown == pytest.approx([220, 120, 40], abs=5)


def test_what_is_transparent_is_black_whatever_lies_under_it(made: Made, out: Path, media: DirectoryStore) -> None:
    picture = np.full((48, 64, 4), 255, dtype=np.uint8)
    picture[:, :32, 3] = 0
    (media.root / "inputs").mkdir(exist_ok=True)
    with av.open(str(media.root / "inputs/alpha.mov"), "w") as container:
        stream = container.add_stream("png", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgba"
        for index in range(5):
            frame = av.VideoFrame.from_ndarray(picture, "rgba")
            frame.pts = index
            container.mux(stream.encode(frame))
    made(blueprint([move("inputs/alpha.mov", 0, 0.1)]))
    shown = truth.lumas(out)[0]
    assert shown[:, 4:28].mean() == pytest.approx(16, abs=2)
    assert shown[:, 36:60].mean() == pytest.approx(235, abs=2)


def bars(picture: Any) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is not black."""
    lit = picture > 60
    columns, rows = np.flatnonzero(lit.any(axis=0)), np.flatnonzero(lit.any(axis=1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@pytest.mark.parametrize(
    ("size", "aspect", "box"),
    [
        ((128, 96), None, (0, 0, 64, 48)),
        ((96, 48), None, (0, 8, 64, 40)),  # 2:1 into 4:3: 64 x 32
        ((48, 96), None, (20, 0, 44, 48)),  # 1:2: 24 x 48
        ((65, 49), None, (0, 0, 64, 48)),  # odd
        ((48, 48), Fraction(4, 3), (0, 0, 64, 48)),  # anamorphic
        ((96, 48), Fraction(1, 2), (8, 0, 56, 48)),  # shown square
    ],
)
def test_a_picture_keeps_its_shape_inside_bars(
    made: Made,
    out: Path,
    media: DirectoryStore,
    size: tuple[int, int],
    aspect: Fraction | None,
    box: tuple[int, int, int, int],
) -> None:
    name = f"inputs/{size[0]}x{size[1]}-{aspect or 1}.mp4".replace("/", "-").replace("inputs-", "inputs/")
    truth.write_clip(media.root / name, [truth.grey(220, size)] * 5, aspect=aspect, pix_fmt="yuv444p")
    made(blueprint([move(name, 0, 0.1)], output_config={"crf": 4}))
    assert bars(truth.lumas(out)[0]) == pytest.approx(box, abs=1)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_rotation_tag_is_obeyed(made: Made, out: Path, media: DirectoryStore, degrees: int) -> None:
    """The picture is stored turned; the tag turns it back: upright again, its numbers are readable."""
    upright = [truth.numbered(700 + i, (96, 72)) for i in range(10)]
    stored = [np.ascontiguousarray(np.rot90(p, -degrees // 90)) for p in upright]
    path = media.root / f"inputs/turned-{degrees}.mp4"
    path.parent.mkdir(exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "4"})
        stream.height, stream.width = stored[0].shape
        stream.pix_fmt = "yuv420p"
        stream.set_display_rotation(degrees)
        for index, picture in enumerate(stored):
            frame = av.VideoFrame.from_ndarray(picture, "gray").reformat(format="yuv420p")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).rotation % 360 == degrees  # counter-clockwise, to be undone by a player
    made(blueprint([move(f"inputs/turned-{degrees}.mp4", 0, 0.3)]))
    assert truth.numbers(out) == list(range(700, 709))


@pytest.mark.parametrize("rate", ["24000/1001", "24", "25", "30000/1001", "50", "60", "120"])
def test_any_source_rate_shows_the_frame_presented_at_each_time(
    made: Made, out: Path, media: DirectoryStore, rate: str
) -> None:
    exact = Fraction(rate)
    name = f"inputs/rate-{rate.replace('/', '-')}.mp4"
    truth.numbered_clip(media.root / name, 130, rate=exact, options={"g": "30"})
    made(blueprint([move(name, 0, 0.5, trim_start=0.5)]))
    expected = [int((Fraction(1, 2) + Fraction(k, 30) + Fraction(1, 1000)) * exact) for k in range(15)]
    assert truth.numbers(out) == expected


def test_a_variable_frame_rate_is_read_by_its_times(made: Made, out: Path, media: DirectoryStore) -> None:
    ticks = [0, 10, 50, 60, 70, 200, 210, 220, 400, 1000, 1010, 1500]  # milliseconds
    truth.numbered_clip(
        media.root / "inputs/vfr.mkv", len(ticks), ticks=ticks, time_base=Fraction(1, 1000), options={"g": "4"}
    )
    made(blueprint([move("inputs/vfr.mkv", 0, 1.4, trim_start=0.1)]))
    expected = []
    for k in range(42):
        now = 100 + Fraction(k * 1000, 30) + 1
        expected.append(max(i for i, tick in enumerate(ticks) if tick <= now))
    assert truth.numbers(out) == expected


def test_a_last_picture_with_a_long_duration_is_not_held(made: Made, out: Path, media: DirectoryStore) -> None:
    """Its end is that of its own duration, also once it was shown and stamped anew."""
    truth.numbered_clip(media.root / "inputs/slow.mp4", 4, rate=2)
    assert made(blueprint([move("inputs/slow.mp4", 0, 2.0)])).warnings == []
    assert truth.numbers(out) == [k // 15 for k in range(60)]


def test_interlaced_pictures_are_deinterlaced(made: Made, out: Path, media: DirectoryStore) -> None:
    """Two fields of different brightness would comb; yadif leaves no line structure where nothing moves."""
    combed = []
    for i in range(12):
        picture = truth.grey(60)
        if 4 <= i < 8:
            picture[1::2, 16:48] = 200  # the second field already shows what comes next
        elif i >= 8:
            picture[:, 16:48] = 200
        combed.append(picture)
    truth.write_clip(
        media.root / "inputs/interlaced.mkv",
        combed,
        options={"flags": "+ilme+ildct", "x264-params": "tff=1", "crf": "2"},
    )
    made(blueprint([move("inputs/interlaced.mkv", 0, 0.4)], output_config={"crf": 4}))
    pictures = truth.lumas(out)
    assert len(pictures) == 12
    still = pictures[6][8:40, 24:40].astype(int)  # where source lines alternate 60 and 200
    assert np.abs(np.diff(still, axis=0)).max() < 70 < 200 - 60


def test_a_cover_picture_is_not_the_video(made: Made, out: Path, media: DirectoryStore) -> None:
    """A still image is a clip of one frame, held with a warning."""
    (media.root / "inputs").mkdir(exist_ok=True)
    with av.open(str(media.root / "inputs/still.png"), "w", format="image2", options={"update": "1"}) as container:
        stream = container.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "gray"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(truth.numbered(77), "gray")))
    result = made(blueprint([move("inputs/still.png", 0, 0.5)]))
    assert truth.numbers(out) == [77] * 15
    assert "held" in result.warnings[0]


@pytest.mark.parametrize("transfer", [16, 18])  # PQ, HLG
def test_hdr_is_tone_mapped_and_tagged_as_what_it_became(
    made: Made, out: Path, media: DirectoryStore, transfer: int
) -> None:
    hdr = {"colorspace": 9, "color_primaries": 9, "color_trc": transfer, "color_range": 1}
    ramp = [truth.grey(value, (128, 96)) for value in range(0, 256, 15)]
    truth.write_clip(media.root / "inputs/hdr.mkv", ramp, pix_fmt="yuv420p10le", tags=hdr, options={"crf": "1"})
    made(blueprint([move("inputs/hdr.mkv", 0, len(ramp) / 30)], output_config={"crf": 1}))
    shown = truth.mean_lumas(out)
    assert shown[0] == pytest.approx(16, abs=2)
    assert all(b >= a - 1 for a, b in pairwise(shown))  # nothing is inverted
    assert shown[-1] > 225
    assert shown[len(shown) // 2] < 200  # highlights are rolled off, not clipped at half way
    with av.open(str(out)) as container:
        frame = next(container.decode(video=0))
        assert (frame.colorspace, frame.color_trc, frame.color_primaries, frame.color_range) == (1, 1, 1, 1)


def test_clips_of_many_kinds_take_turns(made: Made, out: Path, media: DirectoryStore) -> None:
    """More kinds than conforming graphs are kept for, each coming back."""
    sizes = [(64, 48), (128, 96), (96, 72), (80, 60), (160, 120), (192, 144)]
    moves = []
    for turn in range(2):
        for index, size in enumerate(sizes):
            name = f"inputs/kind-{index}.mp4"
            truth.numbered_clip(media.root / name, 10, first=100 * index, size=size)
            moves.append(move(name, (turn * len(sizes) + index) * 0.1, 0.1, trim_start=0.1 * turn))
    made(blueprint(moves))
    assert truth.numbers(out) == [100 * i + 3 * turn + k for turn in range(2) for i in range(6) for k in range(3)]

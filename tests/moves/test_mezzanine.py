"""Any clip becomes a mezzanine that shows, at frame k, what the source shows at k/rate seconds; keyframes as asked."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata.errors import MediaUnreadable, Stopped
from bachata.media.clip import faults, index_of
from bachata.media.profile import Profile
from bachata.moves.mezzanine import THUMBNAIL_WIDTH, Made, Mould, conform
from bachata.moves.probe import probe
from bachata.timeline import frame_at, frame_rate
from tests.assembly import truth

SMALL = Profile("small", 64, 48, Fraction(30))
RATES = ["24000/1001", "24", "25", "30000/1001", "30", "50", "60", "120"]

FORMATS: dict[str, dict[str, Any]] = {
    "h264-444.mp4": {"pix_fmt": "yuv444p"},
    "h264-422-10bit.mkv": {"pix_fmt": "yuv422p10le"},
    "h264-full-range.mp4": {"pix_fmt": "yuvj420p", "tags": {"color_range": 2}},
    "h264-bt601.mp4": {"tags": {"colorspace": 6, "color_range": 1}},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": "log-level=none"}},
    "vp9.webm": {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8", "crf": "10"}},
    "av1.mp4": {"codec": "libsvtav1", "options": {"preset": "12", "crf": "10"}},
    "mpeg4.avi": {"codec": "mpeg4", "options": {"b": "4000000", "bf": "2"}},
    "prores.mov": {"codec": "prores_ks", "pix_fmt": "yuv444p10le"},
}


def made(source: Path, keyframes: tuple[int, ...] = (0,), *, profile: Profile = SMALL, frames: int = 0) -> Made:
    """The mezzanine of all of `source`, as an ingest makes it."""
    length = frames or max(1, frame_at(probe(source).seconds, profile.rate))
    mould = Mould("0" * 64, profile, length, keyframes)
    return conform(source, source.name, mould, source.with_name(f"made-{source.stem}.mp4"))


def shown(rate: Fraction, frames: int) -> list[int]:
    """The source frame on screen at every frame of the mezzanine, by arithmetic alone."""
    return [int((Fraction(k) / SMALL.rate + Fraction(1, 1000)) * rate) for k in range(frames)]


@pytest.mark.parametrize("rate", RATES)
def test_any_source_rate_becomes_constant_and_keeps_time(tmp_path: Path, rate: str) -> None:
    exact = frame_rate(rate)
    source = truth.numbered_clip(tmp_path / "a.mp4", 131, rate=exact)
    result = made(source)
    length = frame_at(131 / exact, SMALL.rate)
    assert truth.numbers(result.path) == shown(exact, length)
    assert truth.presentation_times(result.path) == [Fraction(k, 30) for k in range(length)]
    assert (result.damaged, result.held) == (0, 0)
    assert faults(result.path, "a.mp4", SMALL) == []


@pytest.mark.parametrize("name", FORMATS)
def test_every_codec_and_pixel_format_shows_its_frames(tmp_path: Path, name: str) -> None:
    source = truth.numbered_clip(tmp_path / name, 40, **FORMATS[name])
    result = made(source, (0, 9, 30))
    assert truth.numbers(result.path) == list(range(40))
    assert faults(result.path, name, SMALL) == []
    assert index_of(result.path, name).keyframes == (0, 9, 30)
    with av.open(str(result.path)) as container:
        assert not container.streams.audio
        context = container.streams.video[0].codec_context
        assert (context.pix_fmt, context.color_range, context.colorspace) == ("yuv420p", 1, 1)
        assert (context.color_primaries, context.color_trc) == (1, 1)


def test_a_variable_rate_is_read_by_its_times(tmp_path: Path) -> None:
    ticks = [0, 10, 50, 60, 70, 200, 210, 220, 400, 1000, 1010, 1500]  # milliseconds
    source = truth.numbered_clip(tmp_path / "vfr.mkv", len(ticks), ticks=ticks, time_base=Fraction(1, 1000))
    numbers = truth.numbers(made(source).path)
    for k, number in enumerate(numbers):
        now = Fraction(k * 1000, 30) + 1
        assert number == max(i for i, tick in enumerate(ticks) if tick <= now)
    assert numbers[-1] == 11


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_rotation_tag_is_obeyed(tmp_path: Path, degrees: int) -> None:
    stored = [np.ascontiguousarray(np.rot90(truth.numbered(700 + i, (96, 72)), -degrees // 90)) for i in range(20)]
    path = tmp_path / "turned.mp4"
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
    result = made(path)
    assert truth.numbers(result.path) == list(range(700, 720))
    with av.open(str(result.path)) as container:
        assert next(container.decode(video=0)).rotation == 0


@pytest.mark.parametrize(
    ("size", "aspect", "box"),
    [
        ((65, 49), None, (0, 0, 64, 48)),  # odd
        ((48, 96), None, (20, 0, 44, 48)),  # portrait
        ((96, 48), None, (0, 8, 64, 40)),  # wide
        ((48, 48), Fraction(4, 3), (0, 0, 64, 48)),  # anamorphic
        ((96, 48), Fraction(1, 2), (8, 0, 56, 48)),  # shown square
    ],
)
def test_a_picture_keeps_its_shape(
    tmp_path: Path, size: tuple[int, int], aspect: Fraction | None, box: tuple[int, int, int, int]
) -> None:
    source = truth.write_clip(
        tmp_path / "a.mp4", [truth.grey(220, size)] * 5, aspect=aspect, pix_fmt="yuv444p", options={"crf": "4"}
    )
    result = made(source)
    lit = truth.lumas(result.path)[2] > 60
    columns, rows = np.flatnonzero(lit.any(axis=0)), np.flatnonzero(lit.any(axis=1))
    assert (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) == pytest.approx(box, abs=1)
    with av.open(str(result.path)) as container:
        assert container.streams.video[0].sample_aspect_ratio == 1


def test_interlaced_and_hdr_material_becomes_plain(tmp_path: Path) -> None:
    how = {"flags": "+ilme+ildct", "x264-params": "tff=1", "crf": "2"}
    fields = truth.write_clip(tmp_path / "i.mkv", [truth.grey(90 + i) for i in range(12)], options=how)
    hdr = {"colorspace": 9, "color_primaries": 9, "color_trc": 16, "color_range": 1}
    ramp = [truth.grey(v) for v in range(0, 256, 15)]
    bright = truth.write_clip(tmp_path / "h.mkv", ramp, pix_fmt="yuv420p10le", tags=hdr, options={"crf": "1"})
    for source, frames in ((fields, 12), (bright, len(ramp))):
        result = made(source)
        assert faults(result.path, source.name, SMALL) == []
        with av.open(str(result.path)) as container:
            pictures = list(container.decode(video=0))
        assert len(pictures) == frames
        assert not any(p.interlaced_frame for p in pictures)
        assert {(p.colorspace, p.color_trc, p.color_primaries, p.color_range) for p in pictures} == {(1, 1, 1, 1)}


@settings(max_examples=40)
@given(st.data())
def test_keyframes_are_where_they_were_asked_for_and_each_begins_anew(data: st.DataObject) -> None:
    import tempfile

    frames = data.draw(st.integers(1, 60))
    inside = data.draw(st.sets(st.integers(0, frames - 1)))
    keyframes = tuple(sorted({0, *inside}))
    with tempfile.TemporaryDirectory() as folder:
        result = made(truth.numbered_clip(Path(folder) / "a.mp4", frames), keyframes)
        assert index_of(result.path, "a").keyframes == keyframes
        assert faults(result.path, "a", SMALL) == []
        start = data.draw(st.sampled_from(keyframes))
        with av.open(str(result.path)) as container:
            stream = container.streams.video[0]
            container.seek(int(Fraction(start, 30) / stream.time_base), stream=stream)
            first = next(container.decode(stream))
            assert first.pts * stream.time_base == Fraction(start, 30)
            assert truth.number_in(first.to_ndarray(format="gray")) == start


def test_the_same_clip_gives_the_same_bytes_however_many_are_made_beside_it(tmp_path: Path) -> None:
    pictures = [np.random.default_rng(n).integers(0, 255, (48, 64), dtype=np.uint8) for n in range(40)]

    def once(number: int) -> str:
        source = truth.write_clip(tmp_path / f"{number}.mp4", pictures)
        return hashlib.sha256(made(source, (0, 11, 25)).path.read_bytes()).hexdigest()

    alone = once(0)
    for workers in (2, 4):
        with ThreadPoolExecutor(workers) as pool:
            assert set(pool.map(once, range(1, 6))) == {alone}


def test_its_thumbnail_is_a_small_jpeg_of_its_middle_keyframe(tmp_path: Path) -> None:
    source = truth.write_clip(tmp_path / "a.mp4", [truth.grey(10)] * 20 + [truth.grey(200)] * 20)
    result = made(source, (0, 25, 30))
    (tmp_path / "a.jpg").write_bytes(result.thumbnail)
    with av.open(str(tmp_path / "a.jpg")) as container:
        picture = next(container.decode(video=0))
        assert (picture.width, picture.height) == (THUMBNAIL_WIDTH, 240)
        assert picture.to_ndarray(format="gray").mean() == pytest.approx(200, abs=3)


def test_pictures_that_are_missing_at_the_end_are_held_and_counted(tmp_path: Path) -> None:
    result = made(truth.numbered_clip(tmp_path / "a.mp4", 20), frames=25)
    assert truth.numbers(result.path) == [*range(20), *[19] * 5]
    assert result.held == 5


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_broken_picture_is_named_or_repaired_and_counted_never_passed_over(tmp_path: Path, share: float) -> None:
    source = truth.numbered_clip(tmp_path / "a.mp4", 60, options={"g": "20", "bf": "0"}, size=(320, 240))
    with av.open(str(source)) as container:
        packet = [p for p in container.demux(video=0) if p.size][25]
        position, size = packet.pos, packet.size
    data = bytearray(source.read_bytes())
    begin = position + round(size * share)
    data[begin : position + size] = bytes(x ^ 0x5A for x in data[begin : position + size])
    source.write_bytes(data)
    try:
        result = made(source)
    except MediaUnreadable as error:
        assert "'a.mp4' cannot be decoded" in error.message
        return
    assert truth.numbers(result.path)[40:] == list(range(40, 60))  # the next group is whole again
    assert result.damaged > 0


def test_what_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no film" * 100)
    with pytest.raises(MediaUnreadable, match=r"'a\.mp4' cannot be decoded"):
        conform(tmp_path / "a.mp4", "a.mp4", Mould("0" * 64, SMALL, 10, (0,)), tmp_path / "b.mp4")


def test_it_stops_when_told(tmp_path: Path) -> None:
    source = truth.numbered_clip(tmp_path / "a.mp4", 30)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        conform(source, "a.mp4", Mould("0" * 64, SMALL, 30, (0,)), tmp_path / "b.mp4", stop=stop)


@given(st.sampled_from(["source", "profile", "frames", "keyframes"]))
def test_a_name_changes_with_whatever_decides_the_bytes(what: str) -> None:
    mould = Mould("a" * 64, SMALL, 100, (0, 15))
    changed = {
        "source": Mould("b" * 64, SMALL, 100, (0, 15)),
        "profile": Mould("a" * 64, Profile("small", 64, 48, Fraction(30), version=2), 100, (0, 15)),
        "frames": Mould("a" * 64, SMALL, 101, (0, 15)),
        "keyframes": Mould("a" * 64, SMALL, 100, (0, 16)),
    }
    assert changed[what].digest != mould.digest == Mould("a" * 64, SMALL, 100, (0, 15)).digest

"""The finished file: frames, times, codecs, quality, container, and the same bytes every time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from bachata.assembly.output import check_output
from bachata.assembly.quality import bits
from bachata.assembly.result import Result
from bachata.assembly.verify import Times, facts
from bachata.blueprint import OutputConfig
from bachata.errors import BachataError, InvalidRequest
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.conftest import CLICKS, SECONDS
from tests.assembly.truth import blueprint, move

Made = Callable[..., Result]
MOVES = [
    move("clips/a.mp4", 0, 1.3),
    move("clips/b.mp4", 1.3, 1.3, transition_type="crossfade", speed=1.1),
    move("clips/a.mp4", 2.6, 0.9, transition_type="fade_black", trim_start=1),
]


@pytest.mark.parametrize("rate", [30, "30000/1001", 23.976, 25, 60])
def test_times_are_constant_and_strictly_increasing(made: Made, out: Path, rate: float | str) -> None:
    document = blueprint(MOVES, output_config={"frame_rate": rate})
    result = made(document)
    exact = document.output_config.rate
    with av.open(str(out)) as container:
        video = container.streams.video[0]
        packets = [p for p in container.demux(video) if p.pts is not None]
        assert video.average_rate == exact
        assert video.start_time == 0
    pts = sorted(p.pts * p.time_base for p in packets)
    dts = [p.dts * p.time_base for p in packets]
    assert all(b - a == 1 / exact for a, b in pairwise(pts))
    assert all(b > a for a, b in pairwise(dts))
    assert len(pts) == result.frames
    assert result.duration_s == pytest.approx(float(result.frames / exact))


def test_it_decodes_without_a_word_of_complaint(made: Made, out: Path) -> None:
    made(blueprint(MOVES))
    av.logging.set_level(av.logging.WARNING)
    try:
        with (
            av.logging.Capture(local=False) as complaints,
            av.open(str(out), options={"err_detect": "explode"}) as container,
        ):
            container.streams.video[0].thread_type = container.streams.audio[0].codec_context.thread_type = "NONE"
            frames = sum(1 for f in container.decode(video=0) if not f.is_corrupt)
            container.seek(0)
            assert sum(f.samples for f in container.decode(audio=0)) >= 3.5 * 48_000
    finally:
        av.logging.set_level(None)
    assert frames == 105
    assert [c for c in complaints if c[0] <= av.logging.WARNING] == []


def test_sound_and_picture_are_equally_long(made: Made, out: Path) -> None:
    made(blueprint(MOVES))
    with av.open(str(out)) as container:
        audio, video = container.streams.audio[0], container.streams.video[0]
        assert audio.start_time == 0
        assert audio.duration * audio.time_base == pytest.approx(video.duration * video.time_base, abs=1024 / 48_000)
        assert (audio.rate, audio.layout.name) == (48_000, "stereo")


def test_the_index_lies_in_front(made: Made, out: Path) -> None:
    made(blueprint(MOVES))
    data = out.read_bytes()
    boxes, at = [], 0
    while at < len(data):
        boxes.append(data[at + 4 : at + 8].decode())
        at += int.from_bytes(data[at : at + 4], "big")
    assert boxes.index("moov") < boxes.index("mdat")


def test_a_keyframe_every_two_seconds(made: Made, out: Path) -> None:
    made(blueprint([move("clips/120.mp4", i * 2.0, 2.0) for i in range(4)], output_config={"frame_rate": 15}))
    with av.open(str(out)) as container:
        keys = [p.pts * p.time_base for p in container.demux(video=0) if p.is_keyframe and p.pts is not None]
    assert max(b - a for a, b in pairwise([*keys, Fraction(8)])) <= 2


def test_the_same_blueprint_is_the_same_bytes(made: Made, out: Path) -> None:
    first = made(blueprint(MOVES))
    data = out.read_bytes()
    again = made(blueprint(MOVES))
    assert out.read_bytes() == data
    assert first.sha256 == again.sha256


NOT_IN_MOV = {"libsvtav1", "libvpx-vp9", "libopus", "flac"}


@pytest.mark.parametrize(
    ("codec", "name"), [("libx264", "h264"), ("libx265", "hevc"), ("libsvtav1", "av1"), ("libvpx-vp9", "vp9")]
)
@pytest.mark.parametrize("container", ["mp4", "mov", "mkv"])
def test_every_codec_of_the_allow_list(made: Made, out: Path, codec: str, name: str, container: str) -> None:
    document = blueprint(MOVES[:1], output_config={"video_codec": codec, "output_format": container})
    if container == "mov" and codec in NOT_IN_MOV:
        with pytest.raises(InvalidRequest, match=f"{codec} cannot be written to mov here; use libx264, libx265$"):
            made(document)
        return
    result = made(document)
    assert (result.video_codec.replace("libdav1d", "av1"), result.frames) == (name, 39)
    assert truth.numbers(out) == list(range(39))


@pytest.mark.parametrize("codec", ["aac", "libmp3lame", "libopus", "flac"])
@pytest.mark.parametrize("container", ["mp4", "mov", "mkv"])
def test_every_sound_codec_of_the_allow_list(made: Made, out: Path, codec: str, container: str) -> None:
    document = blueprint(MOVES[:1], output_config={"audio_codec": codec, "output_format": container})
    if container == "mov" and codec in NOT_IN_MOV:
        with pytest.raises(InvalidRequest, match=r"use aac, libmp3lame$"):
            made(document)
        return
    made(document)
    assert abs(truth.lag(truth.samples_of(out), truth.clicks(SECONDS, CLICKS), 0.0, 1.0)) <= 0.002


def test_crf_orders_quality_and_bitrate_is_met(made: Made, out: Path, media: DirectoryStore) -> None:
    noise = np.random.default_rng(3)
    pictures = [noise.integers(0, 255, (144, 192), dtype=np.uint8) for _ in range(90)]
    truth.write_clip(media.root / "clips/noise.mp4", pictures, options={"crf": "1"})
    sizes = {}
    for config in ({"crf": 18}, {"crf": 40}, {}, {"video_bitrate": "400k"}):
        made(blueprint([move("clips/noise.mp4", 0, 3)], output_config={"resolution": "192x144", **config}))
        with av.open(str(out)) as container:
            size = sum(p.size for p in container.demux(video=0))
        sizes[str(config)] = size * 8 / 3
    assert sizes["{'crf': 18}"] > sizes["{}"] > sizes["{'crf': 40}"]
    assert sizes["{'video_bitrate': '400k'}"] == pytest.approx(400_000, rel=0.35)


def test_audio_bitrate_is_met(made: Made, out: Path, media: DirectoryStore) -> None:
    truth.write_wav(media.root / "songs/noise.wav", np.random.default_rng(1).uniform(-0.5, 0.5, (2, 48_000 * 4)))
    for rate in ("64k", "192k"):
        made(
            blueprint([move("clips/a.mp4", 0, 4)], audio_path="songs/noise.wav", output_config={"audio_bitrate": rate})
        )
        with av.open(str(out)) as container:
            size = sum(p.size for p in container.demux(audio=0))
        assert size * 8 / 4 == pytest.approx(bits(rate), rel=0.15)


@pytest.mark.parametrize(("text", "value"), [("2M", 2_000_000), ("128k", 128_000), ("1.5m", 1_500_000), ("900", 900)])
def test_bitrates_are_read(text: str, value: int) -> None:
    assert bits(text) == value


def test_a_crf_the_codec_does_not_know_is_refused_before_any_work(made: Made) -> None:
    with pytest.raises(InvalidRequest, match="libx264 takes 0 to 51, not 60"):
        made(blueprint([move("no/such.mp4", 0, 1)], output_config={"crf": 60}))


def test_an_encoder_this_build_lacks_is_refused_with_those_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bachata.assembly.output._exists", lambda codec: codec != "libx265")
    config = OutputConfig(output_path="output/x.mp4", video_codec="libx265")
    with pytest.raises(InvalidRequest, match="use libx264, libsvtav1, libvpx-vp9"):
        check_output(config)


def test_the_result_is_what_the_file_holds(made: Made, out: Path) -> None:
    result = made(blueprint(MOVES, generation_parameters={"energy_level": "high"}))
    assert result.file_size == out.stat().st_size
    assert (result.width, result.height, result.frames, result.frame_rate) == (64, 48, 105, "30")
    assert (result.video_codec, result.audio_codec, result.moves_count) == ("h264", "aac", 3)
    assert result.cut_frames == [0, 39, 78]
    assert set(result.stage_seconds) == {"fetching", "concatenating", "adding_audio"}
    assert result.processing_s >= sum(result.stage_seconds.values()) - 0.01
    assert result.peak_rss_bytes is not None
    assert 20e6 < result.peak_rss_bytes < 4e9
    assert result.parameters == {"energy_level": "high"}
    assert Result.model_validate_json(result.model_dump_json(by_alias=True)) == result


@pytest.mark.parametrize(
    ("planned", "words"),
    [
        ({"frames": 104}, "105 frames instead of 104"),
        ({"rate": Fraction(25)}, "frames off their times"),
        ({"frames": 105, "rate": Fraction(30), "sound": True}, "no sound"),
    ],
)
def test_a_file_that_is_not_as_planned_is_not_delivered(
    made: Made, out: Path, tmp_path: Path, planned: dict[str, object], words: str
) -> None:
    path = out
    if "sound" in planned:
        path = truth.numbered_clip(tmp_path / "mute.mp4", 105)
    else:
        made(blueprint(MOVES))
    expected = {"frames": 105, "rate": Fraction(30), "sound": True, **planned}
    with pytest.raises(BachataError, match=words):
        facts(path, **expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["long.mp4", "long.mkv"])
def test_a_last_picture_of_the_wrong_length_is_found(tmp_path: Path, name: str) -> None:
    source, path = truth.numbered_clip(tmp_path / "clip.mp4", 30), tmp_path / name
    with av.open(str(source)) as clip, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(clip.streams.video[0])
        packets = [packet for packet in clip.demux(clip.streams.video[0]) if packet.size]
        last = max(packets, key=lambda packet: packet.pts or 0)
        last.duration = 3 * (last.duration or 0)
        for packet in packets:
            packet.stream = stream
            container.mux(packet)
    times = Times(Fraction(1, 30), 30, range(30)) if name.endswith("mp4") else None
    with pytest.raises(BachataError, match=r"1\.067 s of pictures instead of 1\.000"):
        facts(path, frames=30, rate=Fraction(30), sound=False, times=times)


def test_progress_rises_through_the_stages(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[tuple[str, float]] = []
    with caplog.at_level(logging.INFO):
        made(blueprint(MOVES), progress=lambda stage, done: heard.append((stage, done)))
    stages = list(dict.fromkeys(stage for stage, _ in heard))
    assert stages == ["fetching", "concatenating", "adding_audio"]
    order = [(stages.index(stage), done) for stage, done in heard]
    assert order == sorted(order)
    assert all(0 <= done <= 1 for _, done in heard)
    assert len([1 for stage, _ in heard if stage == "concatenating"]) > 50

"""Measuring clips that were made with known size, rate and length."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from bachata.errors import MediaUnreadable
from bachata.moves.probe import probe
from tests.moves.clips import write_clip


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(60)])
@pytest.mark.parametrize("frames", [1, 2, 97])
def test_rate_and_frames_are_exact(tmp_path: Path, rate: Fraction, frames: int) -> None:
    facts = probe(write_clip(tmp_path / "a.mp4", frames=frames, rate=rate))
    assert (facts.frames, facts.rate if frames > 1 else rate) == (frames, rate)
    assert facts.seconds == pytest.approx(frames / float(rate), abs=1e-4)
    assert (facts.codec, facts.pixel_format) == ("h264", "yuv420p")
    assert (facts.width, facts.height, facts.rotation, facts.sound) == (64, 48, 0, False)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
def test_containers(tmp_path: Path, name: str) -> None:
    facts = probe(write_clip(tmp_path / name, frames=75, rate=Fraction(25), beats=[0.5]))
    assert (facts.frames, facts.rate, facts.sound) == (75, Fraction(25), True)


def test_b_frames_do_not_confuse_the_count(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", frames=200)
    with av.open(str(path)) as container:
        assert any(p.pts != p.dts for p in container.demux(video=0) if p.pts is not None)
    assert probe(path).frames == 200


def test_rotation_turns_the_sides(tmp_path: Path) -> None:
    upright = write_clip(tmp_path / "a.mp4", frames=30)
    turned = tmp_path / "b.mp4"
    data = bytearray(upright.read_bytes())
    # The display matrix of the track header: identity to a quarter turn.
    identity = b"\x00\x01\x00\x00" + b"\x00" * 12 + b"\x00\x01\x00\x00"
    at = data.index(identity, data.index(b"tkhd"))
    quarter = b"\x00" * 4 + b"\x00\x01\x00\x00" + b"\x00" * 4 + b"\xff\xff\x00\x00" + b"\x00" * 4
    data[at : at + len(quarter)] = quarter
    turned.write_bytes(data)
    facts = probe(turned)
    assert facts.rotation in {90, 270}
    assert (facts.width, facts.height) == (48, 64)


def test_a_variable_rate_has_the_length_of_its_times(tmp_path: Path) -> None:
    path = tmp_path / "vfr.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=30)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        times = [*range(0, 1000, 33), *range(1000, 2000, 66)]
        for at in times:
            picture = av.VideoFrame(64, 48, "yuv420p")
            picture.pts, picture.time_base = at, Fraction(1, 1000)
            container.mux(video.encode(picture))
        container.mux(video.encode())
    facts = probe(path)
    assert facts.frames == len(times)
    assert facts.seconds == pytest.approx(2.0, abs=0.05)  # the last picture is on screen for a frame


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "cannot be decoded"), (b"not a film at all" * 99, "cannot be decoded")],
)
def test_rubbish_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "rubbish.mp4").write_bytes(content)
    with pytest.raises(MediaUnreadable, match=words) as caught:
        probe(tmp_path / "rubbish.mp4")
    assert "rubbish.mp4" in caught.value.message
    assert str(tmp_path) not in caught.value.message


def test_sound_alone_is_no_clip(tmp_path: Path) -> None:
    path = tmp_path / "sound.m4a"
    with av.open(str(path), "w", format="mp4") as container:
        audio = container.add_stream("aac", rate=48000, layout="mono")
        block = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        block.sample_rate = 48000
        for plane in block.planes:
            plane.update(bytes(plane.buffer_size))
        container.mux(audio.encode(block))
        container.mux(audio.encode())
    with pytest.raises(MediaUnreadable, match="holds no video stream"):
        probe(path)


def test_a_file_cut_off_is_named(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mkv", frames=300, size=(320, 240))
    cut = tmp_path / "cut.mp4"
    with av.open(str(whole)) as source, av.open(str(cut), "w", options={"movflags": "faststart"}) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    with pytest.raises(MediaUnreadable, match=r"cut off|cannot be decoded"):
        probe(cut)

"""Profiles: what joins, what is deterministic, what conforms and why not."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.video.frame import VideoFrame

from bachata.media.clip import faults, index_of, misfit
from bachata.media.container import Format, Writer, timescale
from bachata.media.encoder import PieceEncoder, Unit, header, nal_units
from bachata.media.profile import DEFAULT, PROFILES, Profile, profile_for
from tests.assembly import truth

SMALL = Profile("small", 64, 48, Fraction(30))


def pictures(count: int, profile: Profile = SMALL, first: int = 0) -> list[VideoFrame]:
    made = [VideoFrame.from_ndarray(truth.numbered(first + n, profile.size), format="gray") for n in range(count)]
    return [frame.reformat(format="yuv420p", src_color_range=2, dst_color_range=1) for frame in made]


def piece(frames: Iterable[VideoFrame], profile: Profile = SMALL, keys: Iterable[int] = ()) -> list[Unit]:
    encoder = PieceEncoder(profile)
    units: list[Unit] = []
    for number, frame in enumerate(frames):
        units += encoder.encode(frame, key=number in set(keys))
    return [*units, *encoder.finish()]


def write(path: Path, units: list[Unit], profile: Profile = SMALL, format: Format = "mp4") -> Path:
    with Writer(path, profile, samples=len(units), format=format) as writer:
        step = int(profile.tick / writer.tick)
        for number, unit in enumerate(units):
            writer.picture(unit, number * step, step)
        writer.finish()
    return path


@pytest.mark.parametrize("profile", [SMALL, *PROFILES.values(), Profile("ntsc", 320, 180, Fraction(30000, 1001))])
def test_every_piece_of_a_profile_has_the_same_header_whatever_it_shows(profile: Profile):
    dark = PieceEncoder(profile)
    for frame in pictures(3, profile):
        list(dark.encode(frame))
    assert dark.header == PieceEncoder(profile).header == header(profile)
    assert dark.header == PieceEncoder(profile, quick=True).header
    assert dark.header[0] == 1  # avcC, ISO/IEC 14496-15


@pytest.mark.parametrize("crf", [0, 0.5, 1, 2, 3, 18, 51])
def test_quick_encoding_shares_the_header_at_any_quality(crf: float):
    profile = profile_for((64, 48), Fraction(30), crf=crf)
    assert PieceEncoder(profile, quick=True).header == header(profile)


def test_the_header_carries_the_profiles_level_and_high_profile():
    assert header(DEFAULT)[1:4] == bytes([100, 0, 31])
    assert header(PROFILES["1080p30"])[3] == 40


def test_keyframes_are_where_asked_for_and_nowhere_else():
    units = piece(pictures(40), keys=[7, 20])
    assert [n for n, unit in enumerate(units) if unit.keyframe] == [0, 7, 20]


def test_encoding_twice_gives_the_same_bytes_without_the_encoders_signature():
    once, again = piece(pictures(20)), piece(pictures(20))
    assert once == again
    assert {nal[4] & 31 for unit in once for nal in nal_units(unit.data)} <= {1, 5}


@pytest.mark.parametrize(("format", "suffix"), [("mp4", ".mp4"), ("mov", ".mov"), ("matroska", ".mkv")])
def test_joined_pieces_decode_to_the_pictures_of_each(tmp_path: Path, format: Format, suffix: str):
    units = piece(pictures(13)) + piece(pictures(1, first=500)) + piece(pictures(9, first=1000))
    path = write(tmp_path / f"joined{suffix}", units, format=format)
    with av.open(str(path)) as container:
        container.streams.video[0].codec_context.options = {"err_detect": "explode"}
        shown = [truth.number_in(frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]
    assert shown == [*range(13), 500, *range(1000, 1009)]


def test_a_group_of_pictures_may_be_cut_short_after_any_frame(tmp_path: Path):
    units = piece(pictures(20))[:11] + piece(pictures(5, first=100))
    with av.open(str(write(tmp_path / "cut.mp4", units))) as container:
        shown = [truth.number_in(frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]
    assert shown == [*range(11), *range(100, 105)]


def test_the_index_of_a_conformed_file(tmp_path: Path):
    path = write(tmp_path / "clip.mp4", piece(pictures(30), keys=[11, 22]))
    index = index_of(path, "clip.mp4")
    assert (index.frames, index.keyframes, index.rate) == (30, (0, 11, 22), Fraction(30))
    assert misfit(index, SMALL) is None
    assert faults(path, "clip.mp4", SMALL) == []


@pytest.mark.parametrize(
    ("profile", "why"),
    [
        (Profile("large", 128, 96, Fraction(30)), "64x48, not 128x96"),
        (Profile("slow", 64, 48, Fraction(25)), "30 frames a second, not 25"),
        (Profile("leveled", 64, 48, Fraction(30), "4.0"), "other parameters than leveled.1"),
    ],
)
def test_a_misfit_says_why(tmp_path: Path, profile: Profile, why: str):
    path = write(tmp_path / "clip.mp4", piece(pictures(5)))
    assert why in str(misfit(index_of(path, "clip.mp4"), profile))


def test_an_ordinary_clip_does_not_conform(tmp_path: Path):
    path = truth.numbered_clip(tmp_path / "b.mp4", 30, options={"bf": "2", "preset": "veryfast"})
    assert misfit(index_of(path, "b.mp4"), SMALL)
    vp9 = truth.numbered_clip(tmp_path / "v.webm", 10, codec="libvpx-vp9")
    assert "not H.264" in str(misfit(index_of(vp9, "v.webm"), SMALL))
    assert faults(vp9, "v.webm", SMALL)


def test_a_variable_rate_does_not_conform(tmp_path: Path):
    units = piece(pictures(5))
    with Writer(tmp_path / "vfr.mp4", SMALL, samples=5) as writer:
        for number, unit in enumerate(units):
            writer.picture(unit, 3000 * number + 7 * (number == 2), 3000)
        writer.finish()
    assert "variable frame rate" in str(misfit(index_of(tmp_path / "vfr.mp4", "vfr.mp4"), SMALL))


def test_the_index_of_the_file_lies_in_front_and_nothing_was_moved(tmp_path: Path):
    data = write(tmp_path / "clip.mp4", piece(pictures(30))).read_bytes()
    boxes, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        boxes.append(data[at + 4 : at + 8])
        at += size
    assert [box for box in boxes if box != b"free"] == [b"ftyp", b"moov", b"mdat"]


@pytest.mark.parametrize("rate", [Fraction(30), Fraction(24000, 1001), Fraction(240), Fraction(1), Fraction(12345, 67)])
def test_every_frame_begins_on_a_tick(rate: Fraction):
    tick = timescale(rate)
    assert tick <= Fraction(1, 90_000)
    assert (1 / rate / tick).denominator == 1


def test_the_profile_of_an_output():
    assert profile_for((1280, 720), Fraction(30)) is DEFAULT
    assert profile_for((1280, 720), Fraction(30), crf=21) is DEFAULT
    assert profile_for((1280, 720), Fraction(30), crf=28).crf == 28
    assert profile_for((1280, 720), Fraction(30), bitrate=1_000_000).bitrate == 1_000_000
    assert profile_for((64, 48), Fraction(25)).size == (64, 48)


@pytest.mark.parametrize("crf", [0, 0.5, 1, 2, 3, 21, 40])
def test_a_quick_piece_has_the_same_header_at_any_quality(crf: float):
    """x264's quality 0 is lossless, of another kind of SPS: aiming finer must not get there."""
    profile = Profile("any", 64, 48, Fraction(30), crf=crf)
    assert PieceEncoder(profile, quick=True).header == header(profile)

"""Conformed clips are opened by their index and read without a picture too many; others as carefully as ever."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.errors import MediaUnreadable
from bachata.media.clip import index_of, misfit, read_index
from bachata.media.files import opened
from bachata.media.reader import ClipReader
from tests.assembly import truth
from tests.assembly.conformed import RATE, SMALL, conformed_clip

FRAMES = 60


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return conformed_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", FRAMES, keys=range(15, FRAMES, 15))


def numbers(path: Path, times: list[Fraction], *, conformed: bool) -> tuple[list[int], int]:
    """The number in the picture shown at each time, and how often the last one was held."""
    with ClipReader(path, "clip", start=times[0], threads=1, conformed=conformed) as reader:
        found = [truth.number_in(reader.at(time).to_ndarray(format="gray")) for time in times]
        return found, reader.held


@given(st.lists(st.integers(0, 2 * FRAMES + 9), min_size=1, max_size=12).map(sorted))
def test_a_conformed_clip_shows_what_any_reader_sees(clip: Path, halves: list[int]) -> None:
    times = [Fraction(half, 2) / RATE for half in halves]
    found, held = numbers(clip, times, conformed=True)
    assert found == [min(FRAMES - 1, half // 2) for half in halves]
    assert held == sum(half >= 2 * FRAMES for half in halves)
    assert (found, held) == numbers(clip, times, conformed=False)


def test_the_index_says_the_same_without_looking_through_the_file(clip: Path) -> None:
    with opened(clip, "clip") as container:
        thorough = read_index(container.streams.video[0])
    assert index_of(clip, "clip") == thorough
    assert misfit(thorough, SMALL) is None


def test_nothing_is_decoded_to_open_by_the_index(clip: Path) -> None:
    with opened(clip, "clip", indexed=True) as container:
        assert container.streams.video[0].codec_context.pix_fmt is None
        assert len(list(container.decode(video=0))) == FRAMES


@pytest.mark.parametrize("suffix", ["mkv", "ts", "avi", "mpg"])
def test_a_file_of_another_kind_is_looked_through_all_the_same(tmp_path: Path, suffix: str) -> None:
    codec = "mpeg2video" if suffix == "mpg" else "libx264"
    path = tmp_path / f"clip.{suffix}"
    truth.numbered_clip(path, 30, codec=codec)
    with opened(path, "clip", indexed=True) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.codec_context.pix_fmt) == (*truth.SIZE, "yuv420p")
    assert misfit(index_of(path, "clip"), SMALL) is not None


@pytest.mark.parametrize("indexed", [True, False])
def test_what_is_no_media_is_refused_in_ffmpegs_words(tmp_path: Path, indexed: bool) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"no video at all" * 200)
    with (
        pytest.raises(MediaUnreadable, match="'clip' cannot be decoded") as caught,
        opened(path, "clip", indexed=indexed),
    ):
        pass
    assert isinstance(caught.value.__cause__, av.FFmpegError)

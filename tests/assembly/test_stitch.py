"""Stitched files: what is copied is the clip's own, what is blended is right, and the joints do not show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from bachata.assembly import render
from bachata.assembly.rendering import Options
from bachata.assembly.result import Result
from bachata.errors import MediaUnreadable
from bachata.media.profile import profile_for
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.conformed import RATE, conformed_clip, decoded, times, write
from tests.assembly.truth import blueprint, move

Make = Callable[..., Result]

BEATS = range(15, 150, 15)
TIMESTAMPS = {"retime": "timestamps"}
LARGER = profile_for((256, 192), RATE)


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    root = tmp_path / "store"
    conformed_clip(root / "clips/a.mp4", 150, keys=BEATS)
    conformed_clip(root / "clips/b.mp4", 150, first=1000, keys=BEATS)
    truth.write_wav(root / "songs/song.wav", truth.clicks(12.0, [0.1 + 0.5 * n for n in range(23)]))
    return DirectoryStore(root)


@pytest.fixture
def make(store: DirectoryStore, out: Path, scratch: Path) -> Iterator[Make]:
    def made(moves: list[dict[str, Any]], options: Options | None = None, **how: Any) -> Result:
        return render(blueprint(moves, **how), store=store, output=out, options=options)

    yield made
    assert list(scratch.iterdir()) == []


def beat_of(clip: str, start: float, seconds: float, **how: Any) -> dict[str, Any]:
    return move(f"clips/{clip}.mp4", start, seconds, **how)


def test_copied_frames_are_the_clips_own_bit_for_bit(make: Make, out: Path, store: DirectoryStore) -> None:
    result = make([beat_of("a", 0, 1.5, trim_start=0.5), beat_of("b", 1.5, 1.1)])
    assert (result.frames_copied, result.frames_encoded, result.encoded_moves) == (78, 0, [])
    a, b = decoded(store.root / "clips/a.mp4"), decoded(store.root / "clips/b.mp4")
    assert decoded(out) == [*a[15:60], *b[:33]]


def test_only_the_blend_differs_from_the_clips(make: Make, out: Path, store: DirectoryStore) -> None:
    result = make([beat_of("a", 0, 2), beat_of("b", 2, 2, transition_type="crossfade", transition_duration=0.5)])
    a, b = decoded(store.root / "clips/a.mp4"), decoded(store.root / "clips/b.mp4")
    shown = decoded(out)
    assert (result.frames_copied, result.frames_encoded) == (105, 15)
    assert shown[:60] == a[:60]
    assert shown[75:] == b[15:60]
    assert len(shown) == 120


def test_a_cut_off_the_beat_shows_the_right_frames(make: Make, out: Path) -> None:
    result = make([beat_of("a", 0, 2, trim_start=0.6), beat_of("b", 2, 1, trim_start=1.0)])
    assert truth.numbers(out) == [*range(18, 78), *range(1030, 1060)]
    assert result.frames_encoded == 12


@pytest.mark.parametrize("container", ["mp4", "mov", "mkv"])
def test_by_timestamps_every_source_frame_is_shown_and_cuts_stay_on_their_frames(
    make: Make, out: Path, container: str
) -> None:
    result = make(
        [beat_of("a", 0, 1, speed=1.1), beat_of("b", 1, 1, speed=0.9), beat_of("a", 2, 1, trim_start=2)],
        output_config={**TIMESTAMPS, "output_format": container},
    )
    assert truth.numbers(out) == [*range(33), *range(1000, 1027), *range(60, 90)]
    shown = times(out)
    tick = Fraction(1, 1000) if container == "mkv" else Fraction(1, 90_000)
    assert all(abs(shown[n] - at) <= tick for n, at in ((0, 0), (33, 1), (60, 2)))
    assert all(abs(shown[n] - Fraction(n, 33)) <= tick for n in range(33))
    assert (result.frames, result.frames_encoded, result.duration_s) == (90, 0, 3.0)
    assert result.cut_frames == [0, 30, 60]


def test_a_crossfade_between_retimed_moves(make: Make, out: Path) -> None:
    fade = {"transition_type": "crossfade", "transition_duration": 0.4}
    result = make([beat_of("a", 0, 1, speed=1.1), beat_of("b", 1, 1, speed=1.1, **fade)], output_config=TIMESTAMPS)
    assert truth.numbers(out)[:33] == list(range(33))
    assert truth.numbers(out)[48:] == list(range(1015, 1033))
    assert (result.frames, result.frames_encoded) == (66, 15)


def test_a_constant_rate_is_constant(make: Make, out: Path) -> None:
    result = make([beat_of("a", 0, 1, speed=1.1), beat_of("b", 1, 1)], output_config={"retime": "resample"})
    shown = times(out)
    assert all(abs(at - Fraction(n, 30)) == 0 for n, at in enumerate(shown))
    assert truth.numbers(out)[30:] == list(range(1000, 1030))
    assert [(m.move, m.reason) for m in result.encoded_moves] == [
        (0, "it is played at speed 1.1 at a constant frame rate")
    ]


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"crf": 30}, "crf 30 was asked for"),
        ({"video_bitrate": "300k"}, "video_bitrate 300k was asked for"),
        ({"resolution": "96x72"}, "it is 64x48, not 96x72"),
        ({"frame_rate": 25}, "it is 30 frames a second, not 25"),
        ({"video_codec": "libx265"}, "libx265 is encoded whole"),
    ],
)
def test_a_move_that_is_encoded_says_why(make: Make, out: Path, config: dict[str, Any], why: str) -> None:
    result = make([beat_of("a", 0, 1)], output_config=config)
    assert [(m.move, m.reason) for m in result.encoded_moves] == [(0, why)]
    assert result.frames_copied == 0
    assert len(truth.numbers(out)) == result.frames_encoded == result.frames


def test_an_unconformed_clip_lies_among_copied_ones(make: Make, out: Path, store: DirectoryStore) -> None:
    truth.numbered_clip(store.root / "clips/raw.mp4", 60, first=2000, options={"bf": "2", "preset": "veryfast"})
    result = make([beat_of("a", 0, 1), beat_of("raw", 1, 1), beat_of("b", 2, 1)])
    assert truth.numbers(out) == [*range(30), *range(2000, 2030), *range(1000, 1030)]
    assert [m.move for m in result.encoded_moves] == [1]
    assert (result.frames_copied, result.frames_encoded) == (60, 30)


def noise(seed: int, count: int) -> list[np.ndarray[Any, np.dtype[np.uint8]]]:
    """Soft moving shapes, which compress as film does."""
    y, x = np.mgrid[0 : LARGER.height, 0 : LARGER.width]
    phase = np.random.default_rng(seed).uniform(0, 6, 4)
    return [
        (
            128
            + 55 * np.sin(x / 12 + phase[0] + n / 9)
            + 50 * np.sin(y / 9 + phase[1] - n / 13)
            + 20 * np.sin((x + y) / 6 + phase[2])
        ).astype(np.uint8)
        for n in range(count)
    ]


def luma(path: Path) -> list[np.ndarray[Any, np.dtype[np.float64]]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray()[: LARGER.height].astype(float) for frame in container.decode(video=0)]


def ssim(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any], block: int = 8) -> float:
    """Mean structural similarity over 8 x 8 blocks (Wang et al. 2004, without the Gaussian window)."""
    found = []
    for top in range(0, one.shape[0], block):
        for left in range(0, one.shape[1], block):
            a, b = one[top : top + block, left : left + block], other[top : top + block, left : left + block]
            covariance = ((a - a.mean()) * (b - b.mean())).mean()
            light = (2 * a.mean() * b.mean() + 6.5025) / (a.mean() ** 2 + b.mean() ** 2 + 6.5025)
            found.append(light * (2 * covariance + 58.5225) / (a.var() + b.var() + 58.5225))
    return float(np.mean(found))


def test_crossfade_frames_are_as_a_blend_in_floating_point(make: Make, out: Path, store: DirectoryStore) -> None:
    for name, seed in (("x", 1), ("y", 2)):
        write(store.root / f"clips/{name}.mp4", noise(seed, 90), keys=BEATS, profile=LARGER)
    moves = [beat_of("x", 0, 1), beat_of("y", 1, 1, transition_type="crossfade", transition_duration=0.5)]
    assert make(moves, output_config={"resolution": "256x192"}).frames_encoded == 15
    x, y, shown = luma(store.root / "clips/x.mp4"), luma(store.root / "clips/y.mp4"), luma(out)
    for n in range(15):
        share = (n + 1) / 16
        assert ssim(shown[30 + n], x[30 + n] * (1 - share) + y[n] * share) >= 0.98


def test_the_number_of_workers_changes_no_byte(make: Make, out: Path) -> None:
    fade = {"transition_type": "crossfade", "transition_duration": 0.3}
    moves = [beat_of("ab"[n % 2], n * 1.0, 1.0, **(fade if n else {})) for n in range(4)]
    seen = set()
    for workers in (1, 3):
        make(moves, options=Options(workers=workers))
        seen.add(out.read_bytes())
    assert len(seen) == 1


def test_a_conformed_clip_that_was_cut_off_is_named(make: Make, store: DirectoryStore) -> None:
    path = store.root / "clips/a.mp4"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MediaUnreadable, match=r"'clips/a\.mp4' is cut off.*Needed for move 2\.$"):
        make([beat_of("b", 0, 1), beat_of("a", 1, 4)])


def test_it_decodes_without_a_word_of_complaint(make: Make, out: Path) -> None:
    fade = {"transition_type": "crossfade", "transition_duration": 0.5}
    make(
        [beat_of("a", 0, 1.0333), beat_of("b", 1.0333, 1, trim_start=0.7), beat_of("a", 2.0333, 1, **fade)],
        output_config=TIMESTAMPS,
    )
    av.logging.set_level(av.logging.WARNING)
    try:
        with av.logging.Capture(local=False) as said, av.open(str(out)) as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            video.codec_context.options = {"err_detect": "explode"}
            video.thread_type = audio.codec_context.thread_type = "NONE"
            assert sum(1 for _ in container.decode(video)) == 91
            container.seek(0)
            assert sum(f.samples for f in container.decode(audio)) >= 3.0333 * 48_000
    finally:
        av.logging.set_level(None)
    assert [line for line in said if line[0] <= av.logging.WARNING] == []

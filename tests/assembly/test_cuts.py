"""Cuts, trims, speed, gaps and holds: which source frame every output frame shows."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from bachata.assembly.result import Result
from bachata.timeline import frame_at
from tests.assembly import truth
from tests.assembly.truth import blueprint, move

Made = Callable[..., Result]


def test_a_move_shows_its_clip_frame_by_frame(made: Made, out: Path) -> None:
    made(blueprint([move("clips/a.mp4", 0, 1)]))
    assert truth.numbers(out) == list(range(30))


def test_cuts_fall_on_the_frames_nearest_to_absolute_times(made: Made, out: Path) -> None:
    # Lengths of 0.483 s are 14.49 frames: rounded one by one they would drift a whole frame every two moves.
    starts = [i * 0.483 for i in range(8)]
    result = made(blueprint([move(f"clips/{'ab'[i % 2]}.mp4", s, 0.483) for i, s in enumerate(starts)]))
    shown = truth.numbers(out)
    planned = [frame_at(s, Fraction(30)) for s in starts]
    assert result.cut_frames == planned
    assert [i for i in range(1, len(shown)) if abs(shown[i] - shown[i - 1]) > 500] == planned[1:]
    assert [shown[cut] % 1000 for cut in planned] == [0] * 8
    assert result.frames == len(shown) == frame_at(8 * 0.483, Fraction(30))


@pytest.mark.parametrize("start", [7, 24, 25, 26, 49, 50, 51, 74, 75, 99])
def test_a_trim_is_exact_wherever_the_keyframes_lie(made: Made, out: Path, start: int) -> None:
    made(blueprint([move("clips/a.mp4", 0, 0.5, trim_start=start / 30)]))
    assert truth.numbers(out) == list(range(start, start + 15))


def test_times_rounded_to_milliseconds_mean_the_frame_they_were_rounded_from(made: Made, out: Path) -> None:
    moves = [move("clips/a.mp4", round(i / 30, 3), 0.033, trim_start=round(i * 3 / 30, 3)) for i in range(20)]
    made(blueprint(moves))
    assert truth.numbers(out) == [i * 3 for i in range(20)]


@pytest.mark.parametrize("retime", ["resample", "timestamps"])
@pytest.mark.parametrize("speed", [0.5, 0.9, 1.1, 1.37, 2.0])
def test_speed_is_source_seconds_per_output_second(made: Made, out: Path, speed: float, retime: str) -> None:
    made(blueprint([move("clips/a.mp4", 0, 1, trim_start=0.5, speed=speed)], output_config={"retime": retime}))
    step = Fraction(str(speed))
    assert truth.numbers(out) == [15 + int(k * step + Fraction(3, 100)) for k in range(30)]


def test_retime_off_ignores_speed(made: Made, out: Path) -> None:
    made(blueprint([move("clips/a.mp4", 0, 1, speed=1.5)], output_config={"retime": "off"}))
    assert truth.numbers(out) == list(range(30))


@pytest.mark.parametrize("rate", ["24000/1001", 25, 29.97, 50, 60])
def test_any_output_rate_shows_the_frame_presented_at_that_time(made: Made, out: Path, rate: float | str) -> None:
    document = blueprint([move("clips/a.mp4", 0, 1, trim_start=1)], output_config={"frame_rate": rate})
    exact = document.output_config.rate
    result = made(document)
    assert truth.numbers(out) == [30 + int(k / exact * 30 + Fraction(3, 100)) for k in range(result.frames)]
    assert result.frame_rate == str(exact)
    assert truth.presentation_times(out) == pytest.approx([k / exact for k in range(result.frames)], abs=1e-5)


def test_a_clip_that_ends_too_early_holds_its_last_frame_and_says_so(made: Made, out: Path) -> None:
    result = made(blueprint([move("clips/short.mp4", 0, 1), move("clips/a.mp4", 1, 0.5)]))
    assert truth.numbers(out) == [*range(2000, 2020), *[2019] * 10, *range(15)]
    assert result.warnings == [
        "move 1 (clips/short.mp4) ends too early: its last picture was held for 10 frames, 0.33 s"
    ]


def test_a_trim_beyond_the_clip_holds_its_last_frame(made: Made, out: Path) -> None:
    made(blueprint([move("clips/short.mp4", 0, 0.2, trim_start=3)]))
    assert truth.numbers(out) == [2019] * 6


def test_what_is_trimmed_off_the_end_is_never_shown(made: Made, out: Path) -> None:
    result = made(blueprint([move("clips/short.mp4", 0, 0.5, trim_end=0.3)]))
    assert truth.numbers(out) == [*range(2000, 2011), *[2010] * 4]
    assert len(result.warnings) == 1


def test_a_gap_is_black_and_said(made: Made, out: Path) -> None:
    result = made(blueprint([move("clips/200.mp4", 0.2, 0.2), move("clips/200.mp4", 0.6, 0.2)], total_duration=1.0))
    bright = [luma > 100 for luma in truth.mean_lumas(out)]
    assert bright == [False] * 6 + [True] * 6 + [False] * 6 + [True] * 6 + [False] * 6
    assert [w.split(";")[0] for w in result.warnings] == [
        "nothing is planned for frames 0 to 5",
        "nothing is planned for frames 12 to 17",
        "nothing is planned for frames 24 to 29",
    ]


def test_one_clip_may_serve_many_moves_and_run_backwards_in_the_plan(made: Made, out: Path) -> None:
    made(blueprint([move("clips/a.mp4", i * 0.1, 0.1, trim_start=(60 - 3 * i) / 30) for i in range(10)]))
    assert truth.numbers(out) == [60 - 3 * i + k for i in range(10) for k in range(3)]

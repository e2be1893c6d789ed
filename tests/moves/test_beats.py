"""Beats become frames once."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.moves.annotations import Annotation
from bachata.moves.beats import FrameGrid, beats_of, tempo_of
from bachata.timeline import frame_rate


@dataclass(frozen=True)
class Heard:
    beats: list[float]
    count_one: int = 0
    tempo: float = 120.0
    confidence: float = 0.5


GRID = FrameGrid(frame_rate(30), 300)


def annotation(**said: object) -> Annotation:
    base = {
        "clip_id": "a", "video_path": "a.mp4", "move_label": "basic", "difficulty": "beginner", "energy_level": "low"
    }  # fmt: skip
    return Annotation.model_validate({**base, **said})


def never(path: Path) -> Heard:
    raise AssertionError("annotated beats need no ears")


def test_annotated_beats_win_and_are_trusted() -> None:
    said = annotation(beats=[0.5 * i for i in range(1, 18)], count_one=2)
    beats = beats_of(Path("a.mp4"), GRID, said, never, sound=False)
    assert beats.frames == tuple(15 * i for i in range(1, 18))
    assert (beats.count_one, beats.confidence, beats.source) == (2, 1.0, "annotated")
    assert beats.tempo == pytest.approx(120.0)


def test_heard_beats_carry_their_confidence() -> None:
    heard = Heard([0.25 + 0.5 * i for i in range(18)], count_one=5)
    beats = beats_of(Path("a.mp4"), GRID, annotation(), lambda path: heard, sound=True)
    assert (beats.count_one, beats.confidence, beats.source) == (5, 0.5, "measured")


def test_beats_outside_the_clip_are_left_out_and_the_count_goes_on() -> None:
    # Sound that begins before the first picture: two beats are not seen, the count 1 among them recurs in eight.
    heard = Heard([-0.9, -0.4, *(0.1 + 0.5 * i for i in range(30))], count_one=1)
    beats = beats_of(Path("a.mp4"), GRID, annotation(), lambda path: heard, sound=True)
    assert beats.frames[0] == 3
    assert beats.frames[-1] < 300
    assert beats.count_one == 7


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        (Heard([]), "fewer than two beats"),
        (Heard([50.0, 51.0]), "fewer than two beats"),
        (Heard([1.0, 1.001, 1.5]), "two beats on one frame"),
        (Heard([1.0, 1.5, 2.0], count_one=3), "no count 1"),
    ],
)
def test_useless_beats_are_refused(heard: Heard, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        beats_of(Path("a.mp4"), GRID, annotation(), lambda path: heard, sound=True)


def test_a_silent_clip_asks_for_annotated_beats() -> None:
    with pytest.raises(ValueError, match="no sound to find beats in: give its 'beats'"):
        beats_of(Path("a.mp4"), GRID, annotation(), never, sound=False)


@given(st.floats(60, 200), st.sampled_from(["24", "25", "30000/1001", "30", "60"]), st.floats(0, 0.4))
def test_tempo_survives_rounding_to_frames(tempo: float, rate: str, first: float) -> None:
    exact = frame_rate(rate)
    seconds = [first + 60 / tempo * i for i in range(25)]
    said = annotation(beats=seconds, count_one=0)
    beats = beats_of(Path("a.mp4"), FrameGrid(exact, 2000), said, never, sound=True)
    assert beats.tempo == pytest.approx(tempo, rel=0.006)
    assert all(
        abs(f / exact - Fraction(s)) <= Fraction(501, 1000) / exact for f, s in zip(beats.frames, seconds, strict=True)
    )


def test_one_bad_beat_moves_the_tempo_little() -> None:
    frames = [15 * i for i in range(20)]
    frames[10] += 5
    assert tempo_of(frames, 30.0) == pytest.approx(120.0, rel=0.005)

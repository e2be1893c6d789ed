"""Any valid blueprint over conformed and other clips shows exactly the planned frames at the planned times."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.assembly import render
from bachata.assembly.film import plan_output
from bachata.assembly.frameplan import plan_frames
from bachata.assembly.rendering import Options
from bachata.blueprint import Blueprint
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.conformed import conformed_clip, times
from tests.assembly.truth import blueprint, move

# First number and length of each; the keyframes of a and b are irregular, c has B-frames and one every 25 frames.
CLIPS = {"clips/a.mp4": (0, 120), "clips/b.mp4": (1000, 100), "clips/c.mp4": (2000, 90)}


@pytest.fixture(scope="module")
def store() -> Iterator[DirectoryStore]:
    with tempfile.TemporaryDirectory(prefix="bachata-drawn-") as directory:
        root = Path(directory)
        conformed_clip(root / "clips/a.mp4", 120, keys=[7, 15, 16, 30, 45, 61, 75, 90, 105])
        conformed_clip(root / "clips/b.mp4", 100, first=1000, keys=[14, 29, 43, 58, 72, 87])
        truth.numbered_clip(root / "clips/c.mp4", 90, first=2000, options={"bf": "2", "g": "25", "preset": "veryfast"})
        truth.write_wav(root / "songs/song.wav", truth.tone(4.0))
        yield DirectoryStore(root)


@st.composite
def drawn(draw: st.DrawFn) -> Blueprint:
    at = Fraction(draw(st.sampled_from([0, 0, 10])), 100)
    moves: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 5))):
        length = Fraction(draw(st.integers(2, 130)), 100)
        start = draw(st.sampled_from([0.0, 0.2333, 0.5, 1.0, 1.4333, 2.9, 3.9, 9.0]))
        moves.append(
            move(
                draw(st.sampled_from(["clips/a.mp4", "clips/a.mp4", "clips/b.mp4", "clips/b.mp4", "clips/c.mp4"])),
                float(at),
                float(length),
                transition_type=draw(st.sampled_from(["cut", "cut", "crossfade", "fade_black", "fade_white"])),
                transition_duration=draw(st.none() | st.sampled_from([0.1, 0.4667, 1.0])),
                trim_start=start,
                trim_end=draw(st.sampled_from([0.0, 0.0, 0.0, 1.0])),
                speed=draw(st.sampled_from([1.0, 1.0, 0.93, 1.0345, 1.1, 0.9, 2.0])),
            )
        )
        at += length + Fraction(draw(st.sampled_from([0, 0, 0, 25])), 100)
    config = {
        "frame_rate": draw(st.sampled_from([30, 30, 30, 25])),
        "retime": draw(st.sampled_from(["timestamps", "resample", "off"])),
        "output_format": draw(st.sampled_from(["mp4", "mp4", "mov"])),
    }
    return blueprint(moves, total_duration=float(at), output_config=config)


@given(document=drawn(), workers=st.integers(1, 3))
def test_exactly_the_planned_frames_at_the_planned_times(
    document: Blueprint, workers: int, store: DirectoryStore
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "video.mp4"
        result = render(document, store=store, output=out, options=Options(workers=workers))
        shown, at = truth.numbers(out), times(out)
    rate = document.output_config.rate
    _, copies = plan_output(plan_frames(document), document.output_config, lambda path: store.root / path)
    assert result.frames == len(shown) == copies.plan.shown
    assert result.frames_copied == copies.frames_copied
    assert result.duration_s == float(copies.plan.total / rate)
    for number, picture in enumerate(copies.plan.pictures()):
        if picture.shot is not None and picture.weight == 1 and not picture.veils:
            piece = copies.plan.pieces[picture.shot.piece]
            first, length = CLIPS[piece.path]
            last = length - 1 if not piece.trim_end else max(0, length - 1 - int(piece.trim_end * 30))
            assert shown[number] == first + min(int((picture.shot.time + Fraction(1, 1000)) * 30), last)
    assert all(b > a for a, b in pairwise(at))
    starts = {piece.first / rate for piece in copies.plan.pieces}
    assert starts <= set(at)
    if document.output_config.retime != "timestamps":
        assert at == [n / rate for n in range(copies.plan.total)]

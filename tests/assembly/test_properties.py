"""Correctness properties 4 to 7 of a render, for any blueprint and any fault. (8, the task row, is with the job.)"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bachata.assembly import render
from bachata.assembly.frameplan import plan_frames
from bachata.assembly.rendering import Options
from bachata.assembly.result import Result
from bachata.blueprint import Blueprint
from bachata.errors import BachataError
from bachata.storage import DirectoryStore
from tests.assembly import truth
from tests.assembly.test_frameplan import blueprints

FIRST = {"clips/a.mp4": (0, 120), "clips/b.mp4": (1000, 120)}
FAULTS = {
    "clip missing": "'clips/none.mp4'",
    "clip unreadable": "'clips/garbage.mp4'",
    "song missing": "'songs/none.wav'",
    "song unreadable": "'clips/garbage.mp4'",
    "song without sound": "'clips/a.mp4'",
    "codec": "libx264 takes",
}


def attempt(document: Blueprint, media: DirectoryStore, scratch: Path) -> tuple[Result, list[int]]:
    with mock.patch.object(tempfile, "tempdir", str(scratch)):
        result = render(document, store=media, output=scratch.parent / "out.mp4", options=Options(fetch_backoff=0))
    return result, truth.numbers(scratch.parent / "out.mp4")


@contextmanager
def empty_scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        scratch = Path(directory) / "scratch"
        scratch.mkdir()
        yield scratch


@given(document=blueprints(most=4))
def test_4_and_6_any_valid_blueprint_gives_exactly_its_frames_and_no_leftovers(
    document: Blueprint, media: DirectoryStore
) -> None:
    with empty_scratch() as scratch:
        result, shown = attempt(document, media, scratch)
        assert list(scratch.iterdir()) == []  # property 6
    plan = plan_frames(document)
    assert result.video_uri  # property 4
    assert result.frames == len(shown) == plan.total
    assert result.cut_frames == list(plan.cut_frames)
    for frame, picture in enumerate(plan.pictures()):
        if picture.shot is not None and picture.weight == 1 and not picture.veils:
            first, length = FIRST[plan.pieces[picture.shot.piece].path]
            source = int((picture.shot.time + Fraction(1, 1000)) * 30)
            assert shown[frame] == first + min(source, length - 1), f"frame {frame}"


@given(document=blueprints(most=3), fault=st.sampled_from(sorted(FAULTS)), data=st.data())
def test_5_and_7_any_failure_names_its_cause_and_leaves_nothing(
    document: Blueprint, fault: str, data: st.DataObject, media: DirectoryStore
) -> None:
    (media.root / "clips/garbage.mp4").write_bytes(b"garbage" * 100)
    shown = sorted({p.index for p in plan_frames(document).pieces})
    assume(shown)  # a clip of which no frame is shown is not even fetched
    at = data.draw(st.sampled_from(shown))
    with empty_scratch() as scratch:
        with pytest.raises(BachataError) as caught:
            attempt(with_fault(document, fault, at), media, scratch)
        assert list(scratch.iterdir()) == []  # property 7: before the error surfaces
        assert not (scratch.parent / "out.mp4").exists()
        assert str(scratch) not in str(caught.value.as_dict())
    assert FAULTS[fault] in caught.value.message  # property 5


def with_fault(document: Blueprint, fault: str, at: int) -> Blueprint:
    raw = document.model_dump(mode="json", exclude_unset=True)
    match fault:
        case "clip missing":
            raw["moves"][at]["video_path"] = "clips/none.mp4"
        case "clip unreadable":
            raw["moves"][at]["video_path"] = "clips/garbage.mp4"
        case "song missing":
            raw["audio_path"] = "songs/none.wav"
        case "song unreadable":
            raw["audio_path"] = "clips/garbage.mp4"
        case "song without sound":
            raw["audio_path"] = "clips/a.mp4"
        case "codec":
            raw["output_config"]["crf"] = 60
    return Blueprint.model_validate(raw)

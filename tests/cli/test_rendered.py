"""What M10 is told of a finished file: exact excerpts, lags as they are."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bachata.choreography.scorecard.integrity import lags
from bachata.cli.rendered import RATE, excerpts
from bachata.errors import AudioUnreadable
from tests.assembly.truth import write_wav

SECONDS = 12
SONG = np.random.default_rng(7).normal(0, 0.1, SECONDS * RATE)
SPANS = [(0, RATE), (5 * RATE + 17, RATE), (SECONDS * RATE - RATE, RATE)]


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wav(tmp_path_factory.mktemp("sound") / "song.wav", SONG)


def test_excerpts_are_the_samples_asked_for(song: Path) -> None:
    found = excerpts(song, SPANS, start=Fraction(0), samples=SECONDS * RATE)
    for piece, (first, count) in zip(found, SPANS, strict=True):
        assert piece == pytest.approx(SONG[first : first + count], abs=1e-4)


def test_excerpts_count_from_where_the_video_begins_and_end_in_silence(song: Path) -> None:
    (late,) = excerpts(song, [(0, RATE)], start=Fraction(3), samples=SECONDS * RATE)
    assert late == pytest.approx(SONG[3 * RATE : 4 * RATE], abs=1e-4)
    (over,) = excerpts(song, [(0, 2 * RATE)], start=Fraction(SECONDS - 1), samples=2 * RATE)
    assert over[:RATE] == pytest.approx(SONG[-RATE:], abs=1e-4)
    assert not over[RATE:].any()


@pytest.mark.parametrize("behind", [0, 31, 480])
def test_a_sound_that_is_behind_is_found_to_be(song: Path, tmp_path: Path, behind: int) -> None:
    moved = write_wav(tmp_path / "moved.wav", np.concatenate([np.zeros(behind), SONG])[: len(SONG)])
    heard, true = (excerpts(path, SPANS, start=Fraction(0), samples=SECONDS * RATE) for path in (moved, song))
    assert lags(list(zip(heard, true, strict=True)), RATE) == pytest.approx([behind / RATE] * 3)


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_text("no sound")
    with pytest.raises(AudioUnreadable):
        excerpts(tmp_path / "x.wav", SPANS, start=Fraction(0), samples=RATE)

"""librosa's own beats, as the baseline cuts on them: late, and nothing corrected."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from bachata.errors import AudioUnreadable
from bachata.music.tracker import librosa_beats
from tests.music.measures import median_offset
from tests.music.synth import Recipe, make, write


def test_beats_come_as_librosa_gives_them(tmp_path: Path) -> None:
    samples, truth = make(Recipe(tempo=124.0, form=(("verse", 4), ("chorus", 4))))
    beats = librosa_beats(write(tmp_path / "song.wav", samples))
    assert len(beats) > 50
    assert all(b > a for a, b in pairwise(beats))
    assert 0.01 < median_offset(beats, truth.beats) < 0.06  # uncorrected


def test_what_is_no_song_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.mp3").write_text("no song")
    with pytest.raises(AudioUnreadable):
        librosa_beats(tmp_path / "x.mp3")

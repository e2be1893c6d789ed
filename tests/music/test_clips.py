"""The beats of a move's own music: short sounds, cut anywhere, and the real clips when they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bachata.errors import AudioUnreadable
from bachata.music import clip_beats
from tests.music.measures import f_measure
from tests.music.synth import RATE, Recipe, make, write
from tests.music.test_decode import video

MEDIA = Path(__file__).parents[3] / "shared" / "media"


@pytest.mark.parametrize("tempo", [104.0, 118.0, 127.0, 133.0, 149.0])
@pytest.mark.parametrize("seconds", [7.0, 11.0, 16.0])
def test_beats_of_a_few_seconds_cut_from_a_song(tmp_path, tempo, seconds):
    samples, truth = make(Recipe(tempo=tempo, seed=int(tempo), form=(("verse", 4), ("chorus", 4))))
    start = 11.3
    piece = samples[int(start * RATE) : int((start + seconds) * RATE)]
    heard = clip_beats(write(tmp_path / "clip.m4a", piece))
    true = truth.beats - start
    true = true[(true > 0) & (true < seconds)]
    assert heard.tempo == pytest.approx(tempo, rel=0.01)
    assert f_measure(heard.beats, true, 0.05) >= 0.9
    assert heard.confidence > 0.3
    assert 0 <= heard.count_one < 8


def test_beats_are_told_from_the_first_picture(tmp_path):
    video(tmp_path / "at zero.mkv", sound_at=0.0)
    video(tmp_path / "later.mkv", sound_at=0.4)
    at_zero, later = clip_beats(tmp_path / "at zero.mkv"), clip_beats(tmp_path / "later.mkv")
    assert at_zero.tempo == later.tempo == pytest.approx(120.0, rel=0.001)
    np.testing.assert_allclose(np.array(later.beats) - np.array(at_zero.beats), 0.4, atol=0.002)


def test_a_mute_clip_says_so(tmp_path):
    video(tmp_path / "mute.mkv", sound_at=None)
    with pytest.raises(AudioUnreadable, match=r"mute\.mkv holds no sound"):
        clip_beats(tmp_path / "mute.mkv")


@pytest.mark.media
@pytest.mark.skipif(not MEDIA.exists(), reason="the real clips are not here")
def test_tempo_of_real_clips():
    clips = json.loads((MEDIA / "annotations.json").read_text())["clips"]
    wrong = {}
    for clip in clips:
        tempo = clip_beats(MEDIA / clip["video_path"]).tempo
        if abs(tempo / clip["annotated_tempo"] - 1) > 0.04:
            wrong[clip["clip_id"]] = (clip["annotated_tempo"], tempo)
    assert len(wrong) <= 0.05 * len(clips), wrong

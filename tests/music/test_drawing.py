"""The picture exists, is as large as the song, and shows what it should."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from bachata.music import analyse, plot
from bachata.music.drawing import COLOURS
from tests.music.synth import RATE, Recipe, make, write


def picture(path) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(path.read_bytes())).convert("RGB")).astype(int)


def share_of(pixels: np.ndarray, colour: str) -> float:
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return float((np.abs(pixels - rgb).sum(axis=2) < 12).mean())


def test_every_section_is_drawn_in_its_colour(tmp_path, listen):
    analysis = listen("plain").analysis
    plot(analysis, tmp_path / "song.png", title="A song")
    pixels = picture(tmp_path / "song.png")
    labels = {section.label for section in analysis.sections}
    assert pixels.shape[1] == 1980
    for label, colour in COLOURS.items():
        assert (share_of(pixels, colour) > 0.002) == (label in labels), label


def test_longer_songs_take_more_lines(tmp_path, listen):
    samples, _ = make(Recipe(seed=41, form=(("verse", 4),)))
    short = analyse(write(tmp_path / "short.wav", samples))
    plot(short, tmp_path / "short.png")
    plot(listen("plain").analysis, tmp_path / "long.png")
    assert picture(tmp_path / "short.png").shape[0] < picture(tmp_path / "long.png").shape[0]


def test_the_same_analysis_gives_the_same_picture(tmp_path, listen):
    for file in ("a.png", "b.png"):
        plot(listen("plain").analysis, tmp_path / file)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_sound_without_beats_can_be_drawn(tmp_path):
    tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(8 * RATE) / RATE)).astype(np.float32)
    analysis = analyse(write(tmp_path / "tone.wav", tone))
    assert analysis.beats == []
    plot(analysis, tmp_path / "tone.png")
    assert picture(tmp_path / "tone.png").size > 0


def test_a_place_that_cannot_be_written_is_an_oserror(tmp_path, listen):
    with pytest.raises(OSError, match="missing"):
        plot(listen("plain").analysis, tmp_path / "missing" / "song.png")

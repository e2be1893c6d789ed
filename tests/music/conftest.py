"""Songs that several tests listen to, made and heard once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bachata.music import analyse
from bachata.music.document import Analysis
from tests.music.synth import Recipe, Truth, make, write


@dataclass(frozen=True)
class Listened:
    recipe: Recipe
    truth: Truth
    analysis: Analysis


RECIPES = {
    "plain": Recipe(tempo=125.0, seed=1),
    "slow": Recipe(tempo=93.7, seed=2, jitter_ms=10, chords="pop"),
    "fast": Recipe(tempo=158.0, seed=3, density="sparse", chords="major"),
    "drifting": Recipe(tempo=131.3, seed=4, drift=0.03),
    "late start": Recipe(tempo=118.0, seed=5, offset=3, lead_in=1.1),
    "pick-up of five": Recipe(tempo=140.0, seed=6, offset=5, density="dense", chords="minor"),
    "beatless intro": Recipe(tempo=122.0, seed=7, beatless=2),
    "breaks": Recipe(tempo=127.0, seed=8, breaks=3),
    "swung, half time": Recipe(tempo=112.0, seed=9, swing=0.3, half_time=True),
    "noisy": Recipe(tempo=135.0, seed=10, noise_db=-14.0, voice=1.2),
    "kit": Recipe(tempo=120.5, seed=11, drums="kit", fade=True),
    "fast and drifting": Recipe(
        tempo=161.4, seed=1007, drift=0.05, jitter_ms=13.2, offset=1, voice=1.5, chords="major", chord_beats=8, key=41
    ),
    "slow and drifting": Recipe(tempo=90.0, seed=503_021, drift=0.05, density="sparse", chords="pop"),
    "old mp3": Recipe(tempo=129.2, seed=12, voice=1.0),
}


@pytest.fixture(scope="session")
def listen(tmp_path_factory):
    """Recipe name -> the song, its truth and its analysis; each is made at its first use."""
    directory = tmp_path_factory.mktemp("songs")
    heard: dict[str, Listened] = {}

    def get(name: str) -> Listened:
        if name not in heard:
            samples, truth = make(RECIPES[name])
            path = directory / f"{len(heard)}.{'mp3' if 'mp3' in name else 'wav'}"
            write(path, samples, bit_rate=96_000 if "mp3" in name else None)
            heard[name] = Listened(RECIPES[name], truth, analyse(path))
        return heard[name]

    return get

"""The songs of the benchmark: recipes drawn from a seed, every difficulty of the protocol in proportion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bachata.music.key import NAMES
from benchmarks.music import thirdband
from samples.song import make_song
from tests.music.synth import CHORDS, Recipe, Truth, make, write

SEEDS = {"tune": 77, "report": 196_418}
"""The two halves. Whoever changes a constant of the analyser after looking at the reported half draws a new seed."""

TUNE = {"main": (77, 101, 28_657, 40_961), "sample": (77, 501), "third": (1, 2, 3)}
"""Seeds of each band that constants were chosen on; former report seeds are among them."""

SONGS = 40
OTHER_BAND = 6
_MP3 = 96_000  # bits a second of every third song


def song(number: int, seed: int, directory: Path) -> tuple[Path, Truth, tuple[str, str]]:
    """(file, truth, key as (tonic, mode)) of a generated song."""
    made = recipe(number, seed)
    samples, truth = make(made)
    mp3 = number % 3 == 0
    path = write(directory / f"{number}.{'mp3' if mp3 else 'wav'}", samples, bit_rate=_MP3 if mp3 else None)
    return path, truth, (NAMES[made.key % 12], "major" if made.chords == "major" else "minor")


def other_band(number: int, seed: int, directory: Path) -> tuple[Path, Truth, list[tuple[float, float, str]]]:
    """(file, truth, grooves as (start, end, name)) of a song by the sample band, whose sections have grooves."""
    rng = _dice(number, seed)
    path = directory / f"other {number}.wav"
    played = make_song(
        path,
        tempo=_tempo(rng),
        seconds=float(rng.uniform(70, 110)),
        seed=seed + number,
        key=str(rng.choice(["Am", "C", "Dm", "F", "Em", "G", "Bm", "Eb"])),
        jitter_ms=float(rng.uniform(5, 12)),
    )
    beats = np.array(played.beats)
    middles = (beats + 0.5 * np.append(np.diff(beats), 0.4))[:, None]
    energy = np.zeros(beats.size)
    for section in played.sections:
        energy[((middles >= section.start) & (middles < section.end)).ravel()] = section.energy
    truth = Truth(
        beats=beats,
        count_one=played.count_one,
        sections=[(s.start, s.end, s.label) for s in played.sections],
        energy=energy,
        duration=played.duration,
        tempo=played.tempo,
    )
    return path.with_suffix(".m4a"), truth, [(s.start, s.end, s.groove) for s in played.sections]


def other_tempo(number: int, seed: int) -> float:
    """Beats a minute of a song by the sample band, without playing it."""
    return _tempo(_dice(number, seed))


def _dice(number: int, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, 1_000 + number])


def _tempo(dice: np.random.Generator) -> float:
    """The first thing the dice decide."""
    return round(float(dice.uniform(95, 165)), 2)


def third_band(number: int, seed: int, directory: Path) -> tuple[Path, Any, list[tuple[float, float, str]]]:
    """(file, truth, grooves) of a song by the third band, in the format and with the flaws its recipe names."""
    asked = thirdband.recipe(number, seed)
    samples, truth = thirdband.make(asked)
    path = directory / f"third {number}.{asked.container}"
    thirdband.write(path, samples)
    return path, truth, truth.grooves


def recipe(number: int, seed: int) -> Recipe:
    """Song `number` of the set `seed`."""
    rng = np.random.default_rng([seed, number])
    return Recipe(
        tempo=round(float(rng.uniform(90, 170)), 2),
        seed=number if seed == 77 else 1_000 * seed + number,  # 77 was the first set, drawn before there were others
        jitter_ms=float(rng.uniform(5, 15)),
        drift=float(rng.choice([0, 0, 0.02, 0.05])),
        swing=float(rng.choice([0, 0, 0.15, 0.3])),
        offset=int(rng.choice([0, 0, 1, 2, 3, 4, 5, 6, 7])),
        beatless=int(rng.choice([0, 0, 0, 1, 2])),
        breaks=int(rng.choice([0, 0, 1, 3])),
        half_time=bool(rng.random() < 0.25),
        density=str(rng.choice(["sparse", "full", "dense"])),
        voice=float(rng.choice([0, 0.5, 1, 1.5])),
        noise_db=[None, None, -20.0, -10.0][int(rng.integers(4))],
        fade=bool(rng.random() < 0.3),
        chords=str(rng.choice(list(CHORDS))),
        chord_beats=int(rng.choice([4, 4, 8])),
        key=int(rng.integers(40, 52)),
        drums=str(rng.choice(["bongo", "bongo", "bongo", "kit"])),
    )

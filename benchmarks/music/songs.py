"""The songs of the benchmark: recipes drawn from a seed, every difficulty of the protocol in proportion."""

from __future__ import annotations

import numpy as np

from tests.music.synth import CHORDS, Recipe


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

"""Measures of what is seen of dancers, each of one library."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np
from scipy.stats import mannwhitneyu, spearmanr

from bachata.moves.body.discrimination import mean_cosine, retrieval
from bachata.moves.catalogue import ENERGY, Move
from bachata.moves.poses import pose_distance

SIGMA = 0.05
"""Seconds: how near a kinetic beat must be to count as on the beat (scorecard M4)."""
PAIRS = 20000
SHIFTS = 200


def spread_of_motion(moves: Sequence[Move]) -> tuple[float, float, float]:
    """10th, 50th and 90th percentile of the energy of whole moves."""
    low, middle, high = np.percentile([m.energy for m in moves], (10, 50, 90))
    return float(low), float(middle), float(high)


def energy_as_said(moves: Sequence[Move]) -> tuple[float, float]:
    """Spearman's correlation of measured energy with the level people gave, and its p."""
    found = spearmanr([m.energy for m in moves], [ENERGY[m.energy_level] for m in moves])
    return float(found.statistic), float(found.pvalue)


def on_beats(moves: Sequence[Move]) -> tuple[float, float, float]:
    """How near kinetic beats lie to beats, 1 on them; the same shifted at random; kinetic beats a beat.

    The direction of AIST++: over kinetic beats, the nearest beat of the music.
    """
    draw = np.random.default_rng(0)
    near, shifted = [], []
    for move in moves:
        if not move.kinetic_beats:
            continue
        period = 60.0 / move.tempo
        beats = np.asarray(move.beats) / float(move.rate)
        kinetic = np.asarray(move.kinetic_beats) / float(move.rate)
        kinetic = kinetic[(kinetic >= beats[0]) & (kinetic <= beats[-1])]
        shifts = np.concatenate([[0.0], draw.uniform(0, period, SHIFTS)])
        off = np.abs((kinetic[None] + shifts[:, None])[..., None] - beats).min(axis=-1)
        scores = np.exp(-(off**2) / (2 * SIGMA**2)).mean(axis=1)
        near.append(scores[0])
        shifted.append(scores[1:].mean())
    count = sum(len(m.kinetic_beats) for m in moves) / sum(len(m.beats) - 1 for m in moves)
    return fmean(near), fmean(shifted), count


def continuity(moves: Sequence[Move]) -> float:
    """AUC: how often a pose is nearer to that a beat later in its clip than to one of another clip."""
    known = [m for m in moves if m.poses]
    next_ = [pose_distance(a, b) for m in known for a, b in zip(m.poses, m.poses[1:], strict=False)]
    draw = np.random.default_rng(0)
    poses = [(i, pose) for i, m in enumerate(known) for pose in m.poses]
    pairs = draw.integers(0, len(poses), (PAIRS, 2))
    others = [pose_distance(poses[a][1], poses[b][1]) for a, b in pairs if poses[a][0] != poses[b][0]]
    return 1.0 - float(mannwhitneyu(next_, others).statistic) / (len(next_) * len(others))


def discrimination(vectors: np.ndarray, labels: Sequence[str]) -> dict[str, float]:
    """Mean cosine, retrieval@5 and its chance and p."""
    found = retrieval(vectors, labels)
    return {"mean cosine": mean_cosine(vectors), "retrieval@5": found.rate, "chance": found.chance, "p": found.p}

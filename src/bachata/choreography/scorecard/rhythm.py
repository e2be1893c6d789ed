"""M3 and M4: whether the clips' counts, and the dancers' own motion, fall on the song's beats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bachata.choreography.phase import mean_turn, turns
from bachata.choreography.scorecard.chance import TRIALS, as_high, dice, rayleigh
from bachata.choreography.scorecard.dance import Dance, Floats, nearest
from bachata.choreography.scorecard.metric import Metric, worded
from bachata.choreography.scorecard.truth import Truth

MEAN_LIMIT = 0.02
RESULTANT = 0.9
SIGMA = 0.05
"""Seconds: the 3 frames at 60 fps of AIST++ (Li et al., ICCV 2021), whatever the rate."""
SURE = 0.01


@dataclass(frozen=True, kw_only=True)
class ClipPhase(Metric):
    """M3, the clips' counts against the song's on the circle of one count; the value is the resultant, 0 to 1.

    `mean` in seconds, positive: the clips are late. Chance and p (Rayleigh) count each piece once, by its own mean
    direction: counts of one clip are evenly spaced by nature and prove nothing beside each other.
    """

    key = "m3"
    name = "Clip phase"
    meaning = "steps of the clips on the song's counts"
    bar = "R ≥ 0.9, mean within 20 ms"
    unit = "number"

    mean: float | None = None
    resultant: float | None = None
    counts: int = 0
    true_mean: float | None = None
    true_resultant: float | None = None

    def measured(self) -> str:
        """See Metric."""
        if self.value is None:
            return "–"
        text = f"R {worded(self.resultant, 'number')}, mean {1000 * (self.mean or 0):+.1f} ms"
        if self.true_mean is None:
            return text
        return f"{text}; of true beats R {worded(self.true_resultant, 'number')}, {1000 * self.true_mean:+.1f} ms"


@dataclass(frozen=True, kw_only=True)
class Alignment(Metric):
    """M4, (BAS - BAS_shift) / (1 - BAS_shift): 1 is every kinetic beat on a beat, 0 what shifted dancing reaches.

    The value is the direction of AIST++ (motion to music), `music_to_motion` that of Bailando; `p` is the larger.
    """

    key = "m4"
    name = "Motion on the beat"
    meaning = "dancers' own accents on beats, above chance"
    bar = "> 0 both ways, p < 0.01"
    unit = "number"

    music_to_motion: float | None = None
    raw: float | None = None
    raw_shifted: float | None = None
    kinetic_beats: int = 0

    def measured(self) -> str:
        """See Metric."""
        if self.value is None:
            return "–"
        return f"{self.value:.2f} motion to music, {worded(self.music_to_motion, 'number')} music to motion"


def clip_phase(dance: Dance, truth: Truth | None = None) -> ClipPhase:
    """M3."""
    pieces = turns(dance.blueprint, dance.beats, dance.danced)
    together = mean_turn(pieces, dance.beats)
    if together is None:
        return ClipPhase(value=None, why="no clip shows a count while the song has beats")
    mean, resultant = together
    directions = np.array([np.exp(2j * math.pi * t).mean() for t in pieces if len(t)])
    directions /= np.maximum(np.abs(directions), 1e-12)
    true = None
    if truth is not None:
        beats = np.array(truth.beats)
        true = mean_turn(turns(dance.blueprint, beats, dance.danced), beats)
    return ClipPhase(
        value=resultant,
        chance=math.sqrt(math.pi / (4 * len(directions))) if len(directions) > 1 else 1.0,
        p=rayleigh(float(abs(directions.mean())), len(directions)),
        holds=resultant >= RESULTANT and abs(mean) <= MEAN_LIMIT,
        mean=mean,
        resultant=resultant,
        counts=sum(len(t) for t in pieces),
        true_mean=true[0] if true else None,
        true_resultant=true[1] if true else None,
    )


def alignment(dance: Dance) -> Alignment:
    """M4. Chance: the kinetic beats of each piece, shifted within it in a circle by a random time of its own.

    One shift for all pieces would tell little: moved by a whole beat, a steady rhythm fits again.
    """
    if unmeasured := sum(not m.kinetic_beats for m in {m.clip_id: m for m in dance.danced}.values()):
        return Alignment(value=None, why=f"kinetic beats of {unmeasured} clips were never measured")
    first = dance.blueprint.audio_start
    music = dance.beats[(dance.beats >= first) & (dance.beats < first + dance.blueprint.seconds)]
    pieces = [dance.shown(piece, move, move.kinetic_beats) for piece, move in dance.pieces]
    kinetic = np.concatenate(pieces)
    if len(music) < 2 or len(kinetic) < 2:
        return Alignment(value=None, why="there are too few beats to tell")
    shifted = _shifted(dance, pieces)
    there, p_there, raw, chance = _above_chance(nearest(kinetic, music), nearest(shifted, music))
    back, p_back, _, _ = _above_chance(nearest(music, np.sort(kinetic)), _near_rows(music, np.sort(shifted, axis=1)))
    p = max(p_there, p_back)
    return Alignment(
        value=there,
        chance=0.0,
        p=p,
        holds=there > 0 and back > 0 and p < SURE,
        music_to_motion=back,
        raw=raw,
        raw_shifted=chance,
        kinetic_beats=len(kinetic),
    )


def _shifted(dance: Dance, pieces: Sequence[Floats]) -> Floats:
    """The kinetic beats of `TRIALS` shifted dances, shape (trials, kinetic beats)."""
    starts = np.array([dance.blueprint.audio_start + p.start_time for p in dance.blueprint.moves])
    lengths = np.array([p.duration for p in dance.blueprint.moves])
    shifts = dice().uniform(0.0, lengths, (TRIALS, len(pieces)))
    of = np.repeat(np.arange(len(pieces)), [len(times) for times in pieces])
    since = np.concatenate(pieces) - starts[of]
    return np.asarray(starts[of] + np.mod(since + shifts[:, of], lengths[of]))


def _above_chance(ours: Floats, drawn: Floats) -> tuple[float, float, float, float]:
    """(score above chance, p, BeatAlign, its mean over the draws) of distances to the nearest beat."""
    raw, scores = float(_beat_align(ours)), _beat_align(drawn)
    chance = float(scores.mean())
    score = (raw - chance) / (1 - chance) if chance < 1 else 0.0
    return score, as_high(scores, raw), raw, chance


def _beat_align(distances: Floats) -> Floats:
    """BeatAlign along the last axis."""
    return np.asarray(np.exp(-(distances**2) / (2 * SIGMA**2)).mean(axis=-1))


def _near_rows(times: Floats, rows: Floats) -> Floats:
    """Distance of each time to the nearest mark of each sorted row: shape (rows, times)."""
    apart = 4 * (max(times.max(), rows.max()) + 1)  # rows laid so far from each other that they do not meet
    offsets = apart * np.arange(len(rows))[:, None]
    return nearest(times + offsets, (rows + offsets).ravel())

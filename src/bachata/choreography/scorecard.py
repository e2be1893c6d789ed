"""What a plan is worth, in numbers, before anything is rendered: the metrics of the scorecard that a plan decides.

M1 cut error, M2 count-1 hits, M3 clip phase, M5 tempo stretch, M6 energy match, M7 diversity, M9 brief adherence. All
are against the Analysis's beats: how true those are is the music room's to measure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from bachata.blueprint import Blueprint
from bachata.choreography.phase import PhaseError, phase_error
from bachata.choreography.vocabulary import DIFFICULTIES, LIBRARY_STYLES
from bachata.moves.catalogue import Move
from bachata.moves.glossary import role_of
from bachata.moves.lexical import LEXICAL, text_of
from bachata.music.document import Analysis

HIT = 0.07
"""Seconds within which a cut is on a count (the window of mir_eval's F-measure)."""
PHRASE_COUNTS = 16
PHRASES_APART = 4
PERMUTATIONS = 2000
_SEED = 20  # of the permutations: the same plan has the same p-value

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CutError:
    """M1, seconds from each cut to the nearest beat."""

    median: float
    p95: float
    maximum: float
    cuts: int


@dataclass(frozen=True)
class CountOneHits:
    """M2, share of cuts on a count 1; `chance` is that of cuts on beats drawn at random, `p` of as many hits then."""

    rate: float
    chance: float
    p: float


@dataclass(frozen=True)
class Stretch:
    """M5, shares of pieces whose speed is off by more than 6 and 10 %, and the mean of |ln speed|."""

    beyond_6: float
    beyond_10: float
    mean: float


@dataclass(frozen=True)
class EnergyMatch:
    """M6, Spearman's rho of the music's energy and the clips', and its one-sided permutation p.

    Both None when either is the same everywhere.
    """

    rho: float | None
    p: float | None


@dataclass(frozen=True)
class Diversity:
    """M7. `repeats_soon`: returns of a move within four phrases; `used`: distinct moves; `available`: how many of the
    asked difficulty and a tempo within 10 % the library has for anywhere in the dance; `gap`: least phrases before a
    return (None: no move returns); `distance`: mean pairwise cosine distance; `bigrams`: repeated pairs of moves."""

    unique: float
    used: int
    available: int
    gap: float | None
    repeats_soon: int
    distance: float
    bigrams: int


@dataclass(frozen=True)
class Adherence:
    """M9. Shares of pieces at, and not above, the asked difficulty (intros and outros excepted) and of the asked style
    (None: no preference), seconds off the asked length (None: whole song), and whether intros and outros are at the
    start and the end."""

    difficulty: float
    not_harder: float
    style: float | None
    length_error: float | None
    roles_kept: bool


@dataclass(frozen=True)
class Scorecard:
    """All metrics of one plan."""

    m1: CutError
    m2: CountOneHits
    m3: PhaseError
    m5: Stretch
    m6: EnergyMatch
    m7: Diversity
    m9: Adherence

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; times in seconds, rounded to microseconds."""
        rounded: dict[str, Any] = _rounded(asdict(self))
        return rounded


def score(blueprint: Blueprint, analysis: Analysis, moves: Sequence[Move]) -> Scorecard:
    """Judge a plan. `moves` must hold every clip the blueprint names.

    Raises ValueError if one is missing or the song has no beats.
    """
    known = {m.clip_id: m for m in moves}
    if unknown := sorted({p.clip_id for p in blueprint.moves} - set(known)):
        raise ValueError(f"not in the library: {', '.join(unknown)}")
    if len(analysis.beats) < 2:
        raise ValueError("a song without beats cannot be scored")
    danced = [known[p.clip_id] for p in blueprint.moves]
    beats = np.array(analysis.beats)
    cuts = np.array([p.start_time for p in blueprint.moves if p.start_time > 0]) + blueprint.audio_start
    # Where the song has no beats yet, or no more, nothing can be on one.
    cuts = cuts[(cuts >= beats[0] - HIT) & (cuts <= beats[-1] + HIT)]
    return Scorecard(
        m1=_cut_error(cuts, beats),
        m2=_hits(cuts, beats[analysis.count_one % 8 :: 8]),
        m3=phase_error(blueprint, analysis, moves),
        m5=_stretch(np.array([p.speed for p in blueprint.moves])),
        m6=_energy(blueprint, analysis, danced),
        m7=_diversity(blueprint, analysis, danced, moves),
        m9=_adherence(blueprint, danced),
    )


def _nearest(times: Floats, marks: Floats) -> Floats:
    after = np.clip(np.searchsorted(marks, times), 1, len(marks) - 1)
    return np.asarray(np.minimum(np.abs(times - marks[after - 1]), np.abs(times - marks[after])))


def _cut_error(cuts: Floats, beats: Floats) -> CutError:
    if not len(cuts):
        return CutError(0.0, 0.0, 0.0, 0)
    error = _nearest(cuts, beats)
    return CutError(float(np.median(error)), float(np.percentile(error, 95)), float(error.max()), len(cuts))


def _hits(cuts: Floats, ones: Floats) -> CountOneHits:
    chance = 1 / 8
    if not len(cuts) or len(ones) < 2:
        return CountOneHits(0.0, chance, 1.0)
    count, hits = len(cuts), int((_nearest(cuts, ones) <= HIT).sum())
    p = math.fsum(math.comb(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(hits, count + 1))
    return CountOneHits(hits / count, chance, min(1.0, p))


def _stretch(speeds: Floats) -> Stretch:
    off = np.abs(np.log(speeds))
    far = np.abs(speeds - 1) > 0.1 + 1e-9
    return Stretch(float((off > math.log(1.06)).mean()), float(far.mean()), float(off.mean()))


def _energy(blueprint: Blueprint, analysis: Analysis, danced: Sequence[Move]) -> EnergyMatch:
    beats, energy = np.array(analysis.beats), np.array(analysis.energy)
    beats = beats[: len(energy)]
    music = []
    for piece in blueprint.moves:
        start = blueprint.audio_start + piece.start_time
        inside = energy[: len(beats)][(beats >= start - HIT) & (beats < start + piece.duration - HIT)]
        music.append(float(inside.mean()) if len(inside) else 0.5)
    song, clips = _ranks(np.array(music)), _ranks(np.array([m.energy for m in danced]))
    if song.std() == 0 or clips.std() == 0:
        return EnergyMatch(None, None)
    rho = float(np.corrcoef(song, clips)[0, 1])
    dice = np.random.default_rng(_SEED)
    drawn = [float(np.corrcoef(song, dice.permutation(clips))[0, 1]) for _ in range(PERMUTATIONS)]
    return EnergyMatch(rho, (1 + sum(d >= rho - 1e-12 for d in drawn)) / (1 + PERMUTATIONS))


def _ranks(values: Floats) -> Floats:
    """Ranks from 0, equal values sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - counts + last - 1) / 2)[inverse]


def _diversity(blueprint: Blueprint, analysis: Analysis, danced: Sequence[Move], moves: Sequence[Move]) -> Diversity:
    """Pieces of one clip one after the other (a lead-in that dances on) are one use of it."""
    beats = np.array(analysis.beats) - blueprint.audio_start

    def count_at(seconds: float) -> float:
        return float(np.interp(seconds, beats, np.arange(len(beats))))

    uses: list[tuple[Move, float, float]] = []
    for piece, move in zip(blueprint.moves, danced, strict=True):
        begin, end = piece.start_time, piece.start_time + piece.duration
        if uses and uses[-1][0].clip_id == move.clip_id and _goes_on(blueprint, piece.start_time):
            begin = uses.pop()[1]
        uses.append((move, begin, end))
    gaps, last = [], dict[str, float]()
    for move, begin, end in uses:
        if move.clip_id in last:
            gaps.append((count_at(begin) - count_at(last[move.clip_id])) / PHRASE_COUNTS)
        last[move.clip_id] = end
    pairs = [(a[0].clip_id, b[0].clip_id) for a, b in pairwise(uses)]
    different = list({m.clip_id: m for m, _, _ in uses}.values())
    vectors = np.stack(LEXICAL.embed([text_of(m) for m in different])).astype(np.float64)
    count = len(different)
    cosine = vectors @ vectors.T
    distance = 1 - (cosine.sum() - np.trace(cosine)) / (count * (count - 1)) if count > 1 else 0.0
    return Diversity(
        unique=count / len(uses),
        used=count,
        available=sum(
            m.difficulty == blueprint.difficulty_level
            and role_of(m.label) == "any"
            and abs(analysis.tempo / m.tempo - 1) <= 0.1
            for m in moves
        ),
        gap=min(gaps) if gaps else None,
        repeats_soon=sum(g < PHRASES_APART - 0.01 for g in gaps),
        distance=float(distance),
        bigrams=len(pairs) - len(set(pairs)),
    )


def _goes_on(blueprint: Blueprint, start: float) -> bool:
    """Whether the piece starting at `start` shows the frames that follow those of the piece before it."""
    index = next(i for i, p in enumerate(blueprint.moves) if p.start_time == start)
    before, piece = blueprint.moves[index - 1], blueprint.moves[index]
    end = before.trim_start + before.duration * before.speed
    return abs(end - piece.trim_start) <= 2 / float(blueprint.output_config.rate)


def _adherence(blueprint: Blueprint, danced: Sequence[Move]) -> Adherence:
    parameters = blueprint.generation_parameters
    wished = DIFFICULTIES.index(blueprint.difficulty_level or "advanced")
    ordinary = [m for m in danced if role_of(m.label) == "any"] or list(danced)
    levels = [DIFFICULTIES.index(m.difficulty) for m in ordinary]
    styles = LIBRARY_STYLES.get(str(parameters.get("style")), ())
    length = parameters.get("duration")
    roles = [role_of(m.label) for m in danced]
    first = max((i for i, r in enumerate(roles) if r == "intro"), default=-1)
    last = min((i for i, r in enumerate(roles) if r == "outro"), default=len(roles))
    return Adherence(
        difficulty=sum(level == wished for level in levels) / len(levels),
        not_harder=sum(level <= wished for level in levels) / len(levels),
        style=sum(m.style in styles for m in danced) / len(danced) if styles else None,
        length_error=abs(blueprint.seconds - float(length)) if isinstance(length, int | float) else None,
        roles_kept=first <= 1 and last >= len(roles) - 1,
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    return round(value, 6) if isinstance(value, float) else value

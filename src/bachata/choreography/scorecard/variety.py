"""M7: whether the dance keeps showing something new."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bachata.choreography.scorecard.dance import Dance
from bachata.choreography.scorecard.metric import Metric, worded
from bachata.choreography.windows import timing
from bachata.moves.catalogue import Move
from bachata.moves.index import MoveIndex

PHRASE_COUNTS = 16
PHRASES_APART = 4


@dataclass(frozen=True, kw_only=True)
class Diversity(Metric):
    """M7; the value is `repeats_soon`: returns of a move within four phrases.

    `used`: distinct moves; `unique`: their share of the showings; `available`: moves of the library that may be danced
    (`Wishes.able`) and are long enough for any place; `needed`: how many it takes never to repeat within four
    phrases; `gap`: least phrases before a return (None: no move returns); `distance`: mean pairwise cosine distance of
    the moves' vectors (None: no vectors); `bigrams`: repeated pairs of moves.
    """

    key = "m7"
    name = "Returns too soon"
    meaning = "moves that come back within four phrases"
    bar = "0, if the library has enough"
    unit = "count"

    unique: float
    used: int
    available: int
    needed: int
    gap: float | None
    repeats_soon: int
    distance: float | None
    bigrams: int

    def measured(self) -> str:
        """See Metric."""
        gap = "none returns" if self.gap is None else f"soonest return {worded(self.gap, 'number')} phrases"
        return f"{self.repeats_soon}; {self.used} moves, {gap}"


def diversity(dance: Dance, index: MoveIndex | None = None) -> Diversity:
    """M7. `index`: the library's, for its vectors."""
    uses = dance.uses
    spans = [(_count(dance, u.start), _count(dance, u.end)) for u in uses]
    gaps, last = [], dict[str, float]()
    for use, (begin, end) in zip(uses, spans, strict=True):
        if use.move.clip_id in last:
            gaps.append((begin - last[use.move.clip_id]) / PHRASE_COUNTS)
        last[use.move.clip_id] = end
    pairs = [(a.move.clip_id, b.move.clip_id) for a, b in pairwise(uses)]
    soon = sum(g < PHRASES_APART - 0.01 for g in gaps)
    different = {u.move.clip_id: u.move for u in uses}
    longest = min(PHRASE_COUNTS, max(round(end - begin) for begin, end in spans))
    able = dance.wishes.able(dance.library, dance.tempi)
    available = sum(_lasts(move, longest) for move in able)
    needed = _needed(spans)
    enough = available >= needed
    return Diversity(
        value=float(soon),
        holds=True if soon == 0 else (False if enough else None),
        why="" if enough or not soon else f"{available} moves of the library fit, it takes {needed}",
        unique=len(different) / len(uses),
        used=len(different),
        available=available,
        needed=needed,
        gap=min(gaps) if gaps else None,
        repeats_soon=soon,
        distance=_distance(list(different), index),
        bigrams=len(pairs) - len(set(pairs)),
    )


def _count(dance: Dance, seconds: float) -> float:
    """A time of the video in counts of the song."""
    beats = dance.beats - dance.blueprint.audio_start
    return float(np.interp(seconds, beats, np.arange(len(beats))))


def _needed(spans: list[tuple[float, float]]) -> int:
    """Moves it takes: one, and one for every other place that begins before it may return."""
    apart = PHRASES_APART * PHRASE_COUNTS - 0.01
    return 1 + max(sum(end - 0.01 <= b < end + apart for b, _ in spans) for _, end in spans)


def _lasts(move: Move, counts: int) -> bool:
    """Whether a clip holds so many counts from a count 1 on."""
    clip = timing(move)
    return any(one + counts < len(clip.counts) for one in clip.ones)


def _distance(ids: list[str], index: MoveIndex | None) -> float | None:
    if index is None or len(ids) < 2 or not set(ids) <= set(index.ids):
        return None
    position = {clip_id: i for i, clip_id in enumerate(index.ids)}
    vectors = index.vectors[[position[i] for i in ids]].astype(np.float64)
    cosine = vectors @ vectors.T
    return float(1 - (cosine.sum() - np.trace(cosine)) / (len(ids) * (len(ids) - 1)))

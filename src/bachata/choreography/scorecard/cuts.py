"""M1 and M2: whether moves change on beats, and on count 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bachata.choreography.scorecard.chance import TRIALS, as_low, binomial, dice
from bachata.choreography.scorecard.dance import HIT, Dance, Floats, nearest
from bachata.choreography.scorecard.metric import Metric, worded
from bachata.choreography.scorecard.truth import Truth

OWN_LIMIT = 0.0167
"""Seconds: half a frame at 30 a second; where frames last longer, half of theirs."""
TRUE_LIMIT = 0.035
HIT_SHARE = 0.9


@dataclass(frozen=True, kw_only=True)
class CutError(Metric):
    """M1, seconds from each cut to the nearest beat; the value is the 95th percentile. Chance: cuts at random times."""

    key = "m1"
    name = "Cut error"
    meaning = "how far cuts are from the beat"
    bar = "p95 ≤ 16.7 ms; of true beats ≤ 35 ms"
    unit = "time"

    median: float | None = None
    p95: float | None = None
    maximum: float | None = None
    cuts: int = 0
    true_median: float | None = None
    true_p95: float | None = None
    true_maximum: float | None = None

    def measured(self) -> str:
        """See Metric."""
        if self.value is None:
            return "–"
        text = f"p95 {worded(self.p95, 'time')}, median {worded(self.median, 'time')}"
        return text if self.true_p95 is None else f"{text}; of true beats p95 {worded(self.true_p95, 'time')}"


@dataclass(frozen=True, kw_only=True)
class CountOneHits(Metric):
    """M2, share of cuts on a count 1, a true one where the truth is known. Chance: cuts on beats drawn at random."""

    key = "m2"
    name = "Changes on count 1"
    meaning = f"cuts within {1000 * HIT:.0f} ms of a count 1"
    bar = "≥ 90 %"
    unit = "share"

    rate: float | None = None
    true_rate: float | None = None

    def measured(self) -> str:
        """See Metric."""
        if self.true_rate is None:
            return worded(self.rate, "share")
        return f"{worded(self.true_rate, 'share')} of the true ones, {worded(self.rate, 'share')} of ours"


def cut_error(dance: Dance, truth: Truth | None = None) -> CutError:
    """M1."""
    cuts, beats = dance.cuts, dance.beats
    if not len(cuts):
        return CutError(value=None, why="there is no cut while the song has beats")
    error = nearest(cuts, beats)
    p95 = float(np.percentile(error, 95))
    random = np.percentile(nearest(dice().uniform(beats[0], beats[-1], (TRIALS, len(cuts))), beats), 95, axis=1)
    true = _true_errors(dance, truth)
    limit = max(OWN_LIMIT, 0.5 / float(dance.blueprint.output_config.rate) + 1e-4)
    return CutError(
        value=p95,
        chance=float(random.mean()),
        p=as_low(np.asarray(random), p95),
        holds=p95 <= limit and (true is None or float(np.percentile(true, 95)) <= TRUE_LIMIT),
        median=float(np.median(error)),
        p95=p95,
        maximum=float(error.max()),
        cuts=len(cuts),
        true_median=None if true is None else float(np.median(true)),
        true_p95=None if true is None else float(np.percentile(true, 95)),
        true_maximum=None if true is None else float(true.max()),
    )


def _true_errors(dance: Dance, truth: Truth | None) -> Floats | None:
    if truth is None:
        return None
    beats = np.array(truth.beats)
    cuts = dance.near(beats)
    return nearest(cuts, beats) if len(cuts) else None


def count_one_hits(dance: Dance, truth: Truth | None = None) -> CountOneHits:
    """M2."""
    own = _hits(dance, dance.beats, dance.analysis.count_one)
    true = _hits(dance, np.array(truth.beats), truth.count_one) if truth else None
    judged = true or own
    if judged is None:
        return CountOneHits(value=None, why="there is no cut while the song has counts 1")
    hits, cuts = judged
    rate = hits / cuts
    chance = 1 / 8
    return CountOneHits(
        value=rate,
        chance=chance,
        p=binomial(hits, cuts, chance),
        holds=rate >= HIT_SHARE,
        rate=own[0] / own[1] if own else None,
        true_rate=true[0] / true[1] if true else None,
    )


def _hits(dance: Dance, beats: Floats, count_one: int) -> tuple[int, int] | None:
    ones, cuts = beats[count_one % 8 :: 8], dance.near(beats)
    if not len(cuts) or len(ones) < 2:
        return None
    return int((nearest(cuts, ones) <= HIT).sum()), len(cuts)

"""M8: whether each clip begins about where the one before it left the dancers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bachata.choreography.scorecard.chance import FEW, TRIALS, as_low, dice
from bachata.choreography.scorecard.dance import Dance, Floats
from bachata.choreography.scorecard.metric import Metric, worded
from bachata.moves.catalogue import Move, Pose
from bachata.moves.poses import pose_distance

SURE = 0.01
_USUAL = 95  # percentile


@dataclass(frozen=True, kw_only=True)
class Seams(Metric):
    """M8, mean distance from the pose a clip ends in to the one the next begins with. Chance: the same pieces in random
    order.

    `limit`: what 95 % of the library's clips' own steps, from one beat to the next, stay below; a seam beyond it is a
    greater leap than dancers make within a count. `over_limit`: share of such seams.
    """

    key = "m8"
    name = "Seams"
    meaning = "leap from pose to pose where clips join"
    bar = "less than in random order, p < 0.01"
    unit = "number"

    seams: int = 0
    limit: float | None = None
    over_limit: float | None = None

    def measured(self) -> str:
        """See Metric."""
        if self.value is None:
            return "–"
        return f"{self.value:.2f}; {worded(self.over_limit, 'share')} beyond a step ({worded(self.limit, 'number')})"


def seams(dance: Dance) -> Seams:
    """M8."""
    ends = [(_pose(u.move, u.source_in), _pose(u.move, u.source_out)) for u in dance.uses]
    known = [(entry, leaving) for entry, leaving in ends if entry is not None and leaving is not None]
    if len(known) < len(ends):
        without = len({u.move.clip_id for u in dance.uses if not u.move.poses})
        return Seams(value=None, why=f"poses of {without} clips were never measured")
    if len(known) < 2:
        return Seams(value=None, why="one piece has no seam")
    leaps = np.array([[pose_distance(leaving, entry) for entry, _ in known] for _, leaving in known])
    own = np.array([leaps[i, i + 1] for i in range(len(known) - 1)])
    mean = float(own.mean())
    drawn = _random_orders(leaps)
    limit = usual_step(dance.library)
    few = len(known) < FEW
    p = as_low(drawn, mean)
    chance = float(drawn.mean())
    return Seams(
        value=mean,
        chance=chance,
        p=p,
        holds=None if few else mean < chance and p < SURE,
        why=f"{len(known)} pieces are too few to tell" if few else "",
        seams=len(own),
        limit=limit,
        over_limit=None if limit is None else float((own > limit).mean()),
    )


def usual_step(moves: Sequence[Move]) -> float | None:
    """The pose distance that 95 % of the steps from beat to beat within clips stay below; None without poses."""
    steps = [pose_distance(a, b) for move in moves for a, b in pairwise(move.poses)]
    return float(np.percentile(steps, _USUAL)) if steps else None


def _random_orders(leaps: Floats) -> Floats:
    """Mean leap of random orders of the pieces."""
    orders = dice().permuted(np.tile(np.arange(len(leaps)), (TRIALS, 1)), axis=1)
    return np.asarray(leaps[orders[:, :-1], orders[:, 1:]].mean(axis=1))


def _pose(move: Move, source: float) -> Pose | None:
    return move.pose_at(round(source * float(move.rate)))

"""All metrics of one plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from bachata.blueprint import Blueprint
from bachata.choreography.brief import Brief
from bachata.choreography.scorecard.adherence import Adherence, adherence
from bachata.choreography.scorecard.cuts import CountOneHits, CutError, count_one_hits, cut_error
from bachata.choreography.scorecard.dance import Dance
from bachata.choreography.scorecard.fit import EnergyMatch, Stretch, energy_match, stretch
from bachata.choreography.scorecard.integrity import Integrity, Rendered, integrity
from bachata.choreography.scorecard.metric import Metric
from bachata.choreography.scorecard.rhythm import Alignment, ClipPhase, alignment, clip_phase
from bachata.choreography.scorecard.seams import Seams, seams
from bachata.choreography.scorecard.truth import Truth
from bachata.choreography.scorecard.variety import Diversity, diversity
from bachata.moves.catalogue import Move
from bachata.moves.index import MoveIndex
from bachata.music.document import Analysis


@dataclass(frozen=True)
class Scorecard:
    """M1 to M10 (M11 needs people)."""

    m1: CutError
    m2: CountOneHits
    m3: ClipPhase
    m4: Alignment
    m5: Stretch
    m6: EnergyMatch
    m7: Diversity
    m8: Seams
    m9: Adherence
    m10: Integrity

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """In their order."""
        return tuple(getattr(self, f.name) for f in fields(self))

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, by key."""
        return {metric.key: metric.as_dict() for metric in self.metrics}


LARGE = 2000
"""Moves above which a library is judged by an even sample of it and the moves that are danced."""


def score(
    blueprint: Blueprint,
    analysis: Analysis,
    moves: Sequence[Move],
    *,
    brief: Brief | None = None,
    index: MoveIndex | None = None,
    truth: Truth | None = None,
    rendered: Rendered | None = None,
) -> Scorecard:
    """Judge a plan. `moves` is the library and must hold every clip the blueprint names; `index` is its index, in the
    order of `moves`.

    Beats are the Analysis's, so M1 to M3 say how well the plan keeps to what was heard; with the `truth` they also say
    how well to what was played. Raises ClipMissing, InvalidRequest if the song has no beats.
    """
    dance = Dance.of(blueprint, analysis, _looked_at(blueprint, moves, index), brief)
    return Scorecard(
        m1=cut_error(dance, truth),
        m2=count_one_hits(dance, truth),
        m3=clip_phase(dance, truth),
        m4=alignment(dance),
        m5=stretch(dance),
        m6=energy_match(dance),
        m7=diversity(dance, index),
        m8=seams(dance),
        m9=adherence(dance),
        m10=integrity(rendered),
    )


def _looked_at(blueprint: Blueprint, moves: Sequence[Move], index: MoveIndex | None) -> Sequence[Move]:
    """What of a library is read: what could be danced instead is as plain from a part of a large one."""
    if index is None or len(moves) <= LARGE:
        return moves
    shown = {piece.clip_id for piece in blueprint.moves}
    danced = {number for number, clip_id in enumerate(index.ids) if clip_id in shown}
    sample = range(0, len(moves), -(-len(moves) // LARGE))
    return [moves[number] for number in sorted({*danced, *sample})]

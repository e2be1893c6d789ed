"""The director's sentences, at the places where the director was heeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bachata.choreography.cut import Cut
from bachata.choreography.director import Direction


def heeded(cuts: Sequence[Cut], directions: Sequence[Direction]) -> list[Cut]:
    """The cuts of all places; a move that the director preferred has the sentence at the end of its reason."""
    spoken = [*directions, *[Direction()] * len(cuts)]  # fewer or none mean no preference
    return [_told(cut, direction) for cut, direction in zip(cuts, spoken, strict=False)]


def _told(cut: Cut, direction: Direction) -> Cut:
    if not direction.reason or cut.move.clip_id not in direction.preferred:
        return cut
    return replace(cut, reason=f"{cut.reason}. {direction.reason}")

"""The moves a plan looks at closely: a whole library of up to a few thousand, of a larger one the best few hundred for
each kind of place.

Tables of windows grow with every clip. What is asked of a large library therefore are its columns and its index only:
under the rules of the first rung that leaves enough, each distinct query of the song brings the moves nearest to it.
The pool is in the order of clip ids, so that the order of a library never shows in a plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bachata.choreography.brief import Brief
from bachata.choreography.ladder import RUNGS, Columns, Rules, columns_of, natural
from bachata.choreography.offers import none_at_tempo
from bachata.choreography.query import Queries
from bachata.choreography.slots import Slot
from bachata.errors import NoMoves
from bachata.moves.catalogue import Move
from bachata.moves.embedding import Embedding
from bachata.moves.index import MoveIndex

WHOLE: Final = 2000
"""Moves up to which the library is the pool."""
EACH: Final = 300
"""Moves each query may bring."""
_ENOUGH: Final = 100
"""Of one query on one rung; with fewer, the next rung's are let into the pool as well."""
_DRIFT: Final = 0.04
"""Share by which a song's tempo at one place may differ from that of the whole."""


@dataclass(frozen=True)
class Pool:
    """Moves by clip id, the index over them in that order, and the columns of the whole library."""

    moves: tuple[Move, ...]
    index: MoveIndex
    columns: Columns


def gather(
    moves: Sequence[Move],
    index: MoveIndex,
    brief: Brief,
    tempo: float,
    places: Sequence[Slot],
    *,
    queries: Queries,
    whole: int = WHOLE,
) -> Pool:
    """The pool of a library for the places of a song of `tempo` beats a minute.

    `moves` in the order of `index`; of a stored library larger than `whole` only those of the pool are read. Raises
    ValueError if moves and index differ, NoMoves if a larger library has nothing near the song's tempo.
    """
    if len(moves) != len(index):
        raise ValueError("the index was built from other moves")
    columns = columns_of(moves)
    if len(moves) <= whole:
        positions = np.arange(len(moves))
    else:
        positions = _nearest(index, columns, Rules(columns, brief), tempo, {_kind(p): queries.at(p) for p in places})
    chosen = [moves[int(p)] for p in positions]
    if any(m.clip_id != index.ids[p] for m, p in zip(chosen, positions, strict=True)):
        raise ValueError("the index was built from other moves")
    order = sorted(range(len(chosen)), key=lambda i: chosen[i].clip_id)
    ranked = positions[order]
    if len(ranked) != len(index) or (np.diff(ranked) < 0).any():
        index = index.only(ranked)
    return Pool(tuple(chosen[i] for i in order), index, columns)


def _kind(place: Slot) -> tuple[int, str, str]:
    """Places of one kind are filled by the same rules with what the same query finds."""
    return (place.section, place.label, place.role)


def _nearest(
    index: MoveIndex, columns: Columns, rules: Rules, tempo: float, kinds: Mapping[tuple[int, str, str], Embedding]
) -> npt.NDArray[np.int64]:
    off = np.abs(tempo / columns.tempo - 1.0)
    unseen = natural(tempo / columns.tempo)
    found: set[int] = set()
    for (_, _, role), query in kinds.items():
        for number, rung in enumerate(RUNGS):
            permitted = rules.permit(role, rung)
            hits = index.search(query, EACH, allowed=permitted & (off <= rung.stretch + _DRIFT))
            if number == 0:  # the level asked for is enough only with moves at a speed that nobody sees
                found.update(hit.position for hit in hits)
                hits = index.search(query, EACH, allowed=permitted & unseen)
            found.update(hit.position for hit in hits)
            if len(hits) >= _ENOUGH:
                break
    if not found:
        raise NoMoves(none_at_tempo(columns, tempo))
    return np.array(sorted(found), dtype=np.int64)

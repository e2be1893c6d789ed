"""The order of the dance: the cheapest path through the candidates of all places, by beam search.

Costs add up along the path. A candidate's own cost (fit to music and wish, speed, residual) is known beforehand; what
depends on the path is repetition of a move, of its label, and seams. The beam is deterministic: equal costs are decided
by position, and the only variation is a small offset hashed from the seed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bachata.choreography.brief import Brief
from bachata.choreography.director import Direction
from bachata.choreography.grid import COUNTS
from bachata.choreography.retrieval import PHRASES_APART, Candidates
from bachata.choreography.slots import Slot
from bachata.choreography.vocabulary import DIFFICULTIES
from bachata.moves.catalogue import Move
from bachata.moves.glossary import role_of

BEAM = 256

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Weights:
    """What a full unit of each fault costs. Rules that bend only in need are an order above taste."""

    similarity: float = 1.0
    energy: float = 5.0
    stretch: float = 0.5  # at 6 %, growing with the square
    strained: float = 2.0  # beyond 6 %
    residual: float = 1.0  # at 50 ms, growing with the square
    style: float = 0.5
    wanted: float = 1.2
    easier: float = 1.0  # a level
    harder: float = 6.0  # a level: only to avoid the same move again and again
    later_window: float = 0.05  # a move is best seen from its beginning
    role: float = 3.0
    director: float = 2.0
    jitter: float = 0.2
    repeat: float = 60.0
    same_label: float = 12.0
    recent_label: float = 0.5
    used_before: float = 0.4
    seamless: float = 2.0
    flash: float = 10.0  # another clip before the first count 1, the more the shorter it is shown


@dataclass
class _Beam:
    """The partial dances kept: parallel arrays, one row a dance."""

    cost: Floats
    last_end: Integers  # (rows, moves): grid count at which each move last ended, far past when unused
    uses: Integers  # (rows, moves)
    last_label: Integers  # (rows, 3), newest first
    last_move: Integers
    last_source_end: Integers
    paths: list[tuple[int, ...]] = field(default_factory=list)


def sequence(
    scenes: Sequence[Candidates],
    moves: Sequence[Move],
    brief: Brief,
    directions: Sequence[Direction] = (),
    *,
    weights: Weights | None = None,
    beam: int = BEAM,
) -> list[int]:
    """The chosen window of each scene, as an index into its `fits`."""
    w = weights or Weights()
    labels = sorted({m.label for m in moves})
    label_of = np.array([labels.index(m.label) for m in moves], dtype=np.int64)
    far = -10 * PHRASES_APART * 2 * COUNTS
    state = _Beam(
        cost=np.zeros(1),
        last_end=np.full((1, len(moves)), far, dtype=np.int64),
        uses=np.zeros((1, len(moves)), dtype=np.int64),
        last_label=np.full((1, 3), -1, dtype=np.int64),
        last_move=np.full(1, -1, dtype=np.int64),
        last_source_end=np.full(1, -1, dtype=np.int64),
        paths=[()],
    )
    for number, scene in enumerate(scenes):
        direction = directions[number] if number < len(directions) else Direction()
        own = _own_costs(scene, moves, brief, direction, number=number, w=w)
        before = scenes[number - 1].slot if number else None
        lead_in = before if before and before.role == "lead-in" else None
        state = _extend(state, scene, own, label_of, lead_in=lead_in, w=w, beam=beam)
    return list(state.paths[0])


def _own_costs(
    scene: Candidates, moves: Sequence[Move], brief: Brief, direction: Direction, *, number: int, w: Weights
) -> Floats:
    fits = scene.fits
    wished = DIFFICULTIES.index(brief.difficulty.value)
    role = {"lead-in": "intro", "start": "intro", "end": "outro"}.get(scene.slot.role)
    per_move: dict[int, float] = {}
    for m in scene.moves:
        move = moves[m]
        at_home = role is not None and role_of(move.label) == role
        cost = w.energy * (move.energy - scene.target_energy) ** 2
        above = DIFFICULTIES.index(move.difficulty) - wished
        cost += w.harder * above if above > 0 and not at_home else w.easier * abs(above)
        cost += w.style * bool(brief.styles and move.style not in brief.styles)
        cost -= w.wanted * (move.label in brief.wanted)
        cost -= w.role * at_home
        if move.clip_id in direction.preferred:
            cost -= w.director / (1 + direction.preferred.index(move.clip_id))
        per_move[m] = cost + w.jitter * _offset(brief.seed.value, number, move.clip_id)
    base = np.array([per_move[int(m)] for m in fits.move])
    strain = np.abs(np.log(fits.speed)) / math.log(1.06)
    total: Floats = base + w.similarity * (1 - scene.similarity)
    total += w.stretch * strain**2 + w.strained * (strain > 1) + w.residual * (fits.residual / 0.05) ** 2
    if scene.slot.role == "end":  # a dance ends with the end of a move
        total += w.later_window * 4 * ~fits.last
    else:
        total += w.later_window * fits.number
    return total


def _extend(
    state: _Beam, scene: Candidates, own: Floats, label_of: Integers, *, lead_in: Slot | None, w: Weights, beam: int
) -> _Beam:
    move, fits, slot = scene.fits.move, scene.fits, scene.slot
    label = label_of[move]
    gap = slot.count - state.last_end[:, move]
    apart = PHRASES_APART * 2 * COUNTS
    path = np.where(gap < apart, w.repeat * (1 + (apart - gap) / apart), 0.0)
    path += np.where(state.last_label[:, :1] == label, w.same_label, 0.0)
    path += w.recent_label * (state.last_label[:, 1:, None] == label).sum(axis=1)
    path += w.used_before * state.uses[:, move]
    if lead_in is not None:
        # The clip that led in may dance on, if its next frame is the one that follows: no seam is seen at all.
        goes_on = (state.last_move[:, None] == move) & (np.abs(state.last_source_end[:, None] - fits.source) <= 1)
        path = np.where(goes_on, -w.seamless, path + w.flash * (1 - min(1.0, lead_in.counts / COUNTS)))
    total = np.round(state.cost[:, None] + path + own[None, :], 9)
    columns = np.arange(len(move))
    if slot.role != "lead-in":  # which window of a clip was shown matters to nothing that follows
        columns = _best_windows(total, move)
    total = total[:, columns]
    keep = _cheapest(total, beam)
    rows, picked = np.unravel_index(keep, total.shape)
    columns = columns[picked]
    chosen = move[columns]
    last_end, uses = state.last_end[rows].copy(), state.uses[rows].copy()
    line = np.arange(len(keep))
    last_end[line, chosen] = slot.count + slot.counts
    uses[line, chosen] += 1
    return _Beam(
        cost=total.ravel()[keep],
        last_end=last_end,
        uses=uses,
        last_label=np.column_stack([label[columns], state.last_label[rows, :2]]),
        last_move=chosen,
        last_source_end=fits.source_end[columns],
        paths=[(*state.paths[r], int(c)) for r, c in zip(rows, columns, strict=True)],
    )


def _cheapest(total: Floats, count: int) -> Integers:
    """Flat indices of the `count` least values, least first, equal ones in order."""
    flat = total.ravel()
    if len(flat) > count:
        candidates = np.flatnonzero(flat <= np.partition(flat, count - 1)[count - 1])
    else:
        candidates = np.arange(len(flat))
    return np.asarray(candidates[np.argsort(flat[candidates], kind="stable")[:count]], dtype=np.int64)


def _best_windows(total: Floats, move: Integers) -> Integers:
    """The cheapest window of each move, wherever a dance could take it up."""
    order = np.lexsort((np.arange(len(move)), total.min(axis=0), move))
    first = np.concatenate([[True], np.diff(move[order]) != 0])
    return np.asarray(order[first], dtype=np.int64)


def _offset(seed: int, place: int, clip_id: str) -> float:
    """A number in 0..1 that seed, place and clip alone decide."""
    digest = hashlib.blake2b(f"{seed}/{place}/{clip_id}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32

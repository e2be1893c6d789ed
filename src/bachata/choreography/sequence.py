"""The order of the dance: the cheapest path through the candidates of all places, by beam search.

Costs add up along the path. A window's own cost is known beforehand (`bachata.choreography.costs`); what depends on the
path is repetition of a move and of its label, wishes not yet kept, sections that come back, and the seam from the clip
before. The beam is deterministic: equal costs are decided by position, and the only variation is a small offset hashed
from the seed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bachata.choreography.brief import Brief
from bachata.choreography.costs import Traits, Weights
from bachata.choreography.director import Direction
from bachata.choreography.echoes import APART, echoes
from bachata.choreography.energies import wished
from bachata.choreography.grid import COUNTS
from bachata.choreography.retrieval import TOP_K, Candidates
from bachata.choreography.seams import Seams
from bachata.choreography.slots import Slot
from bachata.moves.catalogue import Move

BEAM: Final = 256
"""Dances kept at a place of `TOP_K` candidates. Where it and the next have fewer, more are kept, for the same work:
there the order is tight, and what has to be spared for the end is soon forgotten."""
NARROW: Final = 16
"""Width of the first beam of a budget."""
_NEVER: Final = -1000 * APART  # grid count at which a move that was not danced yet ended

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def sequence(
    scenes: Sequence[Candidates],
    moves: Sequence[Move],
    brief: Brief,
    directions: Sequence[Direction] = (),
    *,
    weights: Weights | None = None,
    beam: int = BEAM,
    budget: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> list[int]:
    """The chosen window of each scene, as an index into its `fits`.

    Without a `budget` the same input gives the same answer. With one, beams of 16, 32, … up to `beam` are searched one
    after the other, each to the song's end, until another would outlast `budget` seconds of `clock`, and the cheapest
    dance found counts; the first is always searched. How far that gets depends on the machine: a budget trades
    repeatability for time.
    """
    dance = _Dance(scenes, moves, brief, directions, weights or Weights())
    if budget is None:
        return dance.search(beam)[1]
    began = clock()
    width = min(NARROW, beam)
    best = dance.search(width)
    spent = clock() - began
    while width < beam and (clock() - began) + 2 * spent <= budget:
        width, before = min(2 * width, beam), clock()
        best = min(best, dance.search(width), key=lambda found: found[0])
        spent = clock() - before
    return best[1]


@dataclass(frozen=True)
class _Stage:
    """One place, ready to be searched. Arrays over windows, but `choices`: the windows of each candidate that a path
    has to tell apart, shape (candidates, most windows of one), padded with -1; `move` and `wish` of each candidate."""

    slot: Slot
    own: Floats
    window_move: Integers
    source: Integers
    source_end: Integers
    choices: Integers
    move: Integers
    label: Integers
    wish: Integers
    twin: int | None
    lead_in: Slot | None


@dataclass
class _Beam:
    """The partial dances kept: parallel arrays, one row a dance."""

    cost: Floats
    windows: Integers  # (rows, places so far)
    danced: Integers  # (rows, places so far): moves
    last_end: Integers  # (rows, moves): grid count at which each move last ended
    uses: Integers  # (rows, moves)
    last_label: Integers  # (rows, 3), newest first
    kept: npt.NDArray[np.bool_]  # (rows, wishes): whether a move of that wish was danced


class _Dance:
    """Everything about the places and moves that no path changes."""

    def __init__(
        self,
        scenes: Sequence[Candidates],
        moves: Sequence[Move],
        brief: Brief,
        directions: Sequence[Direction],
        weights: Weights,
    ) -> None:
        self.weights = weights
        # Only moves that are anybody's candidate take room in the beam.
        members = np.unique(np.concatenate([s.fits.move for s in scenes]))
        chosen = [moves[int(m)] for m in members]
        self.traits = Traits(chosen, brief)
        self.seams = Seams(chosen)
        self.members, self.wishes = len(members), len(brief.wanted)
        among = np.sort(np.concatenate([s.fits.energy for s in scenes]))
        energies = wished([s.slot.energy for s in scenes], brief)
        twins = echoes([s.slot for s in scenes])
        self.stages: list[_Stage] = []
        for number, scene in enumerate(scenes):
            direction = directions[number] if number < len(directions) else Direction()
            move = np.searchsorted(members, scene.fits.move)
            energy = (float(energies[number]), among)
            own = self.traits.own(scene, move, direction, place=number, energy=energy, w=weights)
            before = scenes[number - 1].slot if number else None
            lead_in = before if before and before.role == "lead-in" else None
            self.stages.append(self._stage(scene, move, own, twin=twins[number], lead_in=lead_in))

    def _stage(
        self, scene: Candidates, move: Integers, own: Floats, *, twin: int | None, lead_in: Slot | None
    ) -> _Stage:
        # Which window of a clip leads in matters to what follows, and which one goes on from there.
        apart = scene.slot.role == "lead-in" or lead_in is not None
        choices = np.arange(len(move))[:, None] if apart else _by_move(move)
        each = move[choices[:, 0]]
        return _Stage(
            slot=scene.slot,
            own=own,
            window_move=move,
            source=scene.fits.source,
            source_end=scene.fits.source_end,
            choices=choices,
            move=each,
            label=self.traits.label[each],
            wish=self.traits.wish[each],
            twin=twin,
            lead_in=lead_in,
        )

    def search(self, beam: int) -> tuple[float, list[int]]:
        """(cost, windows) of the cheapest dance a beam of this width finds."""
        state = _Beam(
            cost=np.zeros(1),
            windows=np.zeros((1, 0), dtype=np.int64),
            danced=np.zeros((1, 0), dtype=np.int64),
            last_end=np.full((1, self.members), _NEVER, dtype=np.int64),
            uses=np.zeros((1, self.members), dtype=np.int64),
            last_label=np.full((1, 3), -1, dtype=np.int64),
            kept=np.zeros((1, self.wishes), dtype=bool),
        )
        for number in range(len(self.stages)):
            state = self._extend(state, number, beam)
        return float(state.cost[0]), [int(w) for w in state.windows[0]]

    def _extend(self, state: _Beam, number: int, beam: int) -> _Beam:
        stage = self.stages[number]
        exits, of_row = self._exits(state, number)
        # The cheapest window of each candidate after each clip that the dances kept end with.
        reached = np.where(stage.choices >= 0, (stage.own + exits)[:, stage.choices], np.inf)
        picked, cheapest = reached.argmin(axis=2), reached.min(axis=2)
        path = self._path_costs(state, stage)
        if stage.lead_in is not None:
            path = self._led_in(state, number, path)
        total = np.round(state.cost[:, None] + path + cheapest[of_row], 9)
        candidates = max(len(s.move) for s in self.stages[number : number + 2])
        keep = _cheapest(total, max(beam, beam * TOP_K // candidates))
        rows, columns = np.unravel_index(keep, total.shape)
        windows = stage.choices[columns, picked[of_row[rows], columns]]
        return _taken(state, stage, rows=rows, columns=columns, windows=windows, cost=total.ravel()[keep])

    def _exits(self, state: _Beam, number: int) -> tuple[Floats, Integers]:
        """(costs of seams, shape (distinct last windows, windows of this place); which of the rows each dance has)."""
        stage = self.stages[number]
        if number == 0 or not self.seams.measured:
            return np.zeros((1, len(stage.own))), np.zeros(len(state.cost), dtype=np.int64)
        before = self.stages[number - 1]
        last, of_row = np.unique(state.windows[:, -1], return_inverse=True)
        exits = (before.window_move[last], before.source_end[last])
        return self.weights.seam * self.seams.between(exits, (stage.window_move, stage.source)), of_row

    def _path_costs(self, state: _Beam, stage: _Stage) -> Floats:
        """What each candidate costs each dance because of what it has danced: shape (rows, candidates)."""
        w, move = self.weights, stage.move
        gap = stage.slot.count - state.last_end[:, move]
        path = np.where(gap < APART, w.repeat * (1 + (APART - gap) / APART), 0.0)
        path += np.where(state.last_label[:, :1] == stage.label, w.same_label, 0.0)
        path += w.recent_label * (state.last_label[:, 1:, None] == stage.label).sum(axis=1)
        again = w.used_before * state.uses[:, move]
        if stage.twin is not None:
            echo = (state.danced[:, stage.twin, None] == move) & (gap >= APART)
            again = np.where(echo, -w.echo, again)
        if self.wishes:
            path -= w.first_wish * ((stage.wish >= 0) & ~state.kept[:, stage.wish])
        return np.asarray(path + again)

    def _led_in(self, state: _Beam, number: int, path: Floats) -> Floats:
        """The clip that led in may dance on, if its next frame is the one that follows: no seam is seen at all."""
        stage, before = self.stages[number], self.stages[number - 1]
        last = state.windows[:, -1]
        same = before.window_move[last][:, None] == stage.move
        goes_on = same & (np.abs(before.source_end[last][:, None] - stage.source[stage.choices[:, 0]]) <= 1)
        flash = self.weights.flash * (1 - min(1.0, before.slot.counts / COUNTS))
        return np.where(goes_on, -self.weights.seamless, path + flash)


def _taken(state: _Beam, stage: _Stage, *, rows: Integers, columns: Integers, windows: Integers, cost: Floats) -> _Beam:
    """The dances `rows` of `state`, each with one candidate more."""
    line, move, wish = np.arange(len(rows)), stage.move[columns], stage.wish[columns]
    last_end, uses, kept = state.last_end[rows], state.uses[rows], state.kept[rows]
    last_end[line, move] = stage.slot.count + stage.slot.counts
    uses[line, move] += 1
    kept[line[wish >= 0], wish[wish >= 0]] = True
    return _Beam(
        cost=cost,
        windows=np.column_stack([state.windows[rows], windows]),
        danced=np.column_stack([state.danced[rows], move]),
        last_end=last_end,
        uses=uses,
        last_label=np.column_stack([stage.label[columns], state.last_label[rows, :2]]),
        kept=kept,
    )


def _cheapest(total: Floats, count: int) -> Integers:
    """Flat indices of the `count` least values, least first, equal ones in order."""
    flat = total.ravel()
    if len(flat) > count:
        candidates = np.flatnonzero(flat <= np.partition(flat, count - 1)[count - 1])
    else:
        candidates = np.arange(len(flat))
    return np.asarray(candidates[np.argsort(flat[candidates], kind="stable")[:count]], dtype=np.int64)


def _by_move(move: Integers) -> Integers:
    """The windows of each distinct move (`move` ascending): shape (distinct, most windows of one), padded with -1."""
    _, first, counts = np.unique(move, return_index=True, return_counts=True)
    nth = np.arange(counts.max())
    return np.asarray(np.where(nth < counts[:, None], first[:, None] + nth, -1), dtype=np.int64)

"""Large libraries: what a plan looks at closely, and what it never reads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import overload

import numpy as np
import pytest

from bachata.choreography.brief import Brief, understand
from bachata.choreography.grid import grid
from bachata.choreography.ladder import columns_of
from bachata.choreography.planner import Plan, plan
from bachata.choreography.pool import EACH, Pool, gather
from bachata.choreography.slots import slots
from bachata.errors import NoMoves
from bachata.moves.catalogue import Move
from bachata.moves.index import MoveIndex
from tests.choreography.worlds import make_index, make_library, make_song

SONG = make_song(seconds=120.0)
PLACES = slots(SONG, grid(SONG, Fraction(30)))
MANY = make_library(3000, spread=0.3)
INDEX = make_index(MANY)
COLUMNS = columns_of(MANY)
BRIEF = understand({"difficulty": "intermediate"}, "no spins at all, please")


class Lazy(Sequence[Move]):
    """A library that reads a move when asked for it, and remembers which; nobody may go through all of it."""

    def __init__(self, moves: Sequence[Move]) -> None:
        self._moves, self.read = moves, set[int]()

    def __len__(self) -> int:
        return len(self._moves)

    def __iter__(self) -> Iterator[Move]:
        raise AssertionError("the whole library was read")

    @overload
    def __getitem__(self, at: int) -> Move: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Move]: ...
    def __getitem__(self, at: int | slice) -> Move | Sequence[Move]:
        assert isinstance(at, int)
        self.read.add(at)
        return self._moves[at]


def gathered(brief: Brief = BRIEF, moves: Sequence[Move] = MANY, tempo: float = SONG.tempo) -> Pool:
    return gather(moves, INDEX, brief, tempo, PLACES, columns=COLUMNS)


def danced(moves: Sequence[Move], index=INDEX, columns=None) -> Plan:
    return plan(
        SONG, moves, BRIEF, task_id="t", user_id="u", song_key="songs/x.wav", index=index, columns=columns
    )  # fmt: skip


def test_a_library_of_a_few_thousand_is_its_own_pool() -> None:
    moves = make_library(60)
    index = make_index(moves)
    pool = gather(moves, index, BRIEF, SONG.tempo, PLACES)
    assert pool.moves == tuple(moves)
    assert pool.index is index


def test_of_a_large_one_only_the_pool_is_read() -> None:
    lazy = Lazy(MANY)
    made = danced(lazy, columns=COLUMNS)
    assert 0 < len(lazy.read) < len(MANY) / 2
    assert {m.clip_id for m in made.moves} <= {MANY[i].clip_id for i in lazy.read}


def test_the_pool_keeps_the_rules_and_is_what_is_nearest() -> None:
    pool = gathered()
    assert all(m.difficulty == "intermediate" or m.label in {"intros", "outro"} for m in pool.moves)
    assert all(m.label != "spin" for m in pool.moves)
    assert all(abs(SONG.tempo / m.tempo - 1) < 0.15 for m in pool.moves)
    assert EACH <= len(pool.moves) <= 2000
    assert [m.clip_id for m in pool.moves] == list(pool.index.ids) == sorted(pool.index.ids)
    position = {clip_id: i for i, clip_id in enumerate(INDEX.ids)}
    for moved, clip_id in zip(pool.index.vectors, pool.index.ids, strict=True):
        assert np.array_equal(moved, INDEX.vectors[position[clip_id]])


def test_a_pool_is_enough_for_four_phrases_and_for_both_ends() -> None:
    made = danced(MANY, columns=COLUMNS)
    assert made.relaxed == ()
    ids = [m.clip_id for m in made.blueprint.moves]
    going_on = [a for a, b in itertools.pairwise(ids) if a == b]
    assert len(set(ids)) >= len(ids) - 12
    assert len(going_on) <= 1


def test_the_order_of_a_library_does_not_show() -> None:
    order = np.random.default_rng(3).permutation(len(MANY))
    shuffled = [MANY[i] for i in order]
    index = MoveIndex([m.clip_id for m in shuffled], INDEX.vectors[order])
    plans = [danced(MANY, INDEX, COLUMNS), danced(shuffled, index, columns_of(shuffled))]
    assert plans[0].blueprint_json == plans[1].blueprint_json


def test_nothing_near_the_tempo_says_what_is_there() -> None:
    with pytest.raises(NoMoves, match=r"at 230 BPM: add clips of 209 to 256 BPM .* or take a song of \d+ to \d+ BPM"):
        gathered(tempo=230.0)


def test_another_index_is_refused() -> None:
    wrong = [*MANY[1:], MANY[0]]
    for moves in (MANY[:-1], wrong):
        with pytest.raises(ValueError, match="other moves"):
            gathered(moves=moves)

"""Large libraries: what a plan looks at closely, and what it never reads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from bachata.choreography.brief import Brief, understand
from bachata.choreography.grid import grid
from bachata.choreography.planner import Plan, plan
from bachata.choreography.pool import EACH, Pool, gather
from bachata.choreography.query import Queries
from bachata.choreography.retrieval import Retrieval
from bachata.choreography.slots import slots
from bachata.errors import NoMoves
from bachata.moves.catalogue import Move
from bachata.moves.documents import FILTERS, StoredMoves, column, tempi
from bachata.moves.index import MoveIndex
from tests.choreography.worlds import make_index, make_library, make_move, make_song

SONG = make_song(seconds=120.0)
PLACES = slots(SONG, grid(SONG, Fraction(30)))
MANY = make_library(3000, spread=0.3)
INDEX = make_index(MANY)
BRIEF = understand({"difficulty": "intermediate"}, "no spins at all, please")


def stored(moves: Sequence[Move]) -> StoredMoves:
    """As a library lies in a snapshot: a move is read when it is asked for."""
    documents = [m.model_dump_json().encode() for m in moves]
    return StoredMoves(
        tuple(m.clip_id for m in moves),
        np.frombuffer(b"".join(documents), dtype=np.uint8),
        np.cumsum([len(d) for d in documents]),
        {name: column(moves, name) for name in FILTERS},
        tempi(moves),
    )


def gathered(brief: Brief = BRIEF, moves: Sequence[Move] = MANY, tempo: float = SONG.tempo) -> Pool:
    return gather(moves, INDEX, brief, tempo, PLACES, queries=Queries(brief, SONG))


def danced(moves: Sequence[Move], index: MoveIndex = INDEX) -> Plan:
    return plan(SONG, moves, BRIEF, task_id="t", user_id="u", song_key="songs/x.wav", index=index)


def test_a_library_of_a_few_thousand_is_its_own_pool() -> None:
    moves = make_library(60)
    index = make_index(moves)
    pool = gather(moves, index, BRIEF, SONG.tempo, PLACES, queries=Queries(BRIEF, SONG))
    assert pool.moves == tuple(moves)
    assert pool.index is index


def test_a_large_library_lets_easier_moves_in_before_a_speed_that_shows() -> None:
    hurried = [m.model_copy(update={"clip_id": f"i{m.clip_id}"}) for m in _of("intermediate", 120, SONG.tempo / 1.08)]
    easy = [m.model_copy(update={"clip_id": f"b{m.clip_id}"}) for m in _of("beginner", 60, SONG.tempo)]
    moves = sorted([*hurried, *easy], key=lambda m: m.clip_id)
    brief = understand({"difficulty": "intermediate"})
    pool = gather(moves, make_index(moves), brief, SONG.tempo, PLACES, queries=Queries(brief, SONG), whole=100)
    assert {m.difficulty for m in pool.moves} == {"intermediate", "beginner"}
    retrieval = Retrieval(pool.moves, pool.index, brief, SONG.tempo)
    scene = retrieval.candidates(next(p for p in PLACES if p.role == "any"), grid(SONG, Fraction(30)))
    assert any(pool.moves[m].difficulty == "beginner" for m in scene.moves)


def _of(level: str, count: int, tempo: float) -> list[Move]:
    return [make_move(f"{n:03d}", label=f"label{n % 9}", difficulty=level, tempo=tempo, eights=4) for n in range(count)]


def test_of_a_large_one_only_the_pool_is_read() -> None:
    lazy = stored(MANY)
    made = danced(lazy)
    assert 0 < lazy.read < len(MANY) / 2
    assert made.blueprint_json == danced(MANY).blueprint_json


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
    made = danced(MANY)
    assert made.relaxed == ()
    ids = [m.clip_id for m in made.blueprint.moves]
    going_on = [a for a, b in itertools.pairwise(ids) if a == b]
    assert len(set(ids)) >= len(ids) - 12
    assert len(going_on) <= 1


def test_the_order_of_a_library_does_not_show() -> None:
    order = np.random.default_rng(3).permutation(len(MANY))
    plans = [danced(MANY), danced([MANY[i] for i in order], INDEX.only(order))]
    assert plans[0].blueprint_json == plans[1].blueprint_json


def test_nothing_near_the_tempo_says_what_is_there() -> None:
    with pytest.raises(NoMoves, match=r"at 230 BPM: add clips of 209 to 256 BPM .* or take a song of \d+ to \d+ BPM"):
        gathered(tempo=230.0)


def test_another_index_is_refused() -> None:
    wrong = [*MANY[1:], MANY[0]]
    for moves in (MANY[:-1], wrong):
        with pytest.raises(ValueError, match="other moves"):
            gathered(moves=moves)

"""The candidates of a place: rules inside the search, relaxed rung by rung and no further than needed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.brief import Brief, understand
from bachata.choreography.grid import grid
from bachata.choreography.ladder import MAX_STRETCH, RUNGS
from bachata.choreography.retrieval import Candidates, Retrieval
from bachata.choreography.slots import Slot, slots
from bachata.choreography.vocabulary import DIFFICULTIES
from bachata.errors import NoMoves
from bachata.moves.catalogue import Move
from bachata.moves.glossary import role_of
from tests.choreography.worlds import LEVELS, make_index, make_library, make_move, make_song

SONG = make_song(tempo=120, seconds=120.0, first_beat=1.0, count_one=2)
GRID = grid(SONG, Fraction(30))
PLACES = {role: next(s for s in slots(SONG, GRID) if s.role == role) for role in ("lead-in", "start", "any", "end")}
EIGHT = next(s for s in slots(SONG, GRID) if s.role == "any" and s.counts == 8)


def found(moves: list[Move], brief: Brief | None = None, place: Slot = EIGHT) -> Candidates:
    wanted = brief or understand({"difficulty": "intermediate"})
    return Retrieval(moves, make_index(moves), wanted, SONG.tempo).candidates(place, GRID)


def some(count: int, difficulty: str = "intermediate", *, prefix: str = "m", **more: object) -> list[Move]:
    return [
        make_move(f"{prefix}{i:02d}", label=f"label{i}", difficulty=difficulty, **{"tempo": 120.0, **more})  # type: ignore[arg-type]
        for i in range(count)
    ]


def ids(moves: list[Move], scene: Candidates) -> set[str]:
    return {moves[m].clip_id for m in scene.moves}


def test_enough_of_the_asked_level_keeps_everyone_else_out() -> None:
    moves = some(5, "advanced", prefix="a") + some(5, "beginner", prefix="b") + some(9, prefix="i")
    scene = found(moves)
    assert scene.rung == 0
    assert {i[0] for i in ids(moves, scene)} == {"i"}


def test_too_few_for_four_phrases_let_in_easier_moves_first() -> None:
    moves = some(5, "advanced", prefix="a") + some(5, "beginner", prefix="b") + some(8, prefix="i")
    scene = found(moves)
    assert RUNGS[scene.rung].told == "easier moves"
    assert {i[0] for i in ids(moves, scene)} == {"b", "i"}


@pytest.mark.parametrize(("tempo", "rung"), [(120.0, 0), (114.0, 0), (111.5, 1), (128.5, 1)])
def test_a_level_whose_moves_would_have_to_be_hurried_lets_easier_ones_in(tempo: float, rung: int) -> None:
    moves = some(9, prefix="i", tempo=tempo) + some(5, "beginner", prefix="b") + some(5, "advanced", prefix="a")
    scene = found(moves)
    assert scene.rung == rung
    assert {i[0] for i in ids(moves, scene)} == ({"b", "i"} if rung else {"i"})


def test_a_phrase_long_place_needs_fewer_moves() -> None:
    moves = some(5, "beginner", prefix="b") + some(5, prefix="i")
    sixteen = next(s for s in slots(SONG, GRID) if s.role == "any" and s.counts == 16)
    assert found(moves, place=sixteen).rung == 0
    assert found(moves, place=EIGHT).rung == 1


def test_harder_moves_wait_until_turns_are_impossible() -> None:
    beginner = understand({"difficulty": "beginner"})
    moves = some(9, "intermediate", prefix="i") + some(3, "beginner", prefix="y")
    assert {i[0] for i in ids(moves, found(moves, beginner))} == {"y"}
    moves = some(9, "intermediate", prefix="i") + some(2, "beginner", prefix="y")
    scene = found(moves, beginner)
    assert RUNGS[scene.rung].told == "moves one level harder"
    assert {i[0] for i in ids(moves, scene)} == {"i", "y"}


def test_a_rung_that_adds_nothing_is_not_told() -> None:
    moves = some(2, "beginner")
    assert found(moves, understand({"difficulty": "beginner"})).rung == 0


def test_unwanted_moves_come_only_when_nothing_else_can_fill_the_song() -> None:
    brief = understand({"difficulty": "intermediate"}, "please, no spins at all")
    spins = [make_move(f"s{i}", label="spin", tempo=120.0) for i in range(9)]
    moves = some(3, prefix="i") + spins
    assert {i[0] for i in ids(moves, found(moves, brief))} == {"i"}
    moves = some(1, prefix="i") + spins
    assert {i[0] for i in ids(moves, found(moves, brief))} == {"i"}
    assert RUNGS[found(spins, brief).rung].told == "moves that were not wanted"


def test_wrong_speeds_are_the_last_resort() -> None:
    moves = some(9, tempo=100.0, prefix="s") + some(1, prefix="t")
    assert ids(moves, found(moves)) == {"t00"}
    assert RUNGS[found(some(9, tempo=100.0)).rung].told == "speeds within 25 %"
    with pytest.raises(NoMoves, match="add clips of 109 to 133 BPM"):
        found(some(9, tempo=80.0))


@pytest.mark.parametrize(("role", "label"), [("lead-in", "intros"), ("start", "intros"), ("end", "outro")])
def test_moves_made_for_a_place_stay_there(role: str, label: str) -> None:
    moves = [*some(9, prefix="m"), make_move("z", label=label, tempo=120.0)]
    for place in PLACES.values():
        belongs = place.role == role or {place.role, role} == {"lead-in", "start"}
        assert ("z" in ids(moves, found(moves, place=place))) == belongs


def test_best_match_comes_first() -> None:
    moves = make_library(60, tempo=120.0)
    scene = found(moves, understand({"difficulty": "intermediate"}, "hip rolls, hip rolls, caderas"))
    assert moves[scene.moves[0]].label == "hiprolls"
    best = {m: scene.similarity[scene.fits.move == m][0] for m in scene.moves}
    assert list(best.values()) == sorted(best.values(), reverse=True)


@given(st.integers(1, 40), st.integers(0, 30), st.sampled_from(LEVELS), st.sampled_from(sorted(PLACES)))
def test_what_is_offered_keeps_the_rules_of_its_rung(count: int, seed: int, level: str, role: str) -> None:
    moves = make_library(count, seed=seed, tempo=120.0, spread=0.2)
    brief = understand({"difficulty": level})
    try:
        scene = found(moves, brief, PLACES[role])
    except NoMoves:
        return
    rung, wished = RUNGS[scene.rung], DIFFICULTIES.index(level)
    home = {"lead-in": "intro", "start": "intro", "end": "outro"}.get(role)
    for m in scene.moves:
        above, part = DIFFICULTIES.index(moves[m].difficulty) - wished, role_of(moves[m].label)
        if part == home:
            assert above <= max(1, rung.harder)
        else:
            assert -rung.easier <= above <= rung.harder
            assert part == "any" or rung.misplaced
    assert np.all(np.abs(scene.fits.speed - 1) <= rung.stretch + 1e-6)
    assert rung.stretch == MAX_STRETCH or rung.desperate
    assert len(scene.fits) == len(scene.similarity) > 0


def test_a_level_that_can_dance_the_song_is_kept_where_a_place_asks_for_long_clips() -> None:
    sixteen = next(s for s in slots(SONG, GRID) if s.role == "any" and s.counts == 16)
    long = some(4, prefix="q") + some(9, "beginner", prefix="b")
    moves = some(6, prefix="s", eights=1, tail=0.0) + long
    scene = found(moves, place=sixteen)
    assert (scene.rung, {i[0] for i in ids(moves, scene)}) == (0, {"q"})
    scene = found(long, place=sixteen)
    assert (RUNGS[scene.rung].told, {i[0] for i in ids(long, scene)}) == ("easier moves", {"b", "q"})


@pytest.mark.parametrize(("tempi", "rungs"), [(None, {0}), ((120.0, 137.0), {0, 1})])
def test_moves_that_fit_the_whole_dance_make_a_level_enough(tempi: tuple[float, float] | None, rungs: set[int]) -> None:
    song = make_song(tempo=120.0, seconds=120.0, drift=0.14)  # ends at 137 BPM: too quick for clips of 116
    song_grid = grid(song, Fraction(30))
    places = [s for s in slots(song, song_grid) if s.role == "any" and s.counts == 8]
    moves = some(6, prefix="s", tempo=116.0) + some(4, prefix="q", tempo=126.0) + some(9, "beginner", tempo=126.0)
    intermediate = understand({"difficulty": "intermediate"})
    retrieval = Retrieval(moves, make_index(moves), intermediate, song.tempo, tempi=tempi)
    assert {retrieval.candidates(place, song_grid).rung for place in places} == rungs


def test_two_moves_take_turns_where_a_third_is_too_slow_but_no_harder_one_comes_in() -> None:
    song = make_song(tempo=120.0, seconds=120.0, drift=0.08)
    song_grid = grid(song, Fraction(30))
    last = [s for s in slots(song, song_grid) if s.role == "any"][-1]
    beginner = understand({"difficulty": "beginner"})
    harder = some(9, prefix="i", tempo=126.0)
    moves = some(1, "beginner", prefix="s", tempo=116.0) + some(2, "beginner", prefix="q", tempo=126.0) + harder
    scene = Retrieval(moves, make_index(moves), beginner, song.tempo).candidates(last, song_grid)
    assert {i[0] for i in ids(moves, scene)} == {"q"}
    without = moves[1:]
    scene = Retrieval(without, make_index(without), beginner, song.tempo).candidates(last, song_grid)
    assert {i[0] for i in ids(without, scene)} == {"q", "i"}

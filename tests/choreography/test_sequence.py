"""The order of the dance: against exhaustive search where that is possible, and rule by rule."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest

from bachata.choreography.brief import Brief, understand
from bachata.choreography.director import Direction
from bachata.choreography.grid import grid
from bachata.choreography.retrieval import Candidates, Retrieval
from bachata.choreography.sequence import Weights, sequence
from bachata.choreography.slots import slots
from bachata.moves.catalogue import Move
from bachata.music.document import Analysis
from tests.choreography.worlds import make_index, make_library, make_move, make_song


def scenes_of(moves: list[Move], song: Analysis, brief: Brief) -> list[Candidates]:
    counts = grid(song, Fraction(30))
    retrieval = Retrieval(moves, make_index(moves), brief, song.tempo)
    return [retrieval.candidates(s, counts) for s in slots(song, counts)]


def names(scenes: list[Candidates], chosen: list[int], moves: list[Move]) -> list[str]:
    return [moves[int(s.fits.move[c])].clip_id for s, c in zip(scenes, chosen, strict=True)]


BRIEF = understand({"difficulty": "intermediate"})
SHORT = make_song(tempo=120, seconds=20.0, first_beat=0.0, count_one=0, sections=("bridge",))


@pytest.mark.parametrize("seed", range(6))
def test_the_beam_finds_what_exhaustive_search_finds(seed: int) -> None:
    brief = understand({"difficulty": "intermediate", "seed": seed})
    moves = [
        make_move(f"m{i}", label=f"label{i % 3}", tempo=118.0 + i, energy=("low", "medium", "high")[i % 3])
        for i in range(5)
    ]
    scenes = scenes_of(moves, SHORT, brief)
    paths = 1
    for scene in scenes:
        paths *= len(scene.fits)
    assert paths > 1000  # more than the beam holds
    assert sequence(scenes, moves, brief) == sequence(scenes, moves, brief, beam=paths)


def test_the_order_of_the_library_does_not_matter() -> None:
    moves = make_library(24)
    song = make_song(seconds=60.0)
    orders = []
    for arranged in (moves, moves[::-1]):
        scenes = scenes_of(arranged, song, BRIEF)
        orders.append(names(scenes, sequence(scenes, arranged, BRIEF), arranged))
    assert orders[0] == orders[1]


def test_two_moves_take_turns_rather_than_repeat() -> None:
    moves = [make_move(c, label=c, tempo=120.0) for c in ("alpha", "beta")]
    scenes = scenes_of(moves, SHORT, BRIEF)
    order = names(scenes, sequence(scenes, moves, BRIEF), moves)
    assert all(a != b for a, b in itertools.pairwise(order))


def test_a_label_is_not_danced_twice_in_a_row() -> None:
    moves = [make_move(f"{label}{i}", label=label, tempo=120.0) for label in ("spin", "basic") for i in range(5)]
    moves.sort(key=lambda m: m.clip_id)
    scenes = scenes_of(moves, SHORT, BRIEF)
    order = names(scenes, sequence(scenes, moves, BRIEF), moves)
    assert all(a[:4] != b[:4] for a, b in itertools.pairwise(order))


def test_a_clip_leads_in_and_dances_on_without_a_seam() -> None:
    song = make_song(tempo=120, seconds=40.0, first_beat=0.3, count_one=1, sections=("verse",))
    moves = make_library(40, tempo=120.0)
    scenes = scenes_of(moves, song, BRIEF)
    chosen = sequence(scenes, moves, BRIEF)
    assert scenes[0].slot.role == "lead-in"
    first, second = names(scenes, chosen, moves)[:2]
    assert first == second
    assert scenes[0].fits.source_end[chosen[0]] == pytest.approx(scenes[1].fits.source[chosen[1]], abs=1)


def test_a_director_tips_the_scale_but_not_over_a_rule() -> None:
    moves = [make_move(f"m{i}", label=f"label{i}", tempo=120.0) for i in range(12)]
    scenes = scenes_of(moves, SHORT, BRIEF)
    plain = names(scenes, sequence(scenes, moves, BRIEF), moves)
    wish = next(m.clip_id for m in moves if m.clip_id not in plain)
    directed = names(scenes, sequence(scenes, moves, BRIEF, [Direction((wish,))] * len(scenes)), moves)
    assert directed.count(wish) == 1  # wanted everywhere, it still may not return within four phrases


def test_each_weight_pulls_its_way() -> None:
    moves = make_library(90)
    song = make_song(seconds=100.0)
    scenes = scenes_of(moves, song, BRIEF)

    def stretch(w: Weights) -> float:
        chosen = sequence(scenes, moves, BRIEF, weights=w)
        return sum(abs(float(s.fits.speed[c]) - 1) for s, c in zip(scenes, chosen, strict=True))

    assert stretch(Weights(stretch=50.0)) < stretch(Weights(stretch=0.0, strained=0.0))

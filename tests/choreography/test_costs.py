"""What speaks for a move at a place, one reason at a time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from bachata.choreography.brief import Brief, understand
from bachata.choreography.costs import Traits, Weights
from bachata.choreography.director import Direction
from bachata.choreography.grid import grid
from bachata.choreography.retrieval import Candidates, Retrieval
from bachata.choreography.slots import slots
from bachata.moves.catalogue import Move
from tests.choreography.worlds import LEVELS, make_index, make_move, make_song

SONG = make_song(tempo=120, seconds=60.0, first_beat=0.0, count_one=0, sections=("bridge",))
GRID = grid(SONG, Fraction(30))
PLACE = next(s for s in slots(SONG, GRID) if s.role == "any")
NONE = Weights(**dict.fromkeys(vars(Weights()), 0.0))
INTERMEDIATE = understand({"difficulty": "intermediate"})


def costs(
    moves: list[Move],
    weights: dict[str, float],
    brief: Brief = INTERMEDIATE,
    *,
    wished: float = 0.5,
    direction: Direction = Direction(),  # noqa: B008  # frozen
    number: int = 0,
    **slot: Any,
) -> dict[str, float]:
    """The least cost of each move's windows with nothing but `weights`."""
    place = replace(PLACE, **slot)
    scene: Candidates = Retrieval(moves, make_index(moves), brief, SONG.tempo).candidates(place, GRID)
    among = np.sort(scene.fits.energy)
    own = Traits(moves, brief).own(
        scene, scene.fits.move, direction, place=number, energy=(wished, among), w=replace(NONE, **weights)
    )
    return {moves[int(m)].clip_id: float(own[scene.fits.move == m].min()) for m in np.unique(scene.fits.move)}


def test_energy_is_ranked_not_absolute() -> None:
    moves = [make_move(f"m{i}", tempo=120.0, motion=[0.50 + i / 100]) for i in range(9)]
    for wished, best in ((0.0, "m0"), (0.5, "m4"), (1.0, "m8")):
        found = costs(moves, {"energy": 1.0}, wished=wished)
        assert min(found, key=found.__getitem__) == best


def test_energy_is_that_of_what_is_shown() -> None:
    calm_then_wild = make_move("both", tempo=120.0, eights=2, pickup=0, motion=[0.0] * 8 + [1.0] * 8)
    moves = [calm_then_wild, *(make_move(f"m{i}", tempo=120.0, motion=[0.5]) for i in range(9))]
    for wished in (0.0, 1.0):
        found = costs(moves, {"energy": 1.0}, wished=wished)
        assert min(found, key=found.__getitem__) == "both"


@pytest.mark.parametrize(("groove", "best"), [("derecho", "ladyturn"), ("majao", "hiprolls"), ("mambo", "footwork")])
def test_a_groove_wants_its_moves_as_far_as_it_is_certain(groove: str, best: str) -> None:
    moves = [make_move(label, label=label, tempo=120.0) for label in ("footwork", "hiprolls", "ladyturn", "moonwalk")]
    sure = costs(moves, {"groove": 1.0}, groove=groove, groove_confidence=1.0)
    assert sure == {label: 0.0 if label == best else 0.5 if label == "moonwalk" else 1.0 for label in sure}
    assert set(costs(moves, {"groove": 1.0}, groove=groove, groove_confidence=0.0).values()) == {0.0}


def test_easier_moves_cost_less_where_it_is_calm() -> None:
    moves = [make_move(f"m{i}", label=f"label{i}", tempo=120.0, difficulty="beginner") for i in range(9)]
    calm, lively = (costs(moves, {"easier": 1.0}, wished=wished)["m0"] for wished in (0.0, 1.0))
    assert 0 < calm < lively == 1.0


def test_who_asked_for_smooth_transitions_gets_clips_that_go_on() -> None:
    moves = [make_move("ends", tempo=120.0, eights=1, pickup=0, tail=0.0), make_move("goes", tempo=120.0, eights=2)]
    moves += [make_move(f"m{i}", tempo=120.0) for i in range(9)]
    smooth = understand({"difficulty": "intermediate"}, "smooth transitions all the way")
    found = costs(moves, {"handle": 1.0}, smooth)
    assert (found["ends"], found["goes"]) == (1.0, 0.0)
    assert costs(moves, {"handle": 1.0})["ends"] == 0.0


def test_the_offset_is_the_seeds_alone() -> None:
    moves = [make_move(f"m{i}", tempo=120.0) for i in range(40)]
    found = costs(moves, {"jitter": 1.0})
    assert len(set(found.values())) == 40
    assert all(0 <= v < 1 for v in found.values())
    assert found == costs(moves[::-1], {"jitter": 1.0})
    assert found != costs(moves, {"jitter": 1.0}, number=1)
    assert found != costs(moves, {"jitter": 1.0}, understand({"difficulty": "intermediate", "seed": 1}))


def test_a_director_prefers_in_order_and_strangers_are_nobodys() -> None:
    moves = [make_move(f"m{i}", tempo=120.0) for i in range(9)]
    found = costs(moves, {"director": 2.0}, direction=Direction(("stranger", "m3", "m5")))
    assert {k: v for k, v in found.items() if v} == {"m3": -1.0, "m5": pytest.approx(-2 / 3)}


def test_an_opening_of_the_asked_level_is_taken_before_an_easier_one() -> None:
    moves = [make_move(f"{level}", label="intros", tempo=120.0, difficulty=level) for level in LEVELS]
    found = costs(moves, {"role_level": 1.0, "harder": 9.0, "easier": 9.0}, role="start")
    assert found == {"beginner": 1.0, "intermediate": 0.0, "advanced": 1.0}

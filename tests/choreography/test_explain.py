"""Why each move, in words a dancer can check by eye."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from bachata.choreography.brief import Brief, understand
from bachata.choreography.cut import Cut
from bachata.choreography.explain import reason, relaxations
from bachata.choreography.grid import grid
from bachata.choreography.planner import plan
from bachata.choreography.retrieval import Candidates
from bachata.choreography.slots import Slot
from bachata.choreography.windows import Windows
from bachata.moves.catalogue import Move
from tests.choreography.worlds import make_index, make_library, make_move, make_song, stance

PLAIN = understand({})
GRID = grid(make_song(), Fraction(30))


def cut(move: Move, *, eight: int = 0, role: str = "any", energy: float = 0.5, groove: str | None = None) -> Cut:
    slot = Slot(240, 480, 8, 8, 1, "verse", energy, role, groove, 1.0)  # type: ignore[arg-type]
    source = move.beats[move.count_one + 8 * eight]
    return Cut(move, slot, source=source, shown=move.beats[move.count_one + 8 * eight + 8] - source)


def why(
    made: Cut, brief: Brief = PLAIN, *, energy: float = 0.5, speed: float = 1.0, before: Cut | None = None, echo=False
) -> str:
    return reason(made, brief, energy=energy, speed=speed, before=before, echo=echo)


def test_energy_of_the_music_and_of_what_is_shown() -> None:
    move = make_move("m", label="arm_styling")
    assert why(cut(move)) == "steady verse: arm styling of medium energy"
    assert why(cut(move, energy=0.9), energy=0.8) == "lively verse: arm styling of high energy"
    assert why(cut(move, energy=0.1), energy=0.2) == "calm verse: arm styling of low energy"


@pytest.mark.parametrize(
    ("label", "role", "said"),
    [("basic", "lead-in", "leads in to the first count 1"), ("intros", "start", "opens the dance"),
     ("outro", "end", "ends the dance"), ("basic", "end", "steady verse: basic of medium energy")],
)  # fmt: skip
def test_places_with_a_role(label: str, role: str, said: str) -> None:
    assert why(cut(make_move("m", label=label), role=role)) == said


def test_the_groove_it_suits() -> None:
    move = make_move("m", label="footwork")
    assert why(cut(move, groove="mambo")).endswith("suits the mambo")
    assert "suits" not in why(cut(move, groove="majao"))
    unsure = cut(move, groove="mambo")
    assert "suits" not in why(replace(unsure, slot=replace(unsure.slot, groove_confidence=0.2)))


def test_what_was_asked_for() -> None:
    brief = understand({"style": "sensual"}, "lots of hip rolls, please")
    assert why(cut(make_move("m", label="hiprolls")), brief).endswith("asked for, sensual as asked")


def test_what_comes_back_and_how_fast() -> None:
    assert why(cut(make_move("m")), speed=0.96, echo=True).endswith("as in the verse before, 4 % slower")
    assert why(cut(make_move("m")), speed=1.03).endswith("3 % faster")


def test_where_the_last_one_ends() -> None:
    left, right = make_move("left", poses=[stance(-0.4)]), make_move("right", poses=[stance(0.4)])
    flows = "starts where the last one ends"
    assert why(cut(left), before=cut(left.model_copy(update={"clip_id": "twin"}))).endswith(flows)
    assert flows not in why(cut(left), before=cut(right))
    assert flows not in why(cut(make_move("bare")), before=cut(left))
    assert why(cut(left, eight=1), before=cut(left)).endswith("dances on")


@pytest.mark.parametrize(
    ("rung", "level", "told"),
    [(0, "intermediate", ""), (1, "intermediate", ""), (1, "beginner", "easier moves were allowed"),
     (1, "advanced", "few moves are made for the start and the end"), (2, "intermediate", "one level harder"),
     (2, "advanced", "one level harder")],
)  # fmt: skip
def test_what_was_let_in_is_told_where_it_is_danced(rung: int, level: str, told: str) -> None:
    made = cut(make_move("m", label="arm_styling", difficulty=level))
    fits = Windows([made.move]).fits(made.slot, GRID)
    scene = Candidates(made.slot, fits, np.zeros(len(fits)), rung)
    said = relaxations([scene], [made], understand({"difficulty": "intermediate"}))
    assert [told in s for s in said] == ([True] if told else [])


def test_a_plan_explains_every_move_with_what_is_true_of_it() -> None:
    moves = make_library(90, measured=True)
    song = make_song(
        seconds=150.0, sections=("verse", "chorus", "bridge", "chorus"), grooves=("derecho", "majao", "mambo", "majao")
    )
    brief = understand({"difficulty": "intermediate"}, "lots of hip rolls, please")
    made = plan(song, moves, brief, task_id="t", user_id="u", song_key="songs/x.wav", index=make_index(moves))
    label = {m.clip_id: m.label for m in moves}
    for piece, told in zip(made.blueprint.moves, made.explanations, strict=True):
        assert piece.reason == told
        assert ("asked for" in told) == (label[piece.clip_id] == "hiprolls")
        assert len(told) <= 140
    assert any("suits the" in told for told in made.explanations)
    assert any("starts where the last one ends" in told for told in made.explanations)
    assert any("as in the chorus before" in told for told in made.explanations)

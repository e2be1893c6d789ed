"""The director's sentences stand where the director was heeded, and nowhere else."""

from __future__ import annotations

from bachata.choreography.cut import Cut
from bachata.choreography.directed import heeded
from bachata.choreography.director import Direction
from bachata.choreography.slots import Slot
from tests.choreography.worlds import make_move

SLOT = Slot(0, 100, 8, 8, 0, "verse", 0.5, "any")
CUTS = [Cut(make_move(name), SLOT, 0, 100, reason="calm verse") for name in ("a", "b", "c")]


def reasons(*directions: Direction) -> list[str]:
    return [cut.reason for cut in heeded(CUTS, directions)]


def test_a_preferred_move_is_explained_by_who_preferred_it() -> None:
    assert reasons(Direction(("x", "a"), "It breathes."), Direction(("a",), "Not this."), Direction(("c",))) == [
        "calm verse. It breathes.", "calm verse", "calm verse",
    ]  # fmt: skip


def test_fewer_or_more_directions_than_places() -> None:
    assert reasons() == ["calm verse"] * 3
    assert reasons(*[Direction(("b",), "Yes.")] * 5) == ["calm verse", "calm verse. Yes.", "calm verse"]

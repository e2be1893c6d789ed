"""The rules over columns, against the moves read one by one."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from bachata.choreography.brief import understand
from bachata.choreography.ladder import HOMES, RUNGS, Rules, columns_of
from bachata.choreography.vocabulary import DIFFICULTIES
from bachata.moves.glossary import role_of
from tests.choreography.worlds import LEVELS, make_library


@given(
    st.integers(0, 40),
    st.integers(0, 9),
    st.sampled_from(LEVELS),
    st.sampled_from(("lead-in", "start", "any", "end")),
    st.sampled_from(RUNGS),
    st.sampled_from((None, "no spins and no golpes, please")),
)
def test_columns_say_what_the_moves_say(count, seed, level, place, rung, words) -> None:
    moves = make_library(count, seed=seed)
    brief = understand({"difficulty": level}, words)
    permitted = Rules(columns_of(moves), brief).permit(place, rung)
    for move, found in zip(moves, permitted, strict=True):
        above, role = DIFFICULTIES.index(move.difficulty) - DIFFICULTIES.index(level), role_of(move.label)
        ordinary = -rung.easier <= above <= rung.harder and (role == "any" or rung.misplaced)
        special = role == HOMES.get(place) and above <= max(1, rung.harder)
        refused = move.label in brief.unwanted and not rung.unwanted
        assert found == ((ordinary or special) and not refused)


def test_each_rung_lets_in_all_that_the_one_before_did() -> None:
    moves = make_library(60)
    rules = Rules(columns_of(moves), understand({"difficulty": "beginner"}, "no spins and no golpes, please"))
    for place in ("lead-in", "start", "any", "end"):
        masks = [rules.permit(place, rung) for rung in RUNGS]
        assert all((before <= after).all() for before, after in itertools.pairwise(masks))

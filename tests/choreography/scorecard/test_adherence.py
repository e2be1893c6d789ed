"""M9 against briefs that are kept and broken one wish at a time."""

from __future__ import annotations

from typing import Any

import pytest

from bachata.choreography.brief import understand
from bachata.choreography.scorecard.adherence import Adherence, adherence
from bachata.choreography.scorecard.dance import Dance
from bachata.choreography.scorecard.wishes import Wishes
from bachata.moves.catalogue import Move
from tests.choreography.scorecard.plans import EIGHT, SONG, drawn, eights, plain
from tests.choreography.worlds import make_song


def judged(ids: str, moves: list[Move], query: str | None = None, **fields: Any) -> Adherence:
    brief = understand({"difficulty": "intermediate", **fields}, query)
    return adherence(Dance.of(drawn(eights(len(ids), clips=ids)), SONG, moves, brief))


def some(ids: str, **how: Any) -> list[Move]:
    return [plain(c, **{"difficulty": "intermediate", **how}) for c in ids]


def test_a_plan_that_keeps_everything() -> None:
    found = judged("abcd", some("abcd"))
    assert (found.value, found.holds, found.broken, found.difficulty) == (1.0, True, (), 1.0)


def test_harder_moves_break_the_level_if_others_were_there() -> None:
    moves = some("abc") + some("x", difficulty="advanced")
    found = judged("abxc", moves)
    assert (found.not_harder, found.holds, found.broken) == (0.75, False, ("level",))


def test_harder_moves_are_no_fault_when_nothing_else_fits() -> None:
    moves = some("a") + some("xyz", difficulty="advanced")
    found = judged("axyz", moves)
    assert (found.holds, found.broken) == (True, ())
    assert "the library has 1 moves of that level" in found.why


@pytest.mark.parametrize(("of_level", "holds"), [(4, True), (12, False)])
def test_easier_moves_are_for_libraries_that_would_repeat(of_level: int, holds: bool) -> None:
    ids = "abcdefghijkl"[:of_level]
    moves = some(ids) + some("z", difficulty="beginner")
    assert judged("abz", moves).holds is holds


@pytest.mark.parametrize(("share", "holds"), [(1.0, False), (1.05, False), (1.08, True), (0.93, True)])
def test_easier_moves_are_for_levels_that_would_have_to_be_hurried(share: float, holds: bool) -> None:
    ids = "abcdefghijkl"
    moves = some(ids, tempo=SONG.tempo / share) + some("z", difficulty="beginner")
    assert judged("abz", moves).holds is holds


def test_intros_and_outros_may_be_of_another_level() -> None:
    moves = [*some("abc"), plain("i", label="intros", difficulty="advanced")]
    assert judged("iabc", moves).holds is True


@pytest.mark.parametrize(("ids", "kept"), [("iabo", True), ("aibo", True), ("abio", False), ("aoab", False)])
def test_intros_open_and_outros_close(ids: str, kept: bool) -> None:
    moves = some("abc") + some("i", label="intros") + some("o", label="outro")
    assert judged(ids, moves).roles_kept is kept


def test_intros_in_the_middle_are_no_fault_when_there_is_nothing_else() -> None:
    moves = some("a", tempo=90.0) + some("i", label="intros") + some("o", label="outro")
    found = judged("iaio", moves)
    assert (found.roles_kept, found.broken, found.holds) == (False, (), True)
    harder = judged("iaxo", [*moves, *some("x", difficulty="advanced")])
    assert (harder.value, harder.holds) == (1.0, True)


@pytest.mark.parametrize(("wished", "kept"), [(16.0, True), (17.9, True), (18.2, False), (13.5, False)])
def test_the_length_may_be_off_by_half_an_eight(wished: float, kept: bool) -> None:
    found = judged("abcd", some("abcd"), duration=wished)
    assert found.length_error == pytest.approx(abs(4 * EIGHT - wished))
    assert ("length" not in found.broken) is kept


def test_a_song_shorter_than_the_wish_gives_what_it_has() -> None:
    short = SONG.model_copy(update={"duration": 16.0})
    brief = understand({"difficulty": "intermediate", "duration": 60})
    found = adherence(Dance.of(drawn(eights(4, clips="abcd")), short, some("abcd"), brief))
    assert found.length_error == 0.0


def test_unwanted_moves_are_found() -> None:
    moves = some("abc", label="basic") + some("s", label="spin")
    query = "a romantic bachata, but without spins"
    assert judged("abc", moves, query).holds is True
    found = judged("abs", moves, query)
    assert (found.unwanted, found.broken) == (1, ("unwanted moves",))
    only = some("stuv", label="spin")
    assert "unwanted moves" not in judged("stuv", only, query).broken  # there is nothing else to dance


def test_wanted_moves_are_missed_only_if_they_could_be_there() -> None:
    moves = some("abc", label="basic")
    query = "a bachata with body waves please"
    assert judged("abc", moves, query).holds is True
    found = judged("abc", [*moves, *some("w", label="bodywaves")], query)
    assert (found.wanted_missing, found.broken) == (("bodywaves",), ("wanted moves",))
    too_slow = some("w", label="bodywaves", tempo=90.0)
    too_hard = some("v", label="bodywaves", difficulty="advanced")
    assert judged("abc", [*moves, *too_slow, *too_hard], query).holds is True


def test_style_is_told_but_binds_nobody() -> None:
    moves = some("ab", style="romantic") + some("cd", style="energetic")
    found = judged("abcd", moves, style="romantic")
    assert (found.style, found.holds) == (0.5, True)
    assert judged("abcd", moves, style="modern").style is None


def test_a_blueprint_alone_tells_what_was_asked() -> None:
    asked = {"style": "sensual", "duration": 16.0, "wanted": ["dip"], "unwanted": ["spin"]}
    wishes = Wishes.of_blueprint(
        drawn(eights(4, clips="abcd"), difficulty_level="beginner", generation_parameters=asked)
    )
    assert wishes == Wishes("beginner", ("sensual",), 16.0, ("dip",), ("spin",))
    old = Wishes.of_blueprint(drawn(eights(1), generation_parameters={"style": 3, "duration": True, "wanted": "x"}))
    assert old == Wishes("advanced")


def test_only_moves_for_the_slowest_and_the_quickest_eight_count_could_have_kept_a_level() -> None:
    drifting = make_song(tempo=120.0, seconds=60.0, first_beat=0.0, drift=0.1)
    harder = some("xyz", difficulty="advanced", tempo=126.0)
    brief = understand({"difficulty": "intermediate"})
    pieces = drawn(eights(12, clips="xyz"))
    low, high = Dance.of(pieces, drifting, harder, brief).tempi
    assert (low, high) == (pytest.approx(120.5, abs=1.0), pytest.approx(129.0, abs=1.5))
    for tempo, kept in ((126.0, False), (112.0, None)):
        library = [*harder, *some("abc", tempo=tempo)]
        assert (adherence(Dance.of(pieces, drifting, library, brief)).holds is False) == (kept is False)

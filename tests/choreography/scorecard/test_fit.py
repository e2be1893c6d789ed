"""M5 and M6 against speeds and energies set by hand."""

from __future__ import annotations

import math

import pytest

from bachata.choreography.scorecard.fit import energy_match, stretch
from bachata.moves.catalogue import Move
from tests.choreography.scorecard.plans import EIGHT, SONG, dance, drawn, eights, one_of, plain
from tests.choreography.worlds import make_song


def test_speeds_beyond_the_bounds_are_counted() -> None:
    speeds = [1.0, 1.05, 0.95, 1.08, 0.92, 1.2, 0.85, 1.1, 0.9, 1.0]
    pieces = [{**piece, "speed": s} for piece, s in zip(eights(10), speeds, strict=True)]
    found = stretch(dance(drawn(pieces), [plain()]))
    assert (found.beyond_6, found.beyond_10, found.value, found.holds) == (0.6, 0.2, 0.6, False)
    assert found.mean == pytest.approx(sum(abs(math.log(s)) for s in speeds) / 10)


@pytest.mark.parametrize(("fast", "holds"), [(0, True), (1, True), (2, False)])
def test_less_than_a_fifth_may_be_strained(fast: int, holds: bool) -> None:
    speeds = [1.08] * fast + [1.0] * (10 - fast)
    pieces = [{**piece, "speed": s} for piece, s in zip(eights(10), speeds, strict=True)]
    assert stretch(dance(drawn(pieces), [plain()])).holds is holds


def test_a_speed_that_is_not_applied_strains_nobody() -> None:
    pieces = eights(10, speed=1.3)
    assert stretch(dance(drawn(pieces, output_config={"retime": "off"}), [plain()])).value == 0.0


# Five sections of 26 s at energies 0.2, 0.45, 0.7, 0.9, 0.3: the pieces below lie inside them.
PLACES = (0, 1, 7, 8, 14, 15, 20, 21, 27, 28)
HEARD = (0.2, 0.2, 0.45, 0.45, 0.7, 0.7, 0.9, 0.9, 0.3, 0.3)


def lively(clip_id: str, energy: float) -> Move:
    move = plain(clip_id)
    return move.model_copy(update={"motion": [energy] * (len(move.beats) - 1)})


def placed(energies: list[float]) -> tuple[list[Move], list[dict[str, object]]]:
    moves = [lively(str(i), e) for i, e in enumerate(energies)]
    pieces = [
        {"start_time": EIGHT * at, "duration": EIGHT, "clip_id": str(i), "trim_start": one_of(moves[i])}
        for i, at in enumerate(PLACES)
    ]
    return moves, pieces


def test_clips_as_lively_as_the_music_match_it() -> None:
    moves, pieces = placed(list(HEARD))
    found = energy_match(dance(drawn(pieces), moves))
    assert (found.rho, found.measured_clips, found.holds) == (pytest.approx(1.0), 1.0, True)
    assert found.p is not None
    assert found.p < 0.01


def test_the_wrong_way_round_is_minus_one() -> None:
    moves, pieces = placed([1 - e for e in HEARD])
    found = energy_match(dance(drawn(pieces), moves))
    assert (found.rho, found.holds) == (pytest.approx(-1.0), False)
    assert found.p is not None
    assert found.p > 0.9


def test_only_the_counts_that_are_shown_count() -> None:
    """Each clip is calm, then wild, then calm; which of its eights is shown makes the match."""
    moves, pieces = [], []
    for i, (at, heard) in enumerate(zip(PLACES, HEARD, strict=True)):
        move = plain(str(i))
        quiet = [0.1 + heard / 100] * 8
        move = move.model_copy(update={"motion": [*quiet, *([heard] * 8), *quiet]})
        moves.append(move)
        second = float(move.beats[8] / move.rate)
        pieces.append({"start_time": EIGHT * at, "duration": EIGHT, "clip_id": str(i), "trim_start": second})
    assert energy_match(dance(drawn(pieces), moves)).rho == pytest.approx(1.0)


def test_what_was_never_measured_is_as_annotated_and_said_to_be() -> None:
    levels = ["low", "low", "medium", "medium", "medium", "medium", "high", "high", "low", "low"]
    moves = [plain(str(i), energy=level) for i, level in enumerate(levels)]
    pieces = [{"start_time": EIGHT * at, "duration": EIGHT, "clip_id": str(i)} for i, at in enumerate(PLACES)]
    found = energy_match(dance(drawn(pieces), moves))
    assert found.measured_clips == 0.0
    assert (found.rho or 0) > 0.8


def test_sameness_and_few_pieces_cannot_be_judged() -> None:
    same = energy_match(dance(drawn(eights(10)), [plain()]))
    assert (same.value, same.holds) == (None, None)
    assert "the same" in same.why
    few = energy_match(dance(drawn(eights(4)), [plain()]))
    assert "too few" in few.why


def test_a_piece_where_the_song_has_no_beat_has_no_energy_to_match() -> None:
    late = make_song(tempo=120, seconds=60.0, first_beat=30.0, count_one=0)
    assert "too few" in energy_match(dance(drawn(eights(8)), [plain()], late)).why
    assert energy_match(dance(drawn(eights(8)), [plain()], SONG)).why

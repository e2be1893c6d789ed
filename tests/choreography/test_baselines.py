"""The baselines: blueprints like ours, of the same song and library, with the faults they stand for."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.blueprint import Blueprint
from bachata.choreography.baselines import (
    EVERY_FOURTH_BEAT,
    RANDOM_ORDER,
    WHOLE_CLIPS,
    baselines,
    every_fourth_beat,
    random_order,
    whole_clips,
)
from bachata.choreography.brief import understand
from bachata.choreography.planner import plan
from bachata.choreography.scorecard import score
from bachata.timeline import frame_at
from tests.choreography.worlds import make_index, make_library, make_song

SONG = make_song(tempo=126.0, seconds=120.0, first_beat=0.9, count_one=2)
MOVES = make_library(90, tempo=126.0)
INDEX = make_index(MOVES)
KNOWN = {m.clip_id: m for m in MOVES}
LATE = [b + 0.024 for b in SONG.beats]  # as librosa reports them


def ours(**brief: object) -> Blueprint:
    return plan(SONG, MOVES, understand(brief), task_id="t", user_id="u", song_key="songs/x", index=INDEX).blueprint


OURS = ours(difficulty="intermediate")
OTHERS = baselines(OURS, SONG, MOVES, tracked=LATE)


@pytest.mark.parametrize("name", [RANDOM_ORDER, WHOLE_CLIPS, EVERY_FOURTH_BEAT])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rate", ["30", "24000/1001"])
def test_each_tiles_our_video_with_what_its_clips_hold(name: str, seed: int, rate: str) -> None:
    mine = plan(
        SONG, MOVES, understand({"seed": seed}), task_id="t", user_id="u", song_key="songs/x", index=INDEX,
        output={"frame_rate": rate},
    ).blueprint  # fmt: skip
    other = baselines(mine, SONG, MOVES, tracked=LATE, seed=seed)[name]
    exact = other.output_config.rate
    edges = [(frame_at(p.start_time, exact), frame_at(p.start_time + p.duration, exact)) for p in other.moves]
    assert edges[0][0] == 0
    assert all(a[1] == b[0] for a, b in pairwise(edges))
    assert edges[-1][1] == frame_at(mine.seconds, exact)
    for piece in other.moves:
        clip = KNOWN[piece.clip_id]
        end = Fraction(piece.trim_start) + Fraction(piece.duration) * Fraction(piece.speed)
        assert end <= (clip.frames + 1) / clip.rate
        assert piece.video_path == clip.video_path
    assert other.seconds == mine.seconds
    assert (other.task_id, other.audio_path, other.audio_start) == (mine.task_id, mine.audio_path, mine.audio_start)


def test_random_order_dances_our_moves_on_our_places() -> None:
    other = OTHERS[RANDOM_ORDER]
    assert [p.start_time for p in other.moves] == [p.start_time for p in OURS.moves]
    assert {p.clip_id for p in other.moves} <= {p.clip_id for p in OURS.moves}
    assert [p.clip_id for p in other.moves] != [p.clip_id for p in OURS.moves]
    card = score(other, SONG, MOVES)
    assert card.m1.value == score(OURS, SONG, MOVES).m1.value
    assert (card.m2.value, card.m5.beyond_10) == (1.0, 0.0)
    assert (card.m3.resultant or 0) >= 0.9
    assert (card.m6.rho or 0) < 0.5


def test_whole_clips_are_whole_and_blind() -> None:
    other = OTHERS[WHOLE_CLIPS]
    for piece in other.moves[:-1]:
        assert piece.trim_start == 0
        assert piece.duration == pytest.approx(float(KNOWN[piece.clip_id].frames / KNOWN[piece.clip_id].rate), abs=0.04)
    assert {KNOWN[p.clip_id].difficulty for p in other.moves} == {"intermediate"}
    card = score(other, SONG, MOVES)
    assert (card.m2.value or 0) < 0.5
    assert (card.m3.resultant or 0) < 0.5
    assert (card.m1.value or 0) > 0.1


def test_cutting_every_fourth_beat_hits_count_one_by_luck() -> None:
    """Half of its cuts if its first beat happens to be a 1 or a 5, else none: an eighth over all phases."""
    rates = []
    for phase in range(8):
        other = every_fourth_beat(OURS, MOVES, LATE[phase:])
        assert all(p.speed == 1 and p.trim_start == 0 for p in other.moves)
        rates.append(score(other, SONG, MOVES).m2.value or 0.0)
    assert sum(rates) / 8 == pytest.approx(0.125, abs=0.02)
    assert max(rates) == pytest.approx(0.5, abs=0.05)
    card = score(OTHERS[EVERY_FOURTH_BEAT], SONG, MOVES)
    assert card.m1.median == pytest.approx(0.024, abs=0.017)
    assert card.m3.holds is False


def test_half_a_beat_ruins_the_phase_of_a_plan_of_ours() -> None:
    late = [p.model_copy(update={"trim_start": max(0.0, p.trim_start - 30 / 126 * p.speed)}) for p in OURS.moves]
    shifted = OURS.model_copy(update={"moves": late})
    right, wrong = score(OURS, SONG, MOVES).m3, score(shifted, SONG, MOVES).m3
    assert right.holds is True
    assert wrong.holds is False
    assert abs(wrong.mean or 0) > 0.1 or (wrong.resultant or 1) < 0.5


def test_without_another_tracker_there_is_nothing_to_cut_on() -> None:
    assert set(baselines(OURS, SONG, MOVES)) == {RANDOM_ORDER, WHOLE_CLIPS}


def test_a_tracker_that_hears_nothing_leaves_one_piece() -> None:
    assert len(every_fourth_beat(OURS, MOVES, []).moves) == 1


def test_a_level_nobody_dances_is_filled_with_any() -> None:
    beginners = [m for m in MOVES if m.difficulty == "beginner"]
    assert whole_clips(OURS, beginners).moves


@given(st.integers(0, 1000))
def test_the_same_seed_is_the_same_dance(seed: int) -> None:
    first, again = (random_order(OURS, SONG, MOVES, seed=seed) for _ in range(2))
    assert first.to_json() == again.to_json()
    assert sorted(p.duration for p in first.moves) == sorted(p.duration for p in OURS.moves)
